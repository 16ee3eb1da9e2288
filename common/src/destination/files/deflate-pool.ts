// Compressors that are reused: each has about 300 KB of zlib state, which takes longer to create than a small chunk takes to
// compress. The work runs in libuv's thread pool.
import { constants, createDeflateRaw, type DeflateRaw } from 'node:zlib';

import { TaskQueue } from '../../streams/task-queue.ts';

/** Large enough for most results: each further round for a chunk would wait for the main thread. */
export const compressorBytes = 256 * 1024;

type Options = {
  readonly level: number;
  /** The number of chunks that are compressed at once. More than libuv has threads bring nothing. */
  readonly atOnce: number;
  /** Allocates at least this many bytes for a result. */
  readonly allocate?: (bytes: number) => Buffer;
};

/** Memory: about 600 KB for each chunk that is compressed at once. Close it after use. */
export class DeflatePool {
  readonly atOnce: number;
  readonly #level: number;
  readonly #queue: TaskQueue;
  readonly #allocate: (bytes: number) => Buffer;
  readonly #idle: DeflateRaw[] = [];

  constructor({ level, atOnce, allocate = (bytes) => Buffer.allocUnsafeSlow(bytes) }: Options) {
    this.atOnce = atOnce;
    this.#level = level;
    this.#allocate = allocate;
    this.#queue = new TaskQueue(atOnce);
  }

  /** Chunks that are being compressed or wait for it. */
  get size(): number {
    return this.#queue.size;
  }

  /**
   * Raw deflate blocks (RFC 1951), none of them final, that end at a byte: chunks can be compressed independently and joined.
   * Do not change the chunk before the promise resolves.
   */
  async compress(chunk: Uint8Array): Promise<Buffer> {
    return await this.#queue.run(async () => {
      const stream = this.#idle.pop() ?? this.#create();
      const parts: Buffer[] = [];
      const collect = (part: Buffer): void => void parts.push(part);
      stream.on('data', collect);
      await new Promise<void>((resolve, reject) => {
        stream.once('error', reject);
        stream.write(chunk, (error) => {
          stream.off('error', reject);
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      });
      stream.off('data', collect);
      stream.reset();
      this.#idle.push(stream);
      return this.#joined(parts);
    });
  }

  /** Frees the idle compressors. */
  close(): void {
    for (const stream of this.#idle.splice(0)) stream.close();
  }

  /** A copy, because the parts are views of larger memory. */
  #joined(parts: readonly Buffer[]): Buffer {
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const joined = this.#allocate(size);
    let at = 0;
    for (const part of parts) at += part.copy(joined, at);
    return joined.subarray(0, size);
  }

  #create(): DeflateRaw {
    return createDeflateRaw({ level: this.#level, flush: constants.Z_SYNC_FLUSH, chunkSize: compressorBytes });
  }
}
