// One gzip member (RFC 1952) from chunks that are compressed independently in zlib's thread pool: raw deflate blocks, each
// flushed to a byte boundary, under one header and trailer. One member, because some readers stop after the first.
import { crc32, constants, deflateRaw } from 'node:zlib';
import type { Lanes } from '../streams/lanes.ts';

/** No name, no time: equal rows make equal bytes. 255 = unknown operating system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const trailerBytes = 8;

type Options = {
  readonly level: number;
  /** How many chunks of all members may be compressed at once; each holds a deflate state of some 300 KB. */
  readonly lanes: Lanes;
};

export class GzipMember {
  readonly #level: number;
  readonly #lanes: Lanes;
  readonly #parts: Buffer[] = [];
  readonly #pending: Promise<number>[] = [];
  #crc = 0;
  #size = 0;
  #compressedBytes = header.length + trailerBytes;

  constructor({ level, lanes }: Options) {
    this.#level = level;
    this.#lanes = lanes;
  }

  /** Bytes of the member so far, without the chunks still being compressed. */
  get compressedBytes(): number {
    return this.#compressedBytes;
  }

  /** Resolves to the chunk's compressed size; the caller may then use its memory again. Order is the order of calls. */
  async add(chunk: Uint8Array, place: 'inner' | 'last' = 'inner'): Promise<number> {
    this.#crc = crc32(chunk, this.#crc);
    this.#size += chunk.length;
    const index = this.#parts.push(Buffer.alloc(0)) - 1;
    const compressed = this.#lanes.run(async () => {
      const part = await compress(chunk, this.#level, place);
      this.#parts[index] = part;
      this.#compressedBytes += part.length;
      return part.length;
    });
    this.#pending.push(compressed);
    return await compressed;
  }

  /** Adds the last chunk (it may be empty) and resolves to the whole member. */
  async finish(tail: Uint8Array): Promise<readonly Uint8Array[]> {
    await Promise.allSettled([this.add(tail, 'last')]); // Its failure is among those awaited next.
    await Promise.all(this.#pending);
    const trailer = Buffer.alloc(trailerBytes);
    trailer.writeUInt32LE(this.#crc, 0);
    trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
    return [header, ...this.#parts, trailer];
  }
}

async function compress(chunk: Uint8Array, level: number, place: 'inner' | 'last'): Promise<Buffer> {
  const finishFlush = place === 'last' ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  // Room for the whole answer in most cases: each further round would wait for the main thread.
  const chunkSize = Math.max(1024, chunk.length >> 1);
  const part = await new Promise<Buffer>((resolve, reject) => {
    deflateRaw(chunk, { level, finishFlush, chunkSize }, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
  // zlib's answer is a view of that room; a copy lets the rest of it go.
  return Buffer.from(part);
}
