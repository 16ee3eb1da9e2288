// Describes the free space of a disk at the time of a failure: the failed file is removed soon, and its space is then free.
import { statfs } from 'node:fs/promises';

/** Bytes that this user can still write. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function freeSpace(folder: string): Promise<string> {
  try {
    const { blocks, bsize, files, ffree } = await statfs(folder);
    if (files > 0 && ffree === 0) return 'its file system has no free inodes';
    return `${megabytes(await freeBytes(folder))} of ${megabytes(blocks * bsize)} are free`;
  } catch {
    return 'its free space is unknown';
  }
}

export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The free space at the time of each failure. */
const seen = new WeakMap<object, string>();

/** Records the free space for the failure. @returns the failure. */
export async function withFreeSpace(error: unknown, path: string): Promise<unknown> {
  if (error instanceof Error) seen.set(error, await freeSpace(path));
  return error;
}

/** The free space that `withFreeSpace` recorded, otherwise the current one. */
export async function freeSpaceWhen(error: unknown, folder: string): Promise<string> {
  return (error instanceof Error ? seen.get(error) : undefined) ?? (await freeSpace(folder));
}
