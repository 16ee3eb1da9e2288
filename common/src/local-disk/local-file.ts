// Files of ours on local disk. A disk that is nearly full takes a part of what it is given and reports success: here a write
// is complete or fails. No other module writes to a file (test/repository/code.test.ts).
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

import { withFreeSpace } from './free-space.ts';

/** The system wrote nothing and reported no error, so another try would never end. */
class NothingWritten extends Error {
  override readonly name = 'NothingWritten';
  readonly code = 'ENOSPC';
  readonly syscall = 'write';

  constructor() {
    super('ENOSPC: nothing was written, write');
  }
}

/**
 * `write` returns how many of `bytes` it wrote from `offset` on; it is called again until none are left.
 * @throws what `write` throws, also when it writes nothing.
 */
export async function writeWhole(bytes: Uint8Array, write: (offset: number) => Promise<number>): Promise<void> {
  for (let offset = 0; offset < bytes.length;) offset += advanced(await write(offset));
}

/** As `writeWhole`, for a descriptor that does not wait. */
export function writeWholeSync(bytes: Uint8Array, write: (offset: number) => number): void {
  for (let offset = 0; offset < bytes.length;) offset += advanced(write(offset));
}

function advanced(written: number): number {
  if (written === 0) throw new NothingWritten();
  return written;
}

/** Removes a file that may be gone already. `rm` would ask first what it is: of thousands of small files that is to be felt. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** A file that is being written. Its disposal closes it and fails where the system refuses at last what it had accepted. */
export class LocalFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #path: string;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** `new`: it must not exist; `append`: at its end; `change`: in its place. Readable by this user alone. */
  static async open(path: string, how: 'new' | 'append' | 'change'): Promise<LocalFile> {
    const flags = { new: 'wx', append: 'a', change: 'r+' } as const;
    return new LocalFile(await open(path, flags[how], 0o600), path);
  }

  /** At `position`, or behind what was written last. */
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

  /** Waits until the disk has what was written, and fails if it cannot take it. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Writes a file in place of an older one, if there is one: whoever opens it meanwhile reads one of both, never a part. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    {
      await using file = await LocalFile.open(part, 'new');
      await file.write(bytes);
      await file.sync();
    }
    await rename(part, path);
  } catch (error) {
    await removeFile(part).catch(() => undefined); // The first failure is the one to report.
    throw error;
  }
}
