// From a plan to lines: opens the planned files ahead, fetches their units ahead, decodes one after the other, whatever
// the format. An object that was replaced meanwhile is listed again and read once more, whole, after all others.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { ColumnDrift } from '../columns/column-drift.ts';
import type { SourceConfig } from '../config/config.ts';
import type { Cursor, Position } from '../progress/cursor.ts';
import type { FetchedUnit, Format, Reading, SourceFile, Unit } from '../formats/contract/format.ts';
import type { PartitionColumns } from '../layout/partition-columns.ts';
import { NameLookup } from '../layout/name-lookup.ts';
import { clashesOf, type ConflictReport } from '../columns/partition-conflicts.ts';
import { fileConstants, fileSpellings } from '../columns/table-columns.ts';
import type { Table } from '../listing/tables.ts';

/** Lines with the position behind them, or the end of an object; `again`: of one that replaced a planned one. */
export type Part =
  | {
      readonly kind: 'lines';
      readonly bytes: Buffer;
      readonly rows: number;
      readonly position: Position;
      readonly file: SourceFile;
    }
  | { readonly kind: 'finished'; readonly object: ListedObject; readonly again: boolean };

export type TableReading = Reading & {
  readonly format: Format;
  readonly config: SourceConfig;
  readonly table: Table;
  /** What the catalog asks for. */
  readonly columns: readonly Column[];
  /** Those that the table's folders carry. */
  readonly folders: PartitionColumns;
  readonly cursor: Cursor;
  /** What reading finds out about columns in folder names and in files. */
  readonly conflicts: ConflictReport;
  /** And about files and the catalog. */
  readonly drift: ColumnDrift;
};

const filesOpened = 4; // Footers or heads ahead: 256 KiB each.
const unitsFetched = 2; // The one being decoded and the one behind it, on disk.

export async function* readObjects(
  reading: TableReading,
  objects: Iterable<ListedObject>,
  signal: AbortSignal,
): AsyncGenerator<Part> {
  const changed = new Map<string, number>();
  for await (const part of readVersions(reading, objects, signal)) {
    if (part.kind === 'changed') changed.set(part.object.key, (changed.get(part.object.key) ?? 0) + part.rows);
    else yield part.kind === 'finished' ? { ...part, again: false } : part;
  }
  const again: ListedObject[] = [];
  for (const [key, rows] of changed) {
    const object = await listAgain(reading, key, signal);
    const what = object === undefined ? 'deleted' : 'replaced';
    const then = object === undefined ? '' : ' It is now read once more, whole.';
    reading.log('WARN', `"${key}" was ${what} while it was read; ${rows} rows of the old version were sent.${then}`);
    if (object !== undefined) again.push(object);
  }
  for await (const part of readVersions(reading, again, signal)) {
    if (part.kind === 'changed') throw changedTwice(part.object);
    yield part.kind === 'finished' ? { ...part, again: true } : part;
  }
}

type VersionPart =
  | Extract<Part, { kind: 'lines' }>
  | { readonly kind: 'finished'; readonly object: ListedObject }
  /** No longer the listed version; `rows` of it were sent before. */
  | { readonly kind: 'changed'; readonly object: ListedObject; readonly rows: number };

async function* readVersions(
  reading: TableReading,
  objects: Iterable<ListedObject>,
  signal: AbortSignal,
): AsyncGenerator<VersionPart> {
  const open = (object: ListedObject, stop: AbortSignal): Promise<SourceFile | Changed> => {
    return orChanged(object, () => reading.format.open(reading, object, stop));
  };
  const opened = mapConcurrent(objects, filesOpened, open, signal);
  const ahead = new Ahead();
  await using _ = ahead; // Closed last, when nothing is being fetched any more.
  const fetch = async (
    step: UnitStep | FileEnd | Changed,
    stop: AbortSignal,
  ): Promise<FetchedStep | FileEnd | Changed> => ahead.keep(await fetchUnit(reading, step, stop));
  const fetched = mapConcurrent(unitsOf(reading, opened), unitsFetched, fetch, signal);
  let gone: ListedObject | undefined; // The rest of a changed object is passed over.
  let sent = 0;
  for await (const step of fetched) {
    ahead.release(step);
    if (step.object === gone) {
      if ('fetched' in step) await step.fetched[Symbol.asyncDispose]();
      continue;
    }
    let changed = 'changed' in step;
    if ('fetched' in step) {
      for await (const part of decode(reading, step, signal)) {
        if ('changed' in part) changed = true;
        else {
          sent += part.rows;
          yield part;
        }
      }
      if (!changed) continue;
    }
    yield changed ? { kind: 'changed', object: step.object, rows: sent } : { kind: 'finished', object: step.object };
    if (changed) gone = step.object;
    sent = 0;
  }
}

