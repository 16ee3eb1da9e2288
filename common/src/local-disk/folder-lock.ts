// Who lives in a temporary folder: its owner holds a lock on a file in it, which the kernel takes back however the owner ends.
// A process id says nothing in another container, an age nothing of one that is paused (docs/adr/0022).
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { LocalFile } from './local-file.ts';

/** Held until it is disposed of, or the process ends. */
type FolderLock = Disposable;

const name = 'owner';

/**
 * For a folder that no other process looks at yet. A file system without locks leaves the folder without its file, and then no
 * other process removes it.
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

/** Whether the process that made the folder has ended. Where that cannot be known it lives. */
export async function isAbandoned(folder: string): Promise<boolean> {
  const path = join(folder, name);
  if (!(await isOwn(path, 'file'))) return false;
  using lock = tryLock(path);
  return lock !== undefined;
}

/** Of this user, and no link to something else. */
export async function isOwn(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined || stats.uid !== (process.geteuid?.() ?? stats.uid)) return false;
  return kind === 'file' ? stats.isFile() : stats.isDirectory();
}

/** SQLite is Node's only way to a lock of the kernel. Nothing is ever written to the file. */
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
