// Memory for rows and compressed rows that is reused. Thousands of files fill and empty it every minute; without reuse, it would
// pile up until the garbage collector runs.

const smallest = 4 * 1024;
const largest = 1024 * 1024;

/** Buffers of 4 KiB to 1 MiB, in four sizes between two powers of two. Bound of unused memory: `maxIdleBytes`. */
export class BufferPool {
  readonly #idle = new Map<number, Buffer[]>();
  /** The buffers in use. Only these may be returned: other memory, such as Node's own small buffers, must not be reused. */
  readonly #lent = new WeakSet<ArrayBufferLike>();
  readonly #maxIdleBytes: number;
  #idleBytes = 0;

  constructor(maxIdleBytes: number) {
    this.#maxIdleBytes = maxIdleBytes;
  }

  /** Unused memory. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** A buffer of at least that size, with any content. A buffer that is larger than the pool keeps has exactly that size. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    let buffer = this.#idle.get(size)?.pop();
    if (buffer === undefined) buffer = Buffer.allocUnsafeSlow(size);
    else this.#idleBytes -= size;
    this.#lent.add(buffer.buffer);
    return buffer;
  }

  /** Takes the complete memory of a buffer, or of a part of it, which no one uses any more. */
  give({ buffer }: Uint8Array): void {
    const size = buffer.byteLength;
    if (!this.#lent.delete(buffer) || size > largest || this.#idleBytes + size > this.#maxIdleBytes) return;
    let idle = this.#idle.get(size);
    if (idle === undefined) this.#idle.set(size, (idle = []));
    idle.push(Buffer.from(buffer as ArrayBuffer));
    this.#idleBytes += size;
  }
}

function sizeFor(bytes: number): number {
  if (bytes > largest) return bytes;
  if (bytes <= smallest) return smallest;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}
