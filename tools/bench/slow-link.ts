// An S3 server on a slow link, in the bench's own process: each request waits before it is answered. It notes when each began
// and ended, which shows how many followed one another.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startS3Server } from '../s3-server/server.ts';
import { bucket } from './s3.ts';

/** One request, by a clock in milliseconds. */
export type Span = { readonly from: number; readonly to: number };

type SlowLink = AsyncDisposable & {
  readonly endpoint: string;
  /** The requests that were answered until now. */
  readonly spans: () => readonly Span[];
};

/** The files below `directory` are the bucket's first objects. */
export async function startSlowLink(directory: string, delayMs: number): Promise<SlowLink> {
  const server = await startS3Server();
  server.createBucket(bucket);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    const path = join(parentPath, name);
    server.seedFile(bucket, path.slice(directory.length + 1), path);
  }
  const begun = new Map<number, number>();
  const spans: Span[] = [];
  server.setHooks({
    async onRequest({ index }) {
      begun.set(index, performance.now());
      await sleep(delayMs);
    },
    onAnswer({ index }) {
      spans.push({ from: begun.get(index) ?? 0, to: performance.now() });
    },
  });
  return {
    endpoint: server.endpoint,
    spans: () => spans,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** The most requests of which each began after the one before had ended: the round trips that the program waited for. */
export function roundTrips(spans: readonly Span[]): number {
  let count = 0;
  let end = -Infinity;
  for (const { from, to } of [...spans].sort((a, b) => a.to - b.to)) {
    if (from < end) continue;
    count += 1;
    end = to;
  }
  return count;
}
