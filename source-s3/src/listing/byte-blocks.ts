// Many small blocks of bytes in few large buffers: as a buffer each they would take V8 some 400 bytes more, and longer to collect.

/** Blocks that are larger have a buffer of their own. */
const chunkBytes = 1024 * 1024;

/** Bound: what the blocks take, a chunk, and 16 bytes a block. */
export class ByteBlocks {
  readonly #chunks: Buffer[] = [];
  /** Of the last chunk. */
  #filled = chunkBytes;
  /** Of each block: the number of its chunk times `chunkBytes`, and where it begins there. */
  #places = new Float64Array(1024);
  #length = 0;

  /** Takes a copy of what is to be a block, in pieces. */
  add(pieces: readonly Buffer[]): void {
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    if (this.#filled + bytes > chunkBytes) {
      this.#chunks.push(Buffer.allocUnsafeSlow(Math.max(bytes, chunkBytes)));
      this.#filled = 0;
    }
    const chunk = this.#chunks.at(-1) ?? Buffer.alloc(0);
    this.#places = withRoom(this.#places, this.#length);
    this.#places[this.#length++] = (this.#chunks.length - 1) * chunkBytes + this.#filled;
    for (const piece of pieces) this.#filled += piece.copy(chunk, this.#filled);
  }

  /** The block of this number, with whatever follows it in memory. */
  from(index: number): Buffer | undefined {
    if (index >= this.#length) return undefined;
    const place = this.#places[index] ?? 0;
    return this.#chunks[Math.floor(place / chunkBytes)]?.subarray(place % chunkBytes);
  }
}

/** The same numbers, with room for another behind the first `used`. */
export function withRoom(numbers: Float64Array<ArrayBuffer>, used: number): Float64Array<ArrayBuffer> {
  if (used < numbers.length) return numbers;
  const longer = new Float64Array(numbers.length * 2);
  longer.set(numbers);
  return longer;
}
