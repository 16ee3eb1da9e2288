// A growing buffer in which rows are built from pieces of other rows.
import { NEWLINE } from '../json/ascii.ts';
import { copyWords, fill, type Filling } from '../json/words.ts';
import { grownBuffer } from '../streams/grown-buffer.ts';
import type { KnownText } from './known-text.ts';

const firstBytes = 64 * 1024;
const HEX = '0123456789abcdef';

/** Bound: what was written since the last `clear`, up to twice that. */
export class RowBuffer implements Filling {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  /** A view of `memory`. */
  words = new DataView(this.#bytes.buffer);
  length = 0;

  /** Valid until the next write. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** `bytes`, and the free space after them. It stays the same between calls unless it grows. */
  get memory(): Buffer {
    return this.#bytes;
  }

  clear(): void {
    this.length = 0;
  }

  byte(byte: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length] = byte;
    this.length += 1;
  }

  copy(bytes: Uint8Array, start: number, end: number): void {
    if (this.length + end - start > this.#bytes.length) this.#grow(end - start);
    fill(this, bytes, start, end);
  }

  known({ words, length }: KnownText): void {
    if (this.length + length > this.#bytes.length) this.#grow(length);
    copyWords(words, 0, length, this);
    this.length += length;
  }

  text(text: string): void {
    const size = text.length * 3;
    if (this.length + size > this.#bytes.length) this.#grow(size);
    this.length += this.#bytes.write(text, this.length);
  }

  /** JSON text bytes[start, end) as a JSON string. */
  quoted(bytes: Uint8Array, start: number, end: number): void {
    this.byte(0x22);
    this.escaped(bytes, start, end);
    this.byte(0x22);
  }

  /** JSON text bytes[start, end) as content of a JSON string. */
  escaped(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === 0x22 || byte === 0x5c) this.byte(0x5c);
      if (byte >= 0x20) this.byte(byte);
      else this.text(`\\u00${HEX[byte >> 4]}${HEX[byte & 15]}`);
    }
  }

  endLine(): void {
    this.byte(NEWLINE);
  }

  #grow(size: number): void {
    this.#bytes = grownBuffer(this.#bytes, this.length, Math.max(this.#bytes.length * 2, this.length + size));
    this.words = new DataView(this.#bytes.buffer);
  }
}
