// Where a file goes: {prefix}/type={type}/year=YYYY/month=MM/day=DD/hour=HH/{timestamp}-{hash}-{worker_id}.jsonl.gz, UTC,
// zero-padded; a snapshot has no date folders. Nothing a stream is called can lead out of the prefix.
import { hourStart } from '@s3-connectors/common/records/event-time.ts';
import { stagedKeyBytes } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { encodeName, encodeValue, maxKeyBytes } from '@s3-connectors/common/destination/files/key-part.ts';
import type { DataPlace } from '@s3-connectors/common/destination/replacing/own-keys.ts';

export const fileExtension = '.jsonl.gz';
const longestRest =
  'year=2026/month=01/day=15/hour=14/'.length + '253402300799999-0123456789abcdef-.jsonl.gz'.length + 32;

/** `prefix` is empty or ends with a slash. */
export function typeFolder(prefix: string, type: string): string {
  return `${prefix}type=${encodeValue(type)}/`;
}

/** What is replaced as one: the files of a type. */
export function typePlace(prefix: string, type: string): DataPlace {
  return { name: encodeName(type), folder: typeFolder(prefix, type), extensions: [fileExtension] };
}

/** Whether every key below the folder fits S3's limit, also while the file waits in staging. */
export function fitsKey(folder: string): boolean {
  return Buffer.byteLength(folder) + stagedKeyBytes + longestRest <= maxKeyBytes;
}

/** The folders of an hour counted since 1970. */
export function hourFolders(hour: number): string {
  const [date = '', time = ''] = new Date(hourStart(hour)).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `year=${year}/month=${month}/day=${day}/hour=${time.slice(0, 2)}/`;
}

/** `timestamp`: milliseconds, the time of the file's first record. */
export function fileName(timestamp: number, hash: string, workerId: string): string {
  return `${timestamp}-${hash}-${workerId}${fileExtension}`;
}
