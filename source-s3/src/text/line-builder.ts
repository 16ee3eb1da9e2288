// RECORD lines put together byte by byte in one buffer: text that is the same for all, and values escaped on their way.
import { isUtf8 } from 'node:buffer';

import type { Lines } from '../engine/line-buffer.ts';

const readyBytes = 64 * 1024;
const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const hexDigits = Buffer.from('0123456789abcdef');
/** What follows the backslash for bytes that JSON forbids in a string; `u` where only a number does. */
const escapes = new Uint8Array(256);
escapes.fill(0x75, 0, 0x20);
for (const [char, letter] of [
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['"', '"'],
  ['\\', '\\'],
] as const) {
  escapes[char.charCodeAt(0)] = letter.charCodeAt(0);
}
const copyFrom = 48; // Below, a loop is faster than the call.
const measureFrom = 4096; // Below, six times the length is no loss.

/** Bound: 64 KiB and the longest line, at most twice that while it grows. */
export class LineBuilder {
  #bytes = Buffer.allocUnsafeSlow(2 * readyBytes);
  #length = 0;
  #lineStart = 0;
  #rows = 0;
  /** All bytes of the line's strings or-ed: below 0x80 they are ASCII. */
  #seen = 0;

  get rows(): number {
    return this.#rows;
  }

  /** 64 KiB are together. */
  get isReady(): boolean {
    return this.#length >= readyBytes;
  }

  /** Of the line that has not ended. */
  get lineBytes(): number {
    return this.#length - this.#lineStart;
  }

  /** ASCII as it is. */
  text(ascii: string): void {
    const { length } = ascii;
    this.#reserve(length);
    if (length >= copyFrom) this.#bytes.write(ascii, this.#length, 'latin1');
    else for (let index = 0; index < length; index++) this.#bytes[this.#length + index] = ascii.charCodeAt(index);
    this.#length += length;
  }

  /** A place in the line to take it back to. */
  mark(): number {
    return this.lineBytes;
  }

  /** The bytes since then, which leave the line; they last until the next call. */
  takeBack(mark: number): Buffer {
    const end = this.#length;
    this.#length = this.#lineStart + mark;
    return this.#bytes.subarray(this.#length, end);
  }

  /** Bytes as they are. */
  raw(source: Uint8Array, start = 0, end = source.length): void {
    const length = end - start;
    this.#reserve(length);
    if (length >= copyFrom) this.#bytes.set(source.subarray(start, end), this.#length);
    else
      for (let index = 0; index < length; index++) this.#bytes[this.#length + index] = source[start + index] as number;
    this.#length += length;
  }

  /** Bytes as a JSON string, with its quotes. */
  string(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(2 + (length < measureFrom ? 6 * length : escapedLength(source, start, end)));
    const bytes = this.#bytes;
    let to = this.#length;
    let seen = this.#seen;
    bytes[to++] = quote;
    for (let at = start; at < end; at++) {
      const byte = source[at] as number;
      seen |= byte;
      const escape = escapes[byte] as number;
      if (escape === 0) bytes[to++] = byte;
      else {
        bytes[to++] = backslash;
        bytes[to++] = escape;
        if (escape === 0x75) {
          bytes[to++] = 0x30;
          bytes[to++] = 0x30;
          bytes[to++] = hexDigits[byte >> 4] ?? 0;
          bytes[to++] = hexDigits[byte & 15] ?? 0;
        }
      }
    }
    bytes[to++] = quote;
    this.#seen = seen;
    this.#length = to;
  }

  /** Ends the line; false, and the line is taken back, when its strings are not UTF-8. */
  endLine(): boolean {
    if (this.#seen >= 0x80 && !isUtf8(this.#bytes.subarray(this.#lineStart, this.#length))) {
      this.dropLine();
      return false;
    }
    this.#reserve(1);
    this.#bytes[this.#length++] = newline;
    this.#lineStart = this.#length;
    this.#rows++;
    this.#seen = 0;
    return true;
  }

  /** Takes the line back as far as it has come. */
  dropLine(): void {
    this.#length = this.#lineStart;
    this.#seen = 0;
  }

  /** The lines so far; their memory is used again with the next call of any method. */
  take(): Lines {
    const lines = { bytes: this.#bytes.subarray(0, this.#length), rows: this.#rows };
    this.#length = 0;
    this.#lineStart = 0;
    this.#rows = 0;
    return lines;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#length + bytes, Math.ceil(this.#bytes.length * 1.5)));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function escapedLength(source: Uint8Array, start: number, end: number): number {
  let length = end - start;
  for (let at = start; at < end; at++) {
    const escape = escapes[source[at] ?? 0] ?? 0;
    if (escape !== 0) length += escape === 0x75 ? 5 : 1;
  }
  return length;
}
