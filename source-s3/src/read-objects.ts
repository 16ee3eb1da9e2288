// From a plan to lines: opens the planned files ahead, fetches their row groups ahead, decodes one after the other. An
// object that was replaced meanwhile is listed again and read once more, whole, after all others.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { SourceConfig } from './config.ts';
import type { Cursor, Position } from './cursor.ts';
import { fetchRowGroup, type LocalRowGroup } from './parquet/fetch-row-group.ts';
import { openParquet, undecodable, type ParquetFile, type Reading } from './parquet/parquet-file.ts';
import type { RowGroup } from './parquet/row-group.ts';
import { clashesOf, countConflict, type Clash, type ConflictReport } from './partition-conflicts.ts';
import { columnsRead, conflictSql, recordSql } from './record-sql.ts';
import { fileConstants } from './table-columns.ts';
import type { Table } from './tables.ts';

/** Lines with the position behind them, or the end of an object; `again`: of one that replaced a planned one. */
export type Part =
  | {
      readonly kind: 'lines';
      readonly bytes: Buffer;
      readonly rows: number;
      readonly position: Position;
      readonly file: ParquetFile;
    }
  | { readonly kind: 'finished'; readonly object: ListedObject; readonly again: boolean };

export type TableReading = Reading & {
  readonly config: SourceConfig;
  readonly table: Table;
  /** What the catalog asks for. */
  readonly columns: readonly Column[];
  readonly cursor: Cursor;
  /** What reading finds out about columns in folder names and in files. */
  readonly conflicts: ConflictReport;
  readonly log: Log;
};

const filesOpened = 4; // Footers ahead: 256 KiB each.
const rowGroupsFetched = 2; // The one being decoded and the one behind it, on disk.

export async function* readObjects(
  reading: TableReading,
  objects: readonly ListedObject[],
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
  objects: readonly ListedObject[],
  signal: AbortSignal,
): AsyncGenerator<VersionPart> {
  const opened = mapConcurrent(
    objects,
    filesOpened,
    (object, stop) => {
      return orChanged(object, () => openParquet(reading, object, stop));
    },
    signal,
  );
  const fetched = mapConcurrent(
    unitsOf(reading, opened),
    rowGroupsFetched,
    (unit, stop) => fetchUnit(reading, unit, stop),
    signal,
  );
  let gone: ListedObject | undefined; // The rest of a changed object is passed over.
  let sent = 0;
  for await (const unit of fetched) {
    if (unit.object === gone) {
      if ('local' in unit) await unit.local[Symbol.asyncDispose]();
    } else if ('local' in unit) {
      for await (const part of decode(reading, unit, signal)) {
        sent += part.rows;
        yield part;
      }
    } else {
      yield 'changed' in unit
        ? { kind: 'changed', object: unit.object, rows: sent }
        : { kind: 'finished', object: unit.object };
      if ('changed' in unit) gone = unit.object;
      sent = 0;
    }
  }
}

type Changed = { readonly object: ListedObject; readonly changed: true };
type Unit =
  | { readonly object: ListedObject; readonly file: ParquetFile; readonly group: RowGroup; readonly rowsDone: number }
  | { readonly object: ListedObject }
  | Changed;

/** The row groups of each file from where the last run stopped, then the file's end. */
async function* unitsOf({ cursor }: TableReading, files: AsyncIterable<ParquetFile | Changed>): AsyncGenerator<Unit> {
  for await (const file of files) {
    const { object } = file;
    if ('changed' in file) {
      yield file;
      continue;
    }
    const position = cursor.positionIn(object);
    for (const group of file.rowGroups) {
      if (group.index < (position?.unit ?? 0)) continue;
      const rowsDone = group.index === position?.unit ? position.rows : 0;
      if (rowsDone < group.rows) yield { object, file, group, rowsDone };
    }
    yield { object };
  }
}

type Fetched =
  | Exclude<Unit, { group: RowGroup }>
  | (Extract<Unit, { group: RowGroup }> & {
      readonly local: LocalRowGroup;
      readonly constants: ReadonlyMap<string, string>;
      readonly clashes: readonly Clash[];
    });

async function fetchUnit(reading: TableReading, unit: Unit, signal: AbortSignal): Promise<Fetched> {
  if (!('group' in unit)) return unit;
  const { object, file, group } = unit;
  const { config, table } = reading;
  const fileColumns = { columns: reading.columns, stored: file.columns };
  const constants = fileConstants(config, table, object, fileColumns);
  const clashes = clashesOf(config, object.key.slice(table.prefix.length), fileColumns);
  const columns = new Set([...columnsRead({ ...fileColumns, constants }), ...clashes.map(({ place }) => place)]);
  return orChanged(object, async () => {
    return { ...unit, constants, clashes, local: await fetchRowGroup(reading, { file, group, columns }, signal) };
  });
}

async function orChanged<T>(object: ListedObject, work: () => Promise<T>): Promise<T | Changed> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'S3_OBJECT_CHANGED') return { object, changed: true };
    throw error;
  }
}

async function* decode(
  { engine, table, columns, conflicts }: TableReading,
  { object, file, group, rowsDone, local, constants, clashes }: Extract<Fetched, { local: LocalRowGroup }>,
  signal: AbortSignal,
): AsyncGenerator<Extract<Part, { kind: 'lines' }>> {
  await using open = local;
  const rows = { from: group.firstRow + rowsDone, to: group.firstRow + group.rows };
  const sql = recordSql({
    path: open.path,
    stream: table.stream,
    columns,
    stored: file.columns,
    constants,
    rows,
    emittedAt: Date.now(),
  });
  const { key, etag } = object;
  let done = rowsDone;
  try {
    if (clashes.length > 0) {
      const [differing] = await engine.rows(conflictSql({ path: open.path, stored: file.columns, rows, clashes }));
      for (const { column, place } of clashes) {
        const found = { rows: rows.to - rows.from, differing: Number(differing?.[`c${place}`]), key };
        countConflict(conflicts, column, found);
      }
    }
    for await (const lines of engine.lines(sql, signal)) {
      done += lines.rows;
      yield { kind: 'lines', ...lines, position: { key, etag, unit: group.index, rows: done }, file };
    }
  } catch (error) {
    throw error instanceof ConnectorError ? undecodable(error, object, open.path) : error;
  }
  if (done !== group.rows) {
    const text = `"${key}": row group ${group.index} has ${group.rows} rows, ${done} came out.`;
    throw new ConnectorError('ENGINE_FAILED', text);
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
