// Compressors that are reused: each has about 400 KB of zlib state, which takes longer to create than a small chunk takes to
// compress. The work runs in libuv's thread pool.
import { constants, createDeflateRaw, type DeflateRaw } from 'node:zlib';

import { TaskQueue } from '../../streams/task-queue.ts';
import { settingsOf, type DeflateSetting } from './deflate-setting.ts';

/** Large enough for most results: each further round for a chunk would wait for the main thread. */
export const compressorBytes = 256 * 1024;
/** The most that zlib can use: blocks become longer, which costs less. */
const memLevel = 9;

type Options = {
  readonly level: number;
  /** The number of chunks that are compressed at once. A number above that of libuv's threads has no effect. */
  readonly atOnce: number;
  /** Allocates at least this many bytes for a result. */
  readonly allocate?: (bytes: number) => Buffer;
};

type Compressor = { readonly setting: DeflateSetting; readonly stream: DeflateRaw };

/** Memory: about 700 KB for each chunk that is compressed at once, and as much for the idle compressors. Close it after use. */
export class DeflatePool {
  readonly atOnce: number;
  readonly #settings: ReturnType<typeof settingsOf>;
  readonly #queue: TaskQueue;
  readonly #allocate: (bytes: number) => Buffer;
  /** Idle compressors; the one used last is at the end. */
  readonly #idle: Compressor[] = [];

  constructor({ level, atOnce, allocate = (bytes) => Buffer.allocUnsafeSlow(bytes) }: Options) {
    this.atOnce = atOnce;
    this.#settings = settingsOf(level);
    this.#allocate = allocate;
    this.#queue = new TaskQueue(atOnce);
  }

  /** Chunks that are being compressed or wait for it. */
  get size(): number {
    return this.#queue.size;
  }

  /**
   * Raw deflate blocks (RFC 1951), none of them final, that end at a byte: chunks can be compressed independently and joined.
   * Do not change the chunk before the promise resolves. `setting`: by default that of the level.
   */
  async compress(chunk: Uint8Array, setting?: Promise<DeflateSetting>): Promise<Buffer> {
    return await this.#queue.run(async () => {
      return this.#joined(await this.#deflate(chunk, (await setting) ?? this.#settings.standard));
    });
  }

  /** The cheapest setting that makes the sample no larger than the setting of the level. The same for equal samples. */
  async cheapest(sample: Uint8Array): Promise<DeflateSetting> {
    const { standard, cheaper } = this.#settings;
    if (cheaper.length === 0) return standard;
    return await this.#queue.run(async () => {
      const most = sizeOf(await this.#deflate(sample, standard));
      for (const setting of cheaper) {
        if (sizeOf(await this.#deflate(sample, setting)) <= most) return setting;
      }
      return standard;
    });
  }

  /** Frees the idle compressors. */
  close(): void {
    for (const { stream } of this.#idle.splice(0)) stream.close();
  }

  /** @returns views of memory that nobody else writes to. */
  async #deflate(chunk: Uint8Array, setting: DeflateSetting): Promise<readonly Buffer[]> {
    const compressor = this.#take(setting);
    const { stream } = compressor;
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
    this.#idle.push(compressor);
    if (this.#idle.length > this.atOnce) this.#idle.shift()?.stream.close();
    return parts;
  }

  #take(setting: DeflateSetting): Compressor {
    const at = this.#idle.findLastIndex((compressor) => compressor.setting === setting);
    const [idle] = at === -1 ? [] : this.#idle.splice(at, 1);
    return idle ?? { setting, stream: create(setting) };
  }

  /** A copy, because the parts are views of larger memory. */
  #joined(parts: readonly Buffer[]): Buffer {
    const size = sizeOf(parts);
    const joined = this.#allocate(size);
    let at = 0;
    for (const part of parts) at += part.copy(joined, at);
    return joined.subarray(0, size);
  }
}

function sizeOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function create(setting: DeflateSetting): DeflateRaw {
  return createDeflateRaw({ ...setting, memLevel, flush: constants.Z_SYNC_FLUSH, chunkSize: compressorBytes });
}