type Changed = { readonly object: ListedObject; readonly changed: true };
type FileEnd = { readonly object: ListedObject };
type UnitStep = { readonly object: ListedObject; readonly file: SourceFile; readonly unit: Unit };
type FetchedStep = UnitStep & { readonly fetched: FetchedUnit };

/** What was fetched and nobody has taken: it is on disk, and would stay there when the reading ends early. */
class Ahead implements AsyncDisposable {
  readonly #units = new Set<FetchedUnit>();

  keep<Step extends FetchedStep | FileEnd | Changed>(step: Step): Step {
    if ('fetched' in step) this.#units.add(step.fetched);
    return step;
  }

  /** Whoever takes it disposes of it. */
  release(step: FetchedStep | FileEnd | Changed): void {
    if ('fetched' in step) this.#units.delete(step.fetched);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const unit of this.#units) await unit[Symbol.asyncDispose]();
  }
}

/** The units of each file from where the last run stopped, then the file's end. */
async function* unitsOf(
  { cursor }: TableReading,
  files: AsyncIterable<SourceFile | Changed>,
): AsyncGenerator<UnitStep | FileEnd | Changed> {
  for await (const file of files) {
    const { object } = file;
    if ('changed' in file) {
      yield file;
      continue;
    }
    for (const unit of file.units(cursor.positionIn(object))) yield { object, file, unit };
    yield { object };
  }
}

async function fetchUnit(
  { config, table, columns, folders, drift }: TableReading,
  step: UnitStep | FileEnd | Changed,
  signal: AbortSignal,
): Promise<FetchedStep | FileEnd | Changed> {
  if (!('unit' in step)) return step;
  const { object, file, unit } = step;
  const names = { asked: new NameLookup(columns.map(({ name }) => name)), stored: new NameLookup(file.columns) };
  if (file.isSampled !== true) drift.seeFile(object.key, { ...names, isTextHeader: file.isTextHeader === true });
  const constants = fileConstants(config, table, object, names);
  const clashes = clashesOf(config, object.key.slice(table.prefix.length), names);
  return orChanged(object, async () => {
    const spellings = fileSpellings(folders, names);
    const asked = { stream: table.stream, columns, constants, spellings, folders, clashes };
    return { ...step, fetched: await unit.fetch(asked, signal) };
  });
}

async function orChanged<T>(object: ListedObject, work: () => Promise<T>): Promise<T | Changed> {
  try {
    return await work();
  } catch (error) {
    return asChanged(object, error);
  }
}

function asChanged(object: ListedObject, error: unknown): Changed {
  if (error instanceof ConnectorError && error.code === 'S3_OBJECT_CHANGED') return { object, changed: true };
  throw error;
}

/** A format may read on from the bucket while it decodes, and find the object changed only then. */
async function* decode(
  { conflicts, drift }: TableReading,
  { object, file, fetched }: FetchedStep,
  signal: AbortSignal,
): AsyncGenerator<Extract<Part, { kind: 'lines' }> | Changed> {
  await using unit = fetched;
  const { key, etag } = object;
  try {
    for await (const { bytes, rows, place, findings } of unit.lines(signal)) {
      conflicts.add(findings?.conflicts ?? [], key);
      for (const name of findings?.undeclared ?? []) drift.leftOut(name, key);
      yield { kind: 'lines', bytes, rows, position: { key, etag, ...place }, file };
    }
  } catch (error) {
    yield asChanged(object, error);
  }
}

async function listAgain({ s3 }: Reading, key: string, signal: AbortSignal): Promise<ListedObject | undefined> {
  for await (const page of listPages(s3, { prefix: key, pageSize: 1 }, signal)) {
    return page.objects.find((object) => object.key === key); // The first in byte order: a prefix sorts before all it starts.
  }
  return undefined;
}

function changedTwice(object: ListedObject): ConnectorError {
  const text = `"${object.key}" was replaced twice while it was read. Run again when its writer has finished.`;
  return new ConnectorError('S3_OBJECT_CHANGED', text);
}
