// Measures the local disk space that a program uses.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { BenchRun } from './case.ts';

const everyMs = 200;
const blockBytes = 512;

/** `least`: the minimum that shows that the measured folder is the right one. */
type DiskBound = { readonly folder: string; readonly leastMegabytes: number; readonly mostMegabytes: number };

/** The same run, with a finding on its disk use below `folder`. */
export function withDiskBound(run: BenchRun, { folder, leastMegabytes, mostMegabytes }: DiskBound): BenchRun {
  return async () => {
    const { result, peakBytes } = await watchDisk(folder, run);
    const most = peakBytes / 1e6;
    const text = `Local disk: ${most.toFixed(0)} MB, at most ${mostMegabytes.toFixed(0)} MB wanted`;
    const isMet = most >= leastMegabytes && most <= mostMegabytes;
    return { ...result, findings: [...(result.findings ?? []), { text, isMet }] };
  };
}

/** Measures `folder` five times a second, and at the end. @returns the result of `work`, and the most bytes. */
export async function watchDisk<T>(
  folder: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly peakBytes: number }> {
  let peakBytes = 0;
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    peakBytes = Math.max(peakBytes, await bytesBelow(folder));
  };
  const watching = (async () => {
    while (!stop.signal.aborted) {
      await look();
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  try {
    const result = await work();
    await look();
    return { result, peakBytes };
  } finally {
    stop.abort();
    await watching;
  }
}

/** Allocated bytes on disk. Files that disappear during the measurement do not count. */
async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const sizes = names.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => undefined);
    return found?.isFile() === true ? found.blocks * blockBytes : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
