// Cuts JSON lines out of text that comes in pieces: LF or CRLF ends a line, and blank lines are ignored. A line within one piece is
// not copied.
import { isUtf8 } from 'node:buffer';

import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

import { unreadable } from '../contract/unreadable.ts';
import type { JsonCutter } from './json-cutter.ts';

const maxLineBytes = 64 * 1024 * 1024;

/** Bound: one piece and the part of a line before it, twice that while it grows. A line above 64 MiB is refused. */
export class JsonLines implements JsonCutter {
  readonly form = 'lines';
  readonly #key: string;
  /** The current line is bytes[from, to); bytes[to] is a newline. */
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  to = 0;
  /** The line is UTF-8, like all lines around it. If false, some of them are not. */
  isText = true;
  /** The bytes around the line have a `\u` escape. */
  hasEscapes = false;
  start: number;
  #piece: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Offset in the text of the piece's end. */
  #pieceEnd: number;
  /** The beginning of a line whose end is in a later piece. */
  #held = Buffer.alloc(0);
  #heldBytes = 0;
  #isEnded = false;

  /** `origin`: the offset in the text of the first pushed byte; `key`: for errors. */
  constructor({ key, origin }: { readonly key: string; readonly origin: number }) {
    this.#key = key;
    this.#pieceEnd = origin;
    this.start = origin;
  }

  push(piece: Uint8Array): void {
    this.#piece = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    this.#at = 0;
    this.#pieceEnd += piece.length;
  }

  /** The input has ended. */
  finish(): void {
    this.#isEnded = true;
  }

  /**
   * Moves to the next line. False if more text is needed, or after the last line. @throws FILE_UNREADABLE for a line that is too
   * long.
   */
  next(): boolean {
    for (;;) {
      const end = this.#piece.indexOf(NEWLINE, this.#at);
      const isLast = end === -1;
      if (isLast) this.#hold(this.#piece.length);
      if (isLast && !(this.#isEnded && this.#heldBytes > 0)) return false;
      if (isLast) this.#releaseLast();
      else this.#release(end);
      if (!this.#isBlank()) return true;
    }
  }

  /** The line that ends at the newline at `end` of the piece. */
  #release(end: number): void {
    this.start = this.#lineStart;
    if (this.#heldBytes === 0) {
      if (this.bytes !== this.#piece) this.#look(this.#piece.subarray(this.#at, this.#piece.lastIndexOf(NEWLINE)));
      this.bytes = this.#piece;
      this.from = this.#at;
      this.to = end;
      this.#at = end + 1;
      return;
    }
    this.#hold(end + 1);
    this.#takeHeld();
  }

  /** The rest of a text that ended without a newline. */
  #releaseLast(): void {
    this.start = this.#lineStart;
    this.#append(Buffer.from([NEWLINE]));
    this.#takeHeld();
  }

  #takeHeld(): void {
    this.bytes = this.#held;
    this.from = 0;
    this.to = this.#heldBytes - 1;
    this.#look(this.#held.subarray(0, this.#heldBytes));
    this.#heldBytes = 0;
  }

  /** Keeps the piece up to `end`. */
  #hold(end: number): void {
    this.#append(this.#piece.subarray(this.#at, end));
    this.#at = end;
  }

  #append(part: Uint8Array): void {
    const length = this.#heldBytes + part.length;
    if (length > maxLineBytes) {
      const why = `the line at byte ${this.#lineStart} of the text is longer than ${maxLineBytes / 1024 / 1024} MiB`;
      throw unreadable({ key: this.#key }, why);
    }
    if (length > this.#held.length) this.#held = grownBuffer(this.#held, this.#heldBytes, 2 * length);
    this.#held.set(part, this.#heldBytes);
    this.#heldBytes = length;
  }

  /** Offset in the text of the line that is being cut. */
  get #lineStart(): number {
    return this.#pieceEnd - this.#piece.length + this.#at - this.#heldBytes;
  }

  #look(bytes: Buffer): void {
    this.isText = isUtf8(bytes);
    this.hasEscapes = bytes.includes('\\u');
  }

  #isBlank(): boolean {
    for (let at = this.from; at < this.to; at++) {
      const byte = this.bytes[at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
    }
    return true;
  }
}
