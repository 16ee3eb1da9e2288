// Counts the requests to S3 by operation, for the summary in the log, for metrics and for tests.
import { durationBounds, type Point } from '../../protocol/metrics.ts';
import { Sketch } from '../../streams/sketch.ts';
import { operations, type Operation } from '../address/operation.ts';

/** Bytes of object bodies, received by GetObject or sent by PutObject, in all attempts. */
type OperationCount = { requests: number; retries: number; bytesIn: number; bytesOut: number };

export type Counters = Readonly<Record<Operation, OperationCount>>;

export function createCounters(): Counters {
  const zeros = Object.keys(operations).map((name) => [name, { requests: 0, retries: 0, bytesIn: 0, bytesOut: 0 }]);
  return Object.fromEntries(zeros) as Counters;
}

/** `retries`: by the code of the failure. `puts`: how long each PutObject took, with its retries. */
export type Timings = { readonly retries: Map<string, number>; readonly puts: Sketch };

type Counting = { readonly counters: Counters; readonly timings: Timings };

export function startCounting(): Counting {
  return { counters: createCounters(), timings: { retries: new Map(), puts: new Sketch() } };
}

/** Codes with a count of their own: a server can answer anything. */
const mostCodes = 50;
/** OpenTelemetry's word for all others. */
const otherCodes = '_OTHER';

export function countRetry({ retries }: Timings, code: string): void {
  const known = retries.has(code) || retries.size < mostCodes ? code : otherCodes;
  retries.set(known, (retries.get(known) ?? 0) + 1);
}

export function* requestPoints({ counters, timings }: Counting): Generator<Point> {
  const all = Object.entries(counters);
  for (const [operation, { requests }] of all) {
    if (requests > 0) yield { metric: 's3_connectors.s3.requests', value: requests, of: { operation } };
  }
  for (const [error, count] of timings.retries) {
    yield { metric: 's3_connectors.s3.retries', value: count, of: { error } };
  }
  const directions = { receive: 'bytesIn', transmit: 'bytesOut' } as const;
  for (const [direction, field] of Object.entries(directions)) {
    const value = all.reduce((sum, [, count]) => sum + count[field], 0);
    yield { metric: 's3_connectors.s3.io', value, of: { direction } };
  }
  if (counters.PutObject.requests === 0) return;
  yield { metric: 's3_connectors.s3.put.duration', value: timings.puts.distribution(durationBounds) };
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

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
