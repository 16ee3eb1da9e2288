// Memory for rows, used again and again: what thousands of files fill and empty every minute would otherwise pile up
// until the garbage collector notices.

const smallest = 4 * 1024;
const largest = 1024 * 1024;

/** Buffers whose sizes are powers of two from 4 KiB to 1 MiB. Bound of what lies unused: `maxIdleBytes`. */
export class BufferPool {
  readonly #idle = new Map<number, Buffer[]>();
  readonly #maxIdleBytes: number;
  #idleBytes = 0;

  constructor(maxIdleBytes: number) {
    this.#maxIdleBytes = maxIdleBytes;
  }

  /** A buffer of at least that size, with anything in it; larger ones than the pool keeps are of that very size. */
  take(bytes: number): Buffer {
    if (bytes > largest) return Buffer.allocUnsafeSlow(bytes);
    const size = bytes <= smallest ? smallest : 2 ** Math.ceil(Math.log2(bytes));
    const buffer = this.#idle.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#idleBytes -= size;
    return buffer;
  }

  /** Takes back a buffer that nobody uses any more. */
  give(buffer: Buffer): void {
    const size = buffer.length;
    if (size < smallest || size > largest || this.#idleBytes + size > this.#maxIdleBytes) return;
    let idle = this.#idle.get(size);
    if (idle === undefined) this.#idle.set(size, (idle = []));
    idle.push(buffer);
    this.#idleBytes += size;
  }
}
