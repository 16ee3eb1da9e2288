// Writes JSON lines as Snappy Parquet, in BigQuery's export form: instants in INT64 microseconds adjusted to UTC, 3-level lists,
// all fields optional, with statistics.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { literal, structLiteral } from '@s3-connectors/common/columns/sql.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { countColumns, engineType, storedFields, type StructType } from '../columns/types/field-type.ts';
import type { ConversionEngine } from '../engine/engine.ts';
import type { MadeFile, RowSource } from './made-file.ts';
import { piecesOf } from './pieces.ts';

/** Half of the engine's default, because two threads hold a group each while they write it. */
const mostGroupRows = 61_440;
/** The engine's vector size. No group has fewer rows. */
const vectorRows = 2048;
/** The memory of two threads for each value of a group, of any kind. */
const valueBytes = 64;
/** The memory for writing a column with the largest dictionary that the engine makes. */
const mostDictionaryBytes = 1024 * 1024;
/** The share of the engine's memory for dictionaries. */
const dictionaryShare = 1 / 16;
/** Tables with so many columns that each has less are written by one thread. */
const wideColumnBytes = 512 * 1024;
/** The engine holds two buffers of this size for each thread. */
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
    const isWide = countColumns(type) * wideColumnBytes > engineBytes;
    return await write(engine, rows, options, isWide ? 1 : undefined);
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
  mostThreads?: number,
): Promise<readonly MadeFile[]> {
  await mkdir(target, { mode: 0o700 });
  // A file is never larger than its lines, so only large ones may become several files.
  const mayBeLarge = rows.bytes > maxFileBytes;
  const options = [
    'FORMAT parquet',
    'COMPRESSION snappy',
    `KV_METADATA ${footerKeys}`,
    `ROW_GROUP_SIZE ${groupRows(type, engineBytes)}`,
    ...dictionaryLimit(type, engineBytes),
    ...(mayBeLarge ? [`FILE_SIZE_BYTES ${maxFileBytes}`, 'OVERWRITE_OR_IGNORE true'] : []),
  ];
  const destination = mayBeLarge ? target : join(target, 'data.parquet');
  await engine.run(
    `COPY (FROM ${rowsSql(rows, type)}) TO ${literal(destination)} (${options.join(', ')})`,
    mostThreads,
  );
  const paths = (await readdir(target)).sort().map((name) => join(target, name));
  if (paths.length === 1) return paths.map((path) => ({ path, rows: rows.rows }));
  return await countRows(engine, paths);
}

/** A group of the usual size would take a gigabyte in a table of a thousand columns, even if most values are null. */
function groupRows(type: StructType, engineBytes: number): number {
  const rows = engineBytes / (valueBytes * countColumns(type));
  return Math.max(vectorRows, Math.min(mostGroupRows, Math.floor(rows / vectorRows) * vectorRows));
}

/** Only for many columns, because a smaller dictionary makes larger files. */
function dictionaryLimit(type: StructType, engineBytes: number): readonly string[] {
  const columns = countColumns(type);
  if (columns * mostDictionaryBytes <= engineBytes / 4) return [];
  const bytes = Math.min(mostDictionaryBytes, (engineBytes * dictionaryShare) / columns);
  return [`STRING_DICTIONARY_PAGE_SIZE_LIMIT ${Math.floor(bytes)}`];
}

/** The table function that reads the rows. */
export function rowsSql({ path, longestRow }: Pick<RowSource, 'path' | 'longestRow'>, type: StructType): string {
  const columns = structLiteral(storedFields(type).map((field) => [field.name, engineType(field.type)] as const));
  const size = Math.max(leastObjectBytes, longestRow + 1);
  return `read_json(${literal(path)}, format = 'newline_delimited', auto_detect = false, columns = ${columns}, hive_partitioning = false, maximum_object_size = ${size})`;
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
