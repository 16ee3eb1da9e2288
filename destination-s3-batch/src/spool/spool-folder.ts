// The folder of a run's spool, and its size limit.
import { mkdir, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { freeBytes, megabytes } from '@s3-connectors/common/local-disk/free-space.ts';
import {
  openTempFolder,
  type OwnTempFolder,
  refused,
  rehearse,
  type TempPlace,
} from '@s3-connectors/common/local-disk/temp-folder.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import type { BatchConfig } from '../config/config.ts';

export type SpoolFolder = OwnTempFolder & { readonly maxBytes: number };

const mostBytes = 20e9;
/** The least value of `max_spool_gb`: with less, days are cut into thousands of files. */
const leastBytes = 50e6;
const mostBytesInMemory = 256 * 1024 * 1024;
/** Types of tmpfs and ramfs (https://man7.org/linux/man-pages/man2/statfs.2.html). */
const memoryFileSystems: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);
const advice = 'Set "spool_dir" to a folder on local disk with enough free space.';

type Options = Pick<BatchConfig, 'spoolDirectory' | 'maxSpoolBytes' | 'storageLimitBytes'>;

/** Logs the bound, and writes a little to test the disk. @throws TEMP_FOLDER_UNUSABLE, naming the folder and the remedy. */
export async function openSpoolFolder(options: Options, log: Log): Promise<SpoolFolder> {
  const place = { parent: options.spoolDirectory, advice };
  const folder = await openTempFolder({ ...place, make: makeFolder }, log);
  try {
    await rehearse(folder);
    return { ...folder, maxBytes: await folder.use(() => boundIn(place, options, log)) };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

/** The space of leftovers is free by now. */
async function boundIn(place: TempPlace, { maxSpoolBytes, storageLimitBytes }: Options, log: Log): Promise<number> {
  const { parent } = place;
  const free = await freeBytes(parent);
  const maxBytes = spoolBound({ maxSpoolBytes, storageLimitBytes, freeBytes: free });
  if (memoryFileSystems.has((await statfs(parent)).type) && maxBytes > mostBytesInMemory) {
    const why = `it is in memory, not on a disk: a spool of ${megabytes(maxBytes)} would take the memory of the whole machine`;
    throw refused(place, why, 'Set "spool_dir" to a folder on disk, or "max_spool_gb" to 0.25.');
  }
  if (maxBytes < leastBytes) throw refused(place, tooSmall(maxBytes, free, storageLimitBytes));
  log('INFO', `Rows wait in "${parent}", at most ${megabytes(maxBytes)} of them; ${megabytes(free)} are free there.`);
  if (maxBytes > free) {
    log('WARN', `"max_spool_gb" is ${megabytes(maxBytes)}, more than is free: the run fails if the disk becomes full.`);
  }
  return maxBytes;
}

function tooSmall(maxBytes: number, free: number, storageLimitBytes = Infinity): string {
  const reason =
    storageLimitBytes <= maxBytes
      ? `CONNECTOR_STORAGE_LIMIT_BYTES allows ${megabytes(storageLimitBytes)}`
      : `${megabytes(free)} are free, of which the spool takes half`;
  return `${reason}, and it needs ${megabytes(leastBytes)}`;
}

type Bounds = Pick<Options, 'maxSpoolBytes' | 'storageLimitBytes'> & { readonly freeBytes: number };

/** The configured bound, or else the least of 20 GB, up to half of the free space, and what the platform grants. */
export function spoolBound({ maxSpoolBytes, storageLimitBytes = Infinity, freeBytes: free }: Bounds): number {
  return maxSpoolBytes ?? Math.min(shareOf(free), storageLimitBytes);
}

/** At most 20 GB, in steps of a power of two: where rows are cut depends on it, and a repeated run must cut them at the same places. */
function shareOf(free: number): number {
  const half = Math.floor(free / 2);
  if (half >= mostBytes) return mostBytes;
  return Math.max(2 ** Math.floor(Math.log2(half)), Math.min(half, leastBytes));
}

/** Like mkdir with `recursive`, which never ends in Node 24 if the kernel returns ENOENT for a forbidden folder (/proc). */
async function makeFolder(path: string, canMakeParent = true): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return; // If it is not a folder, its first use fails.
    if (code !== 'ENOENT' || !canMakeParent || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path, false);
  }
}
