// Lines of a row group that is decoded before its turn. Their memory is used again: new memory for each batch would keep the
// garbage collector busy.
import type { PlacedLines } from '../contract/format.ts';

const chunkBytes = 1024 * 1024; // Hardly any batch is longer.

type Held = { readonly chunk: Buffer; readonly lines: PlacedLines };

/** Bound: `mostBytes` and one batch. */
export class HeldLines {
  readonly #mostBytes: number;
  readonly #free: Buffer[];
  readonly #held: Held[] = [];
  #bytes = 0;

  /** `free`: memory of batches that were held before. */
  constructor(mostBytes: number, free: Buffer[]) {
    this.#mostBytes = mostBytes;
    this.#free = free;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#mostBytes;
  }

  add(lines: PlacedLines): void {
    const { length } = lines.bytes;
    const known = length <= chunkBytes ? this.#free.pop() : undefined;
    const chunk = known ?? Buffer.allocUnsafeSlow(Math.max(length, chunkBytes));
    chunk.set(lines.bytes);
    this.#held.push({ chunk, lines: { ...lines, bytes: chunk.subarray(0, length) } });
    this.#bytes += chunk.length;
  }

  /** Those that are held by now. The memory of each is used again after the next step. */
  *take(): Generator<PlacedLines> {
    for (let next = this.#held.shift(); next !== undefined; next = this.#held.shift()) {
      yield next.lines;
      if (next.chunk.length === chunkBytes) this.#free.push(next.chunk);
    }
  }
}
