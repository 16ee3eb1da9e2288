// Where a file goes: {prefix}/data/{table}/year=2026/month=1/day=15/{timestamp}-{hash}-{worker_id}.snappy.parquet or .json.gz, in
// UTC, the folders not padded.
import { encodeName, maxKeyBytes } from '@s3-connectors/common/destination/files/key-part.ts';
import type { DataPlace } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { stagedKeyBytes } from '@s3-connectors/common/destination/replacing/export-id.ts';

import type { OutputFormat } from '../config/config.ts';

const dayMs = 86_400_000;
export const extensions: Readonly<Record<OutputFormat, string>> = { parquet: '.snappy.parquet', json: '.json.gz' };
const longestRest = 'year=2026/month=12/day=31/253402300799999-0123456789abcdef-.snappy.parquet'.length + 32;

/** `prefix` is empty or ends with a slash. */
export function tableFolder(prefix: string, table: string): string {
  return `${prefix}data/${encodeName(table)}/`;
}

/** What is replaced as one: the files of a table, in either format. */
export function tablePlace(prefix: string, table: string): DataPlace {
  return { name: encodeName(table), folder: tableFolder(prefix, table), extensions: Object.values(extensions) };
}

/** Rejected rows of the streams and tables of that name; readers of Hive tables pass over names with an underscore first. */
export function rejectedFolder(prefix: string, table: string): string {
  return `${prefix}_rejected/${encodeName(table)}/`;
}

/** Whether every key below the folder fits S3's limit, in staging too. */
export function fitsKey(folder: string): boolean {
  return Buffer.byteLength(folder) + longestRest + stagedKeyBytes <= maxKeyBytes;
}

/** The number of the UTC day since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / dayMs);
}

/** The folders of a day counted since 1970. */
export function dayFolders(day: number): string {
  const date = new Date(day * dayMs);
  return `year=${date.getUTCFullYear()}/month=${date.getUTCMonth() + 1}/day=${date.getUTCDate()}/`;
}

/** `timestamp`: milliseconds, the time of the file's first row. */
export function fileName(timestamp: number, hash: string, workerId: string, format: OutputFormat): string {
  return `${timestamp}-${hash}-${workerId}${extensions[format]}`;
}
