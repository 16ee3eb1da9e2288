// Rows as JSON lines in a file on local disk. They are gathered in memory first, and written when the spool says so.
import { crc32 } from 'node:zlib';

import { fill, type Filling } from '@s3-connectors/common/json/words.ts';
import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

const firstBytes = 4 * 1024;
const chunkBytes = 1024 * 1024;
/** Rows are added to the checksum while they are still in the processor's cache. */
const checkedBytes = 128 * 1024;
/** Used again by whatever file is next: new memory costs more than what is written into it. */
const idleChunks: Buffer<ArrayBuffer>[] = [];
const mostIdleChunks = 16;
const noChunk = filling(Buffer.alloc(0));

/** Of rows in several files, in the order in which they came. */
export type Checksum = { crc: number };

/** Memory: what is not on disk yet, `heldBytes`. */
export class RowsFile {
  readonly path: string;
  rows = 0;
  bytes = 0;
  longestRow = 0;
  readonly #checksum: Checksum;
  #full: Buffer[] = [];
  #chunk = noChunk;
  /** As much of the chunk is in the checksum. */
  #checked = 0;
  #written = 0;

  constructor(path: string, checksum: Checksum) {
    this.path = path;
    this.#checksum = checksum;
  }

  get heldBytes(): number {
    return this.bytes - this.#written;
  }

  /** Adds the row bytes[start, end) and ends its line. Hot path. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start + 1;
    if (this.#chunk.length + size > this.#chunk.memory.length) this.#makeRoom(size);
    const chunk = this.#chunk;
    fill(chunk, bytes, start, end);
    chunk.memory[chunk.length] = NEWLINE;
    chunk.length += 1;
    if (chunk.length - this.#checked >= checkedBytes) this.check();
    this.rows += 1;
    this.bytes += size;
    if (size > this.longestRow) this.longestRow = size;
  }

  /** Adds to the checksum what was appended since the last time: before a row is appended to another file of it. */
  check(): void {
    const { memory, length } = this.#chunk;
    if (length === this.#checked) return;
    this.#checksum.crc = crc32(memory.subarray(this.#checked, length), this.#checksum.crc);
    this.#checked = length;
  }

  /** Writes to disk what is held. Not to be called again before it is done; rows may be added meanwhile. */
  async flush(): Promise<void> {
    const parts = [...this.#full, this.#takeChunk()];
    this.#full = [];
    const { length } = this.#chunk.memory;
    this.#chunk = filling(idleChunks.pop() ?? Buffer.allocUnsafeSlow(Math.min(length, chunkBytes)));
    await using file = await LocalFile.open(this.path, 'append');
    for (const part of parts) {
      await file.write(part);
      this.#written += part.length;
      if (part.buffer.byteLength === chunkBytes && idleChunks.length < mostIdleChunks) {
        idleChunks.push(Buffer.from(part.buffer as ArrayBuffer));
      }
    }
  }

  #makeRoom(size: number): void {
    const { memory, length: used } = this.#chunk;
    if (used + size <= chunkBytes) {
      let length = Math.max(firstBytes, memory.length * 2);
      while (length < used + size) length *= 2;
      this.#chunk = filling(grownBuffer(memory, used, length), used);
      return;
    }
    if (used > 0) this.#full.push(this.#takeChunk());
    const idle = size <= chunkBytes ? idleChunks.pop() : undefined;
    this.#chunk = filling(idle ?? Buffer.allocUnsafeSlow(Math.max(size, memory.length)));
  }

  /** What the chunk holds; another is to take its place. */
  #takeChunk(): Buffer {
    this.check();
    this.#checked = 0;
    const { memory, length } = this.#chunk;
    this.#chunk.length = 0;
    return memory.subarray(0, length);
  }
}

function filling(memory: Buffer<ArrayBuffer>, length = 0): Filling {
  return { memory, words: new DataView(memory.buffer, memory.byteOffset, memory.length), length };
}
