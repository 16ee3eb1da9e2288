// Parquet as a format: a unit is a row group, fetched to local disk and decoded by the engine.
import { columnType } from '@s3-connectors/common/columns/stored-type.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { ByteBudget } from '@s3-connectors/common/streams/byte-budget.ts';

import type { Engine } from '../engine/engine.ts';
import type { Asked, Format, PlacedLines, Reading, SourceFile, Unit } from '../formats/format.ts';
import { countConflict } from '../partition-conflicts.ts';
import { columnsRead, conflictSql, recordSql, type RecordQuery } from '../record-sql.ts';
import { fetchRowGroup, type LocalRowGroup } from './fetch-row-group.ts';
import { openParquet, undecodable, type ParquetFile } from './parquet-file.ts';
import type { RowGroup } from './row-group.ts';

/** Of local disk for the row groups being decoded and fetched ahead. One that needs more is fetched when nothing else is there. */
const diskBytes = 512 * 1024 * 1024;

export function parquetFormat(): Format {
  const disk = new ByteBudget(diskBytes);
  return {
    naming: { extensions: ['parquet', 'pq'], compressible: false },
    async open(reading, object, signal) {
      return sourceFile(reading, await openParquet(reading, object, signal), disk);
    },
    async describe(reading, object, signal) {
      const { columns } = await openParquet(reading, object, signal);
      return columns.map(({ name, type }) => ({ name, type: columnType(type) }));
    },
  };
}

function sourceFile(reading: Reading, file: ParquetFile, disk: ByteBudget): SourceFile {
  return {
    object: file.object,
    columns: file.columns.map(({ name }) => name),
    rows: file.rows,
    compression: file.codecs,
    *units(stopped) {
      for (const group of file.rowGroups) {
        if (group.index < (stopped?.unit ?? 0)) continue;
        const rowsDone = group.index === stopped?.unit ? stopped.rows : 0;
        if (rowsDone < group.rows) yield rowGroupUnit(reading, { file, group, rowsDone }, disk);
      }
    },
  };
}

type Part = { readonly file: ParquetFile; readonly group: RowGroup; readonly rowsDone: number };

function rowGroupUnit(reading: Reading, part: Part, disk: ByteBudget): Unit {
  const { file, group } = part;
  return {
    async fetch(asked, signal) {
      const read = columnsRead({ ...asked, stored: file.columns });
      const columns = new Set([...read, ...asked.clashes.map(({ place }) => place)]);
      const local = await fetchRowGroup(reading, { file, group, columns, disk }, signal);
      return {
        lines: (stop) => decode(reading, { ...part, local, asked }, stop),
        [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
      };
    },
  };
}

async function* decode(
  { engine }: Reading,
  { file, group, rowsDone, local, asked }: Part & { readonly local: LocalRowGroup; readonly asked: Asked },
  signal: AbortSignal,
): AsyncGenerator<PlacedLines> {
  const rows = { from: group.firstRow + rowsDone, to: group.firstRow + group.rows };
  const { stream, columns, constants, spellings } = asked;
  const source = { path: local.path, stored: file.columns, rows };
  const query = recordSql({ ...source, stream, columns, constants, spellings, emittedAt: Date.now() });
  let done = rowsDone;
  try {
    await countConflicts(engine, source, asked, file.object.key);
    for await (const lines of engine.lines(query, signal)) {
      done += lines.rows;
      yield { ...lines, place: { unit: group.index, rows: done } };
    }
  } catch (error) {
    throw error instanceof ConnectorError ? undecodable(error, file.object, local.path) : error;
  }
  if (done !== group.rows) {
    const text = `"${file.object.key}": row group ${group.index} has ${group.rows} rows, ${done} came out.`;
    throw new ConnectorError('ENGINE_FAILED', text);
  }
}

async function countConflicts(
  engine: Engine,
  source: Pick<RecordQuery, 'path' | 'stored' | 'rows'>,
  { clashes, conflicts }: Asked,
  key: string,
): Promise<void> {
  if (clashes.length === 0) return;
  const { from, to } = source.rows;
  const [differing] = await engine.rows(conflictSql({ ...source, clashes }));
  for (const { column, place } of clashes) {
    countConflict(conflicts, column, { rows: to - from, differing: Number(differing?.[`c${place}`]), key });
  }
}
