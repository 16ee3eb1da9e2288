// Writes JSON lines as Snappy Parquet, in BigQuery's export form: instants in INT64 microseconds adjusted to UTC, 3-level lists,
// all fields optional, with statistics.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { literal, structLiteral } from '@s3-connectors/common/columns/sql.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { countColumns, engineType, storedFields, type StructType } from '../columns/types/field-type.ts';
import type { ConversionEngine } from '../engine/engine.ts';
import { groupRows, threadsFor } from '../engine/threads.ts';
import type { MadeFile, RowSource } from './made-file.ts';
import { piecesOf } from './pieces.ts';

/** What it takes to write a column with a dictionary as large as the engine makes it. */
const mostDictionaryBytes = 1024 * 1024;
/** The share of the engine's memory for dictionaries. */
const dictionaryShare = 1 / 16;
/** The largest row that the engine is prepared for, even if no row is as large. */
const leastObjectBytes = 4 * 1024 * 1024;

/**
 * Declares that dates and times are of the proleptic Gregorian calendar, as Parquet defines them. Without it Spark takes dates
 * before 1582 and instants before 1900 for those of another calendar, and refuses the table. Source:
 * https://spark.apache.org/docs/3.5.6/sql-data-sources-parquet.html#configuration (datetimeRebaseModeInRead)
 */
const footerKeys = structLiteral([['org.apache.spark.version', '3.0.0']]);

type Options = {
  readonly type: StructType;
  /** A new folder. */
  readonly target: string;
  readonly maxFileBytes: number;
  /** The engine's memory. */
  readonly engineBytes: number;
};

export async function writeParquet(
  engine: ConversionEngine,
  rows: RowSource,
  options: Options,
): Promise<readonly MadeFile[]> {
  try {
    const { type, engineBytes } = options;
    const written = { columns: countColumns(type), rows: rows.rows, bytes: rows.bytes, longestRow: objectBytes(rows) };
    return await write(engine, rows, options, threadsFor(written, engineBytes));
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'ENGINE_MEMORY_EXCEEDED') throw error;
    await rm(options.target, { recursive: true });
    return await writePieces(engine, rows, options);
  }
}

/** One or more files for each piece, by one thread. */
async function writePieces(engine: ConversionEngine, rows: RowSource, options: Options): Promise<readonly MadeFile[]> {
  const { target, engineBytes } = options;
  await mkdir(target, { mode: 0o700 });
  const made: MadeFile[] = [];
  for await (const piece of piecesOf(rows, `${target}.piece`, engineBytes)) {
    const folder = { ...options, target: join(target, String(made.length)) };
    made.push(...(await write(engine, piece, folder, 1)));
  }
  return made;
}

async function write(
  engine: ConversionEngine,
  rows: RowSource,
  { type, target, maxFileBytes, engineBytes }: Options,
  mostThreads: number,
): Promise<readonly MadeFile[]> {
  await mkdir(target, { mode: 0o700 });
  // A file is never larger than its lines, so only large ones may become several files.
  const mayBeLarge = rows.bytes > maxFileBytes;
  const options = [
    'FORMAT parquet',
    'COMPRESSION snappy',
    `KV_METADATA ${footerKeys}`,
    `ROW_GROUP_SIZE ${groupRows({ columns: countColumns(type), rows: rows.rows, bytes: rows.bytes }, engineBytes)}`,
    ...dictionaryLimit(type, engineBytes),
    ...(mayBeLarge ? [`FILE_SIZE_BYTES ${maxFileBytes}`, 'OVERWRITE_OR_IGNORE true'] : []),
  ];
  const destination = mayBeLarge ? target : join(target, 'data.parquet');
  // Several threads cut the rows at other places each time, and a replay with fewer files would not replace all earlier ones.
  const threads = mayBeLarge ? 1 : mostThreads;
  await engine.run(`COPY (FROM ${rowsSql(rows, type)}) TO ${literal(destination)} (${options.join(', ')})`, threads);
  const paths = (await readdir(target)).sort().map((name) => join(target, name));
  if (paths.length === 1) return paths.map((path) => ({ path, rows: rows.rows }));
  return await countRows(engine, paths);
}

/** Only for many columns: a smaller dictionary makes larger files. */
function dictionaryLimit(type: StructType, engineBytes: number): readonly string[] {
  const columns = countColumns(type);
  if (columns * mostDictionaryBytes <= engineBytes / 4) return [];
  const bytes = Math.min(mostDictionaryBytes, (engineBytes * dictionaryShare) / columns);
  return [`STRING_DICTIONARY_PAGE_SIZE_LIMIT ${Math.floor(bytes)}`];
}

/** Bytes. */
function objectBytes({ longestRow }: Pick<RowSource, 'longestRow'>): number {
  return Math.max(leastObjectBytes, longestRow + 1);
}

/** The table function that reads the rows. */
export function rowsSql(rows: Pick<RowSource, 'paths' | 'longestRow'>, type: StructType): string {
  const paths = rows.paths.map(literal).join(', ');
  const columns = structLiteral(storedFields(type).map((field) => [field.name, engineType(field.type)] as const));
  const size = objectBytes(rows);
  return `read_json([${paths}], format = 'newline_delimited', auto_detect = false, columns = ${columns}, hive_partitioning = false, maximum_object_size = ${size})`;
}

/** Removes files without rows. */
async function countRows(engine: ConversionEngine, paths: readonly string[]): Promise<readonly MadeFile[]> {
  const counted = await engine.rows(
    `SELECT file_name, num_rows FROM parquet_file_metadata([${paths.map(literal).join(', ')}])`,
  );
  const counts = new Map(counted.map((row) => [String(row['file_name']), Number(row['num_rows'])]));
  const made: MadeFile[] = [];
  for (const path of paths) {
    const count = counts.get(path) ?? 0;
    if (count === 0) await rm(path);
    else made.push({ path, rows: count });
  }
  return made;
}
