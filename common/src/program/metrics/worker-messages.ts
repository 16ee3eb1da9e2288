// What the thread that sends metrics and the main thread say to each other.
import type { Point } from '../../protocol/metrics.ts';

export type WorkerData = {
  readonly service: { readonly name: string; readonly version: string };
  readonly encoding: 'protobuf' | 'json';
};

/** `points`: the answer to `collect`. `flush`: the last one, which is to be sent at once. */
export type ToWorker = { readonly kind: 'points'; readonly points: readonly Point[] } | { readonly kind: 'flush' };

/** `why` completes "(…)": a status or a code, nothing that the collector wrote. */
export type FromWorker =
  | { readonly kind: 'collect' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'flushed' };
