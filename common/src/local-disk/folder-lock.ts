// Shows whether the owner of a temporary folder is alive. It holds a lock on a file there, which the kernel releases when the
// process ends. A process ID has no meaning in another container, and an age none for a paused process (docs/adr/0022).
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { LocalFile } from './local-file.ts';

/** Held until it is disposed of or the process ends. */
type FolderLock = Disposable;

const name = 'owner';

/**
 * Locks a folder that no other process knows yet. On a file system without locks the folder gets no lock file, and then no other
 * process removes it.
 */
export async function lockFolder(folder: string): Promise<FolderLock | undefined> {
  const path = join(folder, name);
  {
    await using _ = await LocalFile.open(path, 'new');
  }
  const lock = tryLock(path);
  if (lock === undefined) await rm(path, { force: true });
  return lock;
}

/** Whether the process that made the folder has ended. If that is not known, it counts as alive. */
export async function isAbandoned(folder: string): Promise<boolean> {
  const path = join(folder, name);
  if (!(await isOwn(path, 'file'))) return false;
  using lock = tryLock(path);
  return lock !== undefined;
}

/** Whether it belongs to this user, and is not a link. */
export async function isOwn(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined || stats.uid !== (process.geteuid?.() ?? stats.uid)) return false;
  return kind === 'file' ? stats.isFile() : stats.isDirectory();
}

/** SQLite is Node's only access to kernel locks. Nothing is written to the file. */
function tryLock(path: string): FolderLock | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    const locked = database;
    return { [Symbol.dispose]: () => locked.close() };
  } catch {
    database?.close();
    return undefined;
  }
}
