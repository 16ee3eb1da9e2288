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
  let removed = 0;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(stem) && !name.startsWith(unlockedStem)) continue;
    removed += (await removeIfLeft(join(parent, name), name).catch(() => false)) ? 1 : 0;
  }
  return removed;
}

async function removeIfLeft(path: string, name: string): Promise<boolean> {
  if (!(await isOwn(path, 'folder'))) return false;
  const isLeft = name.startsWith(stem)
    ? await isAbandoned(path)
    : Date.now() - (await stat(path)).mtimeMs > unlockedForMs;
  if (isLeft) await rm(path, { recursive: true, force: true });
  return isLeft;
}
