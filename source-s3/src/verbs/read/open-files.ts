// The hop that opens the planned files ahead and names their units, from where the last run stopped.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { RowPosition, SourceFile } from '../../formats/contract/format.ts';
import { NameLookup } from '../../layout/name-lookup.ts';
import { orChanged, type ChangedStep, type TableReading, type UnitStep } from './steps.ts';

const filesOpened = 4; // Footers or beginnings ahead: 256 KiB each.

export async function* openFiles(
  reading: TableReading,
  objects: Iterable<ListedObject>,
  signal: AbortSignal,
): AsyncGenerator<UnitStep> {
  const open = (object: ListedObject, stop: AbortSignal): Promise<OpenedStep | ChangedStep> => {
    return orChanged(object, async () => ({ kind: 'opened', file: await reading.format.open(reading, object, stop) }));
  };
  const asked = new NameLookup(reading.columns.map(({ name }) => name));
  for await (const step of mapConcurrent(objects, filesOpened, open, signal)) {
    if (step.kind === 'changed') yield step;
    else yield* stepsOf(step.file, { asked, reading }, signal);
  }
}

type OpenedStep = { readonly kind: 'opened'; readonly file: SourceFile };

/** The files of an archive are opened one by one. */
async function* stepsOf(
  opened: SourceFile,
  { asked, reading }: { readonly asked: NameLookup; readonly reading: TableReading },
  signal: AbortSignal,
): AsyncGenerator<UnitStep> {
  const { object } = opened;
  const stopped = reading.cursor.positionIn(object);
  for (let file: SourceFile | undefined = opened; file !== undefined;) {
    const names = { asked, stored: new NameLookup(file.columns) };
    let isFirst = true;
    for (const unit of file.units(stopped)) {
      if (isFirst) yield { kind: 'file', file, names, isResumed: stopped !== undefined };
      isFirst = false;
      yield { kind: 'unit', file, names, unit };
    }
    const following: SourceFile | ChangedStep | undefined = await nextOf(file, stopped, signal);
    if (following !== undefined && 'kind' in following) {
      yield following;
      return;
    }
    file = following;
  }
  yield { kind: 'end', object };
}

async function nextOf(
  file: SourceFile,
  stopped: RowPosition | undefined,
  signal: AbortSignal,
): Promise<SourceFile | ChangedStep | undefined> {
  return orChanged(file.object, async () => file.next?.(stopped, signal));
}
