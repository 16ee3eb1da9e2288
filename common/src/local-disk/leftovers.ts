// Removes temporary folders that ended processes left: killed, or in containers that are gone.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isAbandoned, isOwn } from './folder-lock.ts';

/** Folders of ours begin with this. */
export const stem = 's3-connectors-tmp-';
/** Those that are not locked yet. */
export const unlockedStem = 's3-connectors-new-';
/** A folder is locked within moments of its making. */
const unlockedForMs = 60 * 60 * 1000;

/**
 * Never removes the folder of a process that lives, of another user, or behind a link. What cannot be looked at or removed is
 * left for others. @returns how many were removed.
 */
export async function removeLeftovers(parent: string): Promise<number> {
  return removeThose(parent, stem, isAbandoned);
}

/**
 * As `removeLeftovers`, of folders that were never locked. `fresh`: a folder that was made just now beside them: the clock of the
 * file system tells their age, as the clock of this process can be ahead of it.
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
      // Another run may remove it at this moment, too.
    }
  }
  return removed;
}
