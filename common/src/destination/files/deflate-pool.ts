// Compressors that are used again and again: each holds zlib's state of some 400 KB, which would cost more to make for every
// small chunk than the chunk itself. The work is done in libuv's thread pool.
import { constants, createDeflateRaw, type DeflateRaw } from 'node:zlib';

import { TaskQueue } from '../../streams/task-queue.ts';
import { settingsOf, type DeflateSetting } from './deflate-setting.ts';

/** Room for most answers: each further round of one chunk would wait for the main thread. */
export const compressorBytes = 256 * 1024;
/** The most that zlib can use: blocks become longer, which costs less. */
const memLevel = 9;

type Options = {
  readonly level: number;
  /** How many chunks are compressed at once. More than libuv has threads (4) bring nothing. */
  readonly atOnce: number;
  /** Gives memory of at least so many bytes for an answer. */
  readonly allocate?: (bytes: number) => Buffer;
};

type Compressor = { readonly setting: DeflateSetting; readonly stream: DeflateRaw };

/** Memory: some 700 KB for each chunk that is compressed at once, and as much for the compressors that are idle. To be closed. */
export class DeflatePool {
  readonly #settings: ReturnType<typeof settingsOf>;
  readonly #atOnce: number;
  readonly #queue: TaskQueue;
  readonly #allocate: (bytes: number) => Buffer;
  /** The one used last is the last. */
  readonly #idle: Compressor[] = [];

  constructor({ level, atOnce, allocate = (bytes) => Buffer.allocUnsafeSlow(bytes) }: Options) {
    this.#settings = settingsOf(level);
    this.#allocate = allocate;
    this.#atOnce = atOnce;
    this.#queue = new TaskQueue(atOnce);
  }

  /** Chunks being compressed or waiting for it. */
  get size(): number {
    return this.#queue.size;
  }

  /**
   * Raw deflate blocks (RFC 1951), none of them final, that end at a byte: chunks can be compressed independently and
   * joined. The chunk must not change until the answer is there. `setting`: by default that of the level.
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

  /** Frees the compressors that are idle. */
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
    if (this.#idle.length > this.#atOnce) this.#idle.shift()?.stream.close();
    return parts;
  }

  #take(setting: DeflateSetting): Compressor {
    const at = this.#idle.findLastIndex((compressor) => compressor.setting === setting);
    const [idle] = at === -1 ? [] : this.#idle.splice(at, 1);
    return idle ?? { setting, stream: create(setting) };
  }

  /** A copy: the parts are views of larger memory. */
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
