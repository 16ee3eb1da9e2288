// Removes temporary folders of processes that were killed, or whose containers are gone.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isAbandoned, isOwn } from './folder-lock.ts';

/** The names of our folders begin with this. */
export const stem = 's3-connectors-tmp-';
/** The beginning of folders that are not locked yet. */
export const unlockedStem = 's3-connectors-new-';
/** A folder is locked moments after it is made. */
const unlockedForMs = 60 * 60 * 1000;

/**
 * Never removes the folder of a live process, of another user, or one that a link leads to. A folder that cannot be read or removed stays.
 * @returns the number of removed folders.
 */
export async function removeLeftovers(parent: string): Promise<number> {
  return removeThose(parent, stem, isAbandoned);
}

/**
 * Like `removeLeftovers`, for folders that were never locked. `fresh` is a new folder next to them. Its time gives their age by
 * the clock of the file system, because the clock of this process can be ahead.
 */
export async function removeUnlocked(parent: string, fresh: string): Promise<void> {
  const { mtimeMs: now } = await stat(fresh);
  await removeThose(parent, unlockedStem, async (path) => now - (await stat(path)).mtimeMs > unlockedForMs);
}

async function removeThose(parent: string, start: string, isLeft: (path: string) => Promise<boolean>): Promise<number> {
  let removed = 0;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(start)) continue;
    const path = join(parent, name);
    try {
      if (!(await isOwn(path, 'folder')) || !(await isLeft(path))) continue;
      await rm(path, { recursive: true, force: true });
      removed += 1;
    } catch {
      // Another run may remove it at the same time.
    }
  }
  return removed;
}
