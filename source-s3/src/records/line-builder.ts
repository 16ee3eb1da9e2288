// RECORD lines put together byte by byte in one buffer: text that is the same for all, and values escaped on their way.
import { isUtf8 } from 'node:buffer';

import type { Lines } from './line-buffer.ts';
import { escapedLength, writeEscape } from './json-escapes.ts';
import { NEWLINE, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { escapable, firstOf, marksOf, wordBytes } from '@s3-connectors/common/json/words.ts';
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

const readyBytes = 256 * 1024; // Fewer turns between the programs than with 64 KiB, and still within a core's cache.
const copyFrom = 128; // Below, a loop is faster than the call.
const measureFrom = 4096; // Below, six times the length is no loss.

/** Bound: 256 KiB and the longest line, at most twice that while it grows. */
export class LineBuilder {
  #bytes = Buffer.allocUnsafeSlow(2 * readyBytes);
  /** Of the lines' memory, for who writes to it by itself. */
  view: DataView = viewOf(this.#bytes);
  #length = 0;
  #lineStart = 0;
  #rows = 0;
  /** All words around the line's strings or-ed: without high bits the strings are ASCII. */
  #seen = 0;
  /** Where bytes were last taken from, and where before that: mostly a text and what is unescaped of it. */
  #source = viewed(this.#bytes);
  #sourceBefore = this.#source;

  get rows(): number {
    return this.#rows;
  }

  /** 256 KiB are together. */
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
    let shift = this.#length + 1 - start; // From a byte's place in the source to that in the line.
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

  /** Makes room for so many bytes and a word in `view`. @returns where they go. */
  room(bytes: number): number {
    this.#reserve(bytes);
    return this.#length;
  }

  /** The line has come to that place in `view`; without high bits in `seen` what was written is ASCII. */
  wrote(to: number, seen = 0): void {
    this.#length = to;
    this.#seen |= seen;
  }

  /** Ends the line; false, and the line is taken back, when its strings are not UTF-8. */
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

  /** Room for so many bytes and a word, since the last word of what is copied goes beyond its end. */
  #reserve(bytes: number): void {
    const needed = this.#length + bytes + wordBytes;
    if (needed <= this.#bytes.length) return;
    this.#bytes = grownBuffer(this.#bytes, this.#length, Math.max(needed, Math.ceil(this.#bytes.length * 1.5)));
    this.view = viewOf(this.#bytes);
  }
}

/** The same memory thrice. */
type Viewed = { readonly bytes: Uint8Array; readonly buffer: Buffer; readonly view: DataView };

function viewed(bytes: Uint8Array): Viewed {
  return { bytes, buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), view: viewOf(bytes) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The word at the end of memory: what is left of it, and zeros. */
function lastBytes(source: Uint8Array, at: number): number {
  let word = 0;
  for (let place = 0; at + place < source.length; place++) word |= (source[at + place] ?? 0) << (8 * place);
  return word;
}
