// Text that comes in pieces, kept from where it is still needed, so that a record's bytes are always in one place, and most pieces
// are not copied.

/** Bound: two pieces, or what is kept and a piece, twice that while it grows. */
export class TextWindow {
  /** The available text is bytes[0, filled). */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  filled = 0;
  /** Offset in the text of bytes[0]. */
  offset: number;
  #own = Buffer.alloc(0);

  /** `offset`: that of the first pushed byte. */
  constructor(offset: number) {
    this.offset = offset;
  }

  /**
   * Takes a piece, which must not be used elsewhere afterwards, and may drop the bytes before `from`. @returns how many it dropped.
   */
  push(piece: Uint8Array, from: number): number {
    if (from === this.filled) {
      this.#hold(piece);
      this.filled = piece.length;
      this.offset += from;
      return from;
    }
    const hasRoom = this.bytes === this.#own && this.filled + piece.length <= this.#own.length;
    const dropped = hasRoom ? 0 : from;
    if (!hasRoom) this.#moveToOwn(from, piece.length);
    this.bytes.set(piece, this.filled);
    this.filled += piece.length;
    return dropped;
  }

  #moveToOwn(from: number, more: number): void {
    const kept = this.bytes.subarray(from, this.filled);
    const length = kept.length + more;
    if (this.#own.length < length) this.#own = Buffer.allocUnsafeSlow(2 * length); // Twice, so that long text is rarely moved.
    this.#own.set(kept);
    this.#hold(this.#own);
    this.filled = kept.length;
    this.offset += from;
  }

  #hold(bytes: Uint8Array): void {
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
