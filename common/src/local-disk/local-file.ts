// Writes files on local disk. A nearly full disk accepts a part of the bytes and reports success; here a write is complete or
// fails. No other module writes to a file (test/repository/code.test.ts).
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

import { withFreeSpace } from './free-space.ts';

/** The system wrote nothing and reported no error, so retries would never end. */
class NothingWritten extends Error {
  override readonly name = 'NothingWritten';
  readonly code = 'ENOSPC';
  readonly syscall = 'write';

  constructor() {
    super('ENOSPC: nothing was written, write');
  }
}

/**
 * Calls `write` until all bytes are written. It returns how many of `bytes` it wrote from `offset`.
 * @throws the errors of `write`, and an error if it writes nothing.
 */
export async function writeWhole(bytes: Uint8Array, write: (offset: number) => Promise<number>): Promise<void> {
  for (let offset = 0; offset < bytes.length;) offset += advanced(await write(offset));
}

/** Like `writeWhole`, for synchronous writes. */
export function writeWholeSync(bytes: Uint8Array, write: (offset: number) => number): void {
  for (let offset = 0; offset < bytes.length;) offset += advanced(write(offset));
}

function advanced(written: number): number {
  if (written === 0) throw new NothingWritten();
  return written;
}

/** Removes a file that may be missing. `rm` would also stat it, which is slow for thousands of small files. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** A file for writing. Disposing of it closes the file, and fails if the system cannot store accepted bytes. */
export class LocalFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #path: string;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** `new`: the file must not exist. `append`: at its end. `change`: in place. Only this user can read it. */
  static async open(path: string, how: 'new' | 'append' | 'change'): Promise<LocalFile> {
    const flags = { new: 'wx', append: 'a', change: 'r+' } as const;
    return new LocalFile(await open(path, flags[how], 0o600), path);
  }

  /** Writes at `position`, or after the last write. */
  async write(bytes: Uint8Array, position?: number): Promise<void> {
    try {
      await writeWhole(bytes, async (offset) => {
        const at = position === undefined ? null : position + offset;
        const { bytesWritten } = await this.#handle.write(bytes, offset, bytes.length - offset, at);
        return bytesWritten;
      });
    } catch (error) {
      throw await withFreeSpace(error, dirname(this.#path));
    }
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
  }

  /** Waits until the disk has all written bytes, and fails if it cannot store them. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Writes a file that does not exist, and waits until the disk has it. */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await LocalFile.open(path, 'new');
  await file.write(bytes);
  await file.sync();
}

/** Replaces a file, or creates it. A concurrent reader sees either the old or the new file, never a part. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await writeNewFile(part, bytes);
    await rename(part, path);
  } catch (error) {
    await removeFile(part).catch(() => undefined); // Only the first failure is reported.
    throw error;
  }
}
