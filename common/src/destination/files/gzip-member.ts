// One gzip member (RFC 1952) from chunks that are compressed independently, several at once. They share one header and trailer,
// because some readers stop after the first member.
import { crc32 } from 'node:zlib';

import type { DeflatePool } from './deflate-pool.ts';
import type { DeflateSetting } from './deflate-setting.ts';

/** No name and no time, so that equal rows make equal bytes. 255: unknown operating system. */
export const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty final block, because the chunks before it have none. */
const finalBlock = Buffer.from([0x03, 0x00]);
const trailerBytes = 8;

/** Uncompressed bytes before the first try of cheaper settings: a smaller file would not save the time that a try takes. */
const firstTryAt = 8 * 1024 * 1024;
/** Bytes until the next try, because the rows may have changed. */
const tryAgainAfter = 16 * 1024 * 1024;
/** The size of the sample that each setting compresses: several of zlib's windows. */
const sampleBytes = 128 * 1024;

/** Bound: the compressed chunks; `heldBytes` in all. */
export class GzipMember {
  readonly #deflate: DeflatePool;
  readonly #parts: Promise<Buffer>[] = [];
  #heldBytes = 0;
  #crc = 0;
  #size = 0;
  #nextTryAt = firstTryAt;
  /** Undefined: the setting of the level. */
  #setting: Promise<DeflateSetting> | undefined;
  #compressedBytes = gzipHeader.length + finalBlock.length + trailerBytes;

  constructor(deflate: DeflatePool) {
    this.#deflate = deflate;
  }

  /** Bytes of the member so far, without the chunks that are still being compressed. */
  get compressedBytes(): number {
    return this.#compressedBytes;
  }

  /** Memory of the compressed chunks. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Resolves when the chunk is compressed and the caller may reuse its memory. Chunks are joined in the order of calls. */
  async add(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0) return;
    if (this.#size >= this.#nextTryAt && chunk.length >= sampleBytes) {
      this.#nextTryAt = this.#size + tryAgainAfter;
      this.#setting = this.#deflate.cheapest(chunk.subarray(0, sampleBytes));
    }
    this.#crc = crc32(chunk, this.#crc);
    this.#size += chunk.length;
    const part = this.#deflate.compress(chunk, this.#setting);
    this.#parts.push(part);
    const { length, buffer } = await part; // Awaited before the sums are read, because other chunks are added to them meanwhile.
    this.#compressedBytes += length;
    this.#heldBytes += buffer.byteLength;
  }

  /** The complete member, once all chunks are compressed. Its memory is allocated by the deflate pool. */
  async finish(): Promise<readonly Uint8Array[]> {
    const parts = await Promise.all(this.#parts);
    return [gzipHeader, ...parts, gzipTrailer(this.#crc, this.#size)];
  }
}

/** The end of the member: a final block, and CRC and size of the uncompressed bytes. */
export function gzipTrailer(crc: number, size: number): Buffer {
  const sums = Buffer.alloc(trailerBytes);
  sums.writeUInt32LE(crc, 0);
  sums.writeUInt32LE(size % 2 ** 32, 4);
  return Buffer.concat([finalBlock, sums]);
}
