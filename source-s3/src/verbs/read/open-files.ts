// The hop that opens the planned files ahead and names their units, from where the last run stopped.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { SourceFile } from '../../formats/contract/format.ts';
import { NameLookup } from '../../layout/name-lookup.ts';
import { orChanged, type ChangedStep, type TableReading, type UnitStep } from './steps.ts';

const filesOpened = 4; // Footers or heads ahead: 256 KiB each.

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
    else yield* stepsOf(step.file, asked, reading);
  }
}

type OpenedStep = { readonly kind: 'opened'; readonly file: SourceFile };

function* stepsOf(file: SourceFile, asked: NameLookup, { cursor }: TableReading): Generator<UnitStep> {
  const names = { asked, stored: new NameLookup(file.columns) };
  let isFirst = true;
  for (const unit of file.units(cursor.positionIn(file.object))) {
    if (isFirst) yield { kind: 'file', file, names };
    isFirst = false;
    yield { kind: 'unit', file, names, unit };
  }
  yield { kind: 'end', object: file.object };
}
