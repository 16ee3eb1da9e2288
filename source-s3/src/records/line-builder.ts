// Builds RECORD lines byte by byte in one buffer: text that is equal in all lines, and values that are escaped while they are
// written.
import { isUtf8 } from 'node:buffer';

import type { Lines } from './line-buffer.ts';
import { escapedLength, writeEscape } from './json-escapes.ts';
import { NEWLINE, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { escapable, firstOf, marksOf, wordBytes } from '@s3-connectors/common/json/words.ts';
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

const readyBytes = 256 * 1024; // Fewer turns between the programs than with 64 KiB, and still within a core's cache.
const copyFrom = 128; // Below this, a loop is faster than the call.
const measureFrom = 4096; // Below this, six times the length wastes little.

/** Bound: 256 KiB and the longest line, at most twice that while it grows. */
export class LineBuilder {
  #bytes = Buffer.allocUnsafeSlow(2 * readyBytes);
  /** A view of the lines' memory, for callers that write to it themselves. */
  view: DataView = viewOf(this.#bytes);
  #length = 0;
  #lineStart = 0;
  #rows = 0;
  /** All words around the line's strings, or-ed: without high bits the strings are ASCII. */
  #seen = 0;
  /** The last two sources of bytes: usually a text and its unescaped form. */
  #source = viewed(this.#bytes);
  #sourceBefore = this.#source;

  get rows(): number {
    return this.#rows;
  }

  /** 256 KiB are complete. */
  get isReady(): boolean {
    return this.#length >= readyBytes;
  }

  /** The length of the line that has not ended: a place in it, for `takeBack`. */
  get lineBytes(): number {
    return this.#length - this.#lineStart;
  }

  /** ASCII text, unchanged. */
  text(ascii: string): void {
    const { length } = ascii;
    this.#reserve(length);
    if (length >= copyFrom) this.#bytes.write(ascii, this.#length, 'latin1');
    else for (let index = 0; index < length; index++) this.#bytes[this.#length + index] = ascii.charCodeAt(index);
    this.#length += length;
  }

  /** Removes the bytes since then from the line, and returns them. They are valid until the next call. */
  takeBack(mark: number): Buffer {
    const end = this.#length;
    this.#length = this.#lineStart + mark;
    return this.#bytes.subarray(this.#length, end);
  }

  /** Bytes, unchanged. */
  raw(source: Uint8Array, start = 0, end = source.length): void {
    const length = end - start;
    this.#reserve(length);
    if (length === source.length) this.#bytes.set(source, this.#length);
    else this.#copy(source, start, end);
    this.#length += length;
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    const { buffer, view: from } = this.#viewed(source);
    if (end - start >= copyFrom || end + wordBytes > source.length) {
      buffer.copy(this.#bytes, this.#length, start, end);
      return;
    }
    const to = this.view;
    const shift = this.#length - start;
    for (let at = start; at < end; at += 4) to.setInt32(at + shift, from.getInt32(at, true), true);
  }

  /** Bytes as a JSON string, with its quotes. */
  string(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(2 + (length < measureFrom ? 6 * length : escapedLength(source, start, end)));
    const { view: from } = this.#viewed(source);
    const to = this.view;
    const lastWord = source.length - wordBytes;
    let seen = this.#seen;
    let shift = this.#length + 1 - start; // From a byte's place in the source to its place in the line.
    this.#bytes[this.#length] = QUOTE;
    let at = start;
    while (at < end) {
      const word = at <= lastWord ? from.getInt32(at, true) : lastBytes(source, at);
      to.setInt32(at + shift, word, true);
      seen |= word;
      const marks = marksOf(escapable(word));
      at += marks === 0 ? 4 : firstOf(marks);
      if (marks === 0 || at >= end) continue;
      shift += writeEscape(this.#bytes, at + shift, source[at] ?? 0);
      at++;
    }
    this.#bytes[end + shift] = QUOTE;
    this.#length = end + shift + 1;
    this.#seen = seen;
  }

  #viewed(source: Uint8Array): Viewed {
    if (source === this.#source.bytes) return this.#source;
    const before = this.#source;
    this.#source = source === this.#sourceBefore.bytes ? this.#sourceBefore : viewed(source);
    this.#sourceBefore = before;
    return this.#source;
  }

  /** Makes room for this many bytes and a word in `view`. @returns where they go. */
  room(bytes: number): number {
    this.#reserve(bytes);
    return this.#length;
  }

  /** The line has reached this place in `view`. Without high bits in `seen` the written bytes are ASCII. */
  wrote(to: number, seen = 0): void {
    this.#length = to;
    this.#seen |= seen;
  }

  /** Ends the line. False if its strings are not UTF-8; the line is then removed. */
  endLine(): boolean {
    if (marksOf(this.#seen) !== 0 && !isUtf8(this.#bytes.subarray(this.#lineStart, this.#length))) {
      this.dropLine();
      return false;
    }
    this.#reserve(1);
    this.#bytes[this.#length++] = NEWLINE;
    this.#lineStart = this.#length;
    this.#rows++;
    this.#seen = 0;
    return true;
  }

  /** Removes the unfinished line. */
  dropLine(): void {
    this.#length = this.#lineStart;
    this.#seen = 0;
  }

  /** The lines so far. Their memory is reused by the next call of any method. */
  take(): Lines {
    const lines = { bytes: this.#bytes.subarray(0, this.#length), rows: this.#rows };
    this.#length = 0;
    this.#lineStart = 0;
    this.#rows = 0;
    return lines;
  }

  /** Room for this many bytes and a word, because the last word of a copy goes beyond its end. */
  #reserve(bytes: number): void {
    const needed = this.#length + bytes + wordBytes;
    if (needed <= this.#bytes.length) return;
    this.#bytes = grownBuffer(this.#bytes, this.#length, Math.max(needed, Math.ceil(this.#bytes.length * 1.5)));
    this.view = viewOf(this.#bytes);
  }
}

/** Three views of the same memory. */
type Viewed = { readonly bytes: Uint8Array; readonly buffer: Buffer; readonly view: DataView };

function viewed(bytes: Uint8Array): Viewed {
  return { bytes, buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), view: viewOf(bytes) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The word at the end of memory: its remaining bytes, and zeros. */
function lastBytes(source: Uint8Array, at: number): number {
  let word = 0;
  for (let place = 0; at + place < source.length; place++) word |= (source[at + place] ?? 0) << (8 * place);
  return word;
}
