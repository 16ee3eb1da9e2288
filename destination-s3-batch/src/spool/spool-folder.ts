// The folder that a run's spool lies in, of its own, and how large it may become.
import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Config } from '../config.ts';

export type SpoolFolder = AsyncDisposable & { readonly path: string; readonly maxBytes: number };

const mostBytes = 20e9;
const mostBytesInMemory = 256 * 1024 * 1024;
/** Of tmpfs and ramfs (https://man7.org/linux/man-pages/man2/statfs.2.html). */
const memoryFileSystems: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);
const stem = 's3-connectors-spool';

type Options = Pick<Config, 'spoolDirectory' | 'maxSpoolBytes' | 'storageLimitBytes'>;

/** Removes what processes that were killed have left. @throws SPOOL_UNUSABLE naming the folder and the mend. */
export async function openSpoolFolder({
  spoolDirectory,
  maxSpoolBytes,
  storageLimitBytes,
}: Options): Promise<SpoolFolder> {
  try {
    await makeFolder(spoolDirectory);
    const { type, bavail, bsize } = await statfs(spoolDirectory);
    const maxBytes = spoolBound({ maxSpoolBytes, storageLimitBytes, freeBytes: bavail * bsize });
    refuseMemory(spoolDirectory, memoryFileSystems.has(type), maxBytes);
    await removeLeftovers(spoolDirectory);
    const path = await mkdtemp(join(spoolDirectory, `${owned(process.pid)}-`));
    return {
      path,
      maxBytes,
      async [Symbol.asyncDispose]() {
        await rm(path, { recursive: true, force: true });
      },
    };
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const text = `The spool cannot be kept in "${spoolDirectory}" (${why}). Set "spool_dir" to a folder on local disk that may be written to.`;
    throw new ConnectorError('SPOOL_UNUSABLE', text, { cause: error });
  }
}

/** As mkdir with `recursive`, which of Node 24 never ends where the kernel says ENOENT for a folder that it does not allow (/proc). */
async function makeFolder(path: string, canMakeParent = true): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return; // If it is no folder, whoever uses it fails.
    if (code !== 'ENOENT' || !canMakeParent || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path, false);
  }
}

type Bounds = {
  readonly maxSpoolBytes: number | undefined;
  readonly storageLimitBytes: number | undefined;
  readonly freeBytes: number;
};

/** What is configured, else the least of 20 GB, half of what is free and what the platform grants. */
export function spoolBound({ maxSpoolBytes, storageLimitBytes = Infinity, freeBytes }: Bounds): number {
  return maxSpoolBytes ?? Math.min(mostBytes, Math.floor(freeBytes / 2), storageLimitBytes);
}

function refuseMemory(directory: string, isMemory: boolean, maxBytes: number): void {
  if (!isMemory || maxBytes <= mostBytesInMemory) return;
  const text = `"${directory}" lies in memory, not on a disk: a spool of ${(maxBytes / 1e9).toFixed(1)} GB there would take the memory of the whole machine. Set "spool_dir" to a folder on disk, or "max_spool_gb" to 0.25.`;
  throw new ConnectorError('SPOOL_UNUSABLE', text);
}

/** Of processes of this host that are gone. */
async function removeLeftovers(directory: string): Promise<void> {
  const mine = `${stem}-${hostname()}-`;
  for (const name of await readdir(directory)) {
    const pid = name.startsWith(mine) ? Number.parseInt(name.slice(mine.length), 10) : Number.NaN;
    if (pid > 0 && pid !== process.pid && !isAlive(pid))
      await rm(join(directory, name), { recursive: true, force: true });
  }
}

function owned(pid: number): string {
  return `${stem}-${hostname()}-${pid}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
