// From JSON lines to Snappy Parquet as BigQuery exports it: instants in INT64 microseconds adjusted to UTC, 3-level lists, all
// fields optional, with statistics.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import { engineType, storedFields, type StructType } from '../columns/field-type.ts';
import { structLiteral } from '../engine-sql.ts';
import type { Engine } from '../engine.ts';
import type { MadeFile, RowSource } from './made-file.ts';

/** Half of the engine's own: two threads hold a group each while they write it. */
const rowGroupRows = 61_440;
/** The engine holds two buffers of this size for each thread. */
const leastObjectBytes = 4 * 1024 * 1024;

type Options = {
  readonly type: StructType;
  /** A new folder. */
  readonly target: string;
  readonly maxFileBytes: number;
};

export async function writeParquet(
  engine: Engine,
  rows: RowSource,
  { type, target, maxFileBytes }: Options,
): Promise<readonly MadeFile[]> {
  await mkdir(target, { mode: 0o700 });
  // Never larger than the lines it is made of; only what may be is written as several files.
  const mayBeLarge = rows.bytes > maxFileBytes;
  const options = [
    'FORMAT parquet',
    'COMPRESSION snappy',
    `ROW_GROUP_SIZE ${rowGroupRows}`,
    ...(mayBeLarge ? [`FILE_SIZE_BYTES ${maxFileBytes}`, 'OVERWRITE_OR_IGNORE true'] : []),
  ];
  const destination = mayBeLarge ? target : join(target, 'data.parquet');
  await engine.run(`COPY (FROM ${rowsSql(rows, type)}) TO ${literal(destination)} (${options.join(', ')})`);
  const paths = (await readdir(target)).sort().map((name) => join(target, name));
  if (paths.length === 1) return paths.map((path) => ({ path, rows: rows.rows }));
  return await countRows(engine, paths);
}

/** The table function that reads the rows. */
export function rowsSql({ path, longestRow }: Pick<RowSource, 'path' | 'longestRow'>, type: StructType): string {
  const columns = structLiteral(storedFields(type).map((field) => [field.name, engineType(field.type)] as const));
  const size = Math.max(leastObjectBytes, longestRow + 1);
  return `read_json(${literal(path)}, format = 'newline_delimited', auto_detect = false, columns = ${columns}, hive_partitioning = false, maximum_object_size = ${size})`;
}

/** Files without rows are removed. */
async function countRows(engine: Engine, paths: readonly string[]): Promise<readonly MadeFile[]> {
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
