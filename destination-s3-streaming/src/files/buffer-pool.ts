// Memory for rows and for what they are compressed to, used again and again: what thousands of files fill and empty every
// minute would otherwise pile up until the garbage collector notices.

const smallest = 4 * 1024;
const largest = 1024 * 1024;

/**
 * Buffers of 4 KiB to 1 MiB, in four sizes between one power of two and the next. Bound of what lies unused:
 * `maxIdleBytes`.
 */
export class BufferPool {
  readonly #idle = new Map<number, Buffer[]>();
  /** What is in use. Only that may come back: memory of others, Node's own small buffers above all, must not be reused. */
  readonly #lent = new WeakSet<ArrayBufferLike>();
  readonly #maxIdleBytes: number;
  #idleBytes = 0;

  constructor(maxIdleBytes: number) {
    this.#maxIdleBytes = maxIdleBytes;
  }

  /** Memory that lies unused. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** A buffer of at least that size, with anything in it; one larger than the pool keeps is of that very size. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    let buffer = this.#idle.get(size)?.pop();
    if (buffer === undefined) buffer = Buffer.allocUnsafeSlow(size);
    else this.#idleBytes -= size;
    this.#lent.add(buffer.buffer);
    return buffer;
  }

  /** Takes back the whole memory of a buffer, or of a part of it, that nobody uses any more. */
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
