// How much a disk has left, in words, as it was when something failed: what failed is removed soon, and is then free again.
import { statfs } from 'node:fs/promises';

/** Bytes that this user may still write. */
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

/** Failures that were seen where they happened. */
const seen = new WeakMap<object, string>();

/** Remembers the free space with the failure. @returns the failure. */
export async function withFreeSpace(error: unknown, path: string): Promise<unknown> {
  if (error instanceof Error) seen.set(error, await freeSpace(path));
  return error;
}

/** As `withFreeSpace` saw it, else as it is now. */
export async function freeSpaceWhen(error: unknown, folder: string): Promise<string> {
  return (error instanceof Error ? seen.get(error) : undefined) ?? (await freeSpace(folder));
}
