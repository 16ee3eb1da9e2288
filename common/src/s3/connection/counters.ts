// Counts the requests to S3 by operation, for the summary in the log and for tests.
import { operations } from '../address/operation.ts';
import type { Operation } from '../address/operation.ts';

/** Bytes of object bodies, received by GetObject or sent by PutObject, in all attempts. */
type OperationCount = { requests: number; retries: number; bytesIn: number; bytesOut: number };

export type Counters = Readonly<Record<Operation, OperationCount>>;

export function createCounters(): Counters {
  const zeros = Object.keys(operations).map((name) => [name, { requests: 0, retries: 0, bytesIn: 0, bytesOut: 0 }]);
  return Object.fromEntries(zeros) as Counters;
}

/** `3 ListObjectsV2, 12 GetObject (1 retried, 3.4 MB received)`; `none`. */
export function requestsText(counters: Counters): string {
  const parts = Object.entries(counters)
    .filter(([, count]) => count.requests > 0)
    .map(([name, count]) => `${count.requests} ${name}${asides(count)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function asides({ retries, bytesIn, bytesOut }: OperationCount): string {
  const notes = [
    retries > 0 ? `${retries} retried` : '',
    bytesIn > 0 ? `${megabytes(bytesIn)} received` : '',
    bytesOut > 0 ? `${megabytes(bytesOut)} sent` : '',
  ].filter((note) => note !== '');
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
