// Cuts JSON values out of text that is more than lines: the elements of an array, objects over several lines, objects that follow
// each other without a line end. Each is copied to one place, as one line.
import {
  BACKSLASH,
  CARRIAGE_RETURN,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  NEWLINE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
  TAB,
} from '@s3-connectors/common/json/ascii.ts';
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

import { unreadable } from '../contract/unreadable.ts';
import type { JsonCutter } from './json-cutter.ts';

const maxValueBytes = 64 * 1024 * 1024;

/** What may follow: any value (or the array's end, at its beginning), or a comma or the array's end. */
type Expected = 'first' | 'value' | 'comma';

/** Bound: one piece and the longest value, twice that while it grows. A value above 64 MiB is refused. */
export class JsonValues implements JsonCutter {
  readonly form: 'array' | 'values';
  /** The current value is bytes[0, to), and bytes[to] is a newline. Line ends between its parts become blanks. */
  bytes: Buffer = Buffer.alloc(256);
  readonly from = 0;
  to = 0;
  readonly isText = false;
  readonly hasEscapes = true;
  start: number;
  /** The current value has a line end. */
  hasLineEnd = false;
  readonly #key: string;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Offset in the text of the piece. */
  #pieceStart: number;
  #isInArray: boolean;
  #expected: Expected;
  #isInValue = false;
  #depth = 0;
  #isInString = false;
  #isEscape = false;
  #isEnded = false;

  /** `origin`: as for JsonLines; `isInside`: an element of an array begins there. */
  constructor(
    form: 'array' | 'values',
    { key, origin, isInside }: { readonly key: string; readonly origin: number; readonly isInside: boolean },
  ) {
    this.form = form;
    this.#key = key;
    this.#pieceStart = origin;
    this.start = origin;
    this.#isInArray = form === 'array' && isInside;
    this.#expected = isInside ? 'value' : 'first';
  }

  push(piece: Uint8Array): void {
    this.#pieceStart += this.#piece.length;
    this.#piece = piece;
    this.#at = 0;
  }

  finish(): void {
    this.#isEnded = true;
  }

  /** Offset in the text after the current value. */
  get end(): number {
    return this.#pieceStart + this.#at;
  }

  /** @throws FILE_UNREADABLE if the text is not of this form, is cut, or has a value that is too long. */
  next(): boolean {
    while (this.#at < this.#piece.length) {
      if (!this.#isInValue && !this.#begin()) continue;
      if (this.#take()) return true;
    }
    if (this.#isEnded) this.#checkEnd();
    return false;
  }

  /** One byte between values. True: a value begins at it. */
  #begin(): boolean {
    const byte = this.#piece[this.#at] as number;
    if (byte === SPACE || byte === NEWLINE || byte === TAB || byte === CARRIAGE_RETURN) this.#at++;
    else if (this.#isInArray && this.#expected === 'comma') {
      if (byte === COMMA) this.#expected = 'value';
      else if (byte === CLOSE_ARRAY) this.#isInArray = false;
      else throw this.#damaged('neither a comma nor the end of the array follows a value');
      this.#at++;
    } else if (this.#isInArray && this.#expected === 'first' && byte === CLOSE_ARRAY) {
      this.#isInArray = false;
      this.#at++;
    } else if (!this.#isInArray && this.form === 'array') {
      if (byte !== OPEN_ARRAY) throw this.#damaged('the array has ended and something else follows');
      this.#isInArray = true;
      this.#expected = 'first';
      this.#at++;
    } else {
      if (endsPlain(byte)) throw this.#damaged('a value is missing'); // Nor may it be a NUL, which would end where it begins.
      this.#isInValue = true;
      this.#depth = 0;
      this.to = 0;
      this.hasLineEnd = false;
      this.start = this.#pieceStart + this.#at;
      return true;
    }
    return false;
  }

  /** Takes the value’s available bytes. True if it ends among them. */
  #take(): boolean {
    const piece = this.#piece;
    this.#makeRoom(piece.length - this.#at + 1);
    const { bytes } = this;
    let { to } = this;
    let at = this.#at;
    let isDone = false;
    for (; at < piece.length && !isDone; at++) {
      let byte = piece[at] as number;
      if (this.#isInString) {
        if (this.#isEscape) this.#isEscape = false;
        else if (byte === BACKSLASH) this.#isEscape = true;
        else if (byte === QUOTE) {
          this.#isInString = false;
          isDone = this.#depth === 0;
        }
      } else if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++;
      else if (this.#depth === 0 && endsPlain(byte)) {
        at--;
        isDone = true;
        continue;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) isDone = --this.#depth === 0;
      else if (byte === NEWLINE || byte === CARRIAGE_RETURN) {
        this.hasLineEnd = true;
        byte = SPACE;
      }
      bytes[to++] = byte;
    }
    this.#at = at;
    this.to = to;
    if (!isDone) return false;
    bytes[to] = NEWLINE;
    this.#isInValue = false;
    this.#expected = 'comma';
    return true;
  }

  #makeRoom(more: number): void {
    const length = this.to + more;
    if (length <= this.bytes.length) return;
    if (length > maxValueBytes) {
      const why = `the JSON value at byte ${this.start} of the text is longer than ${maxValueBytes / 1024 / 1024} MiB`;
      throw unreadable({ key: this.#key }, why);
    }
    this.bytes = grownBuffer(this.bytes, this.to, 2 * length);
  }

  #checkEnd(): void {
    const why = 'does not end; the file may have been cut';
    if (this.#isInValue) {
      throw unreadable({ key: this.#key }, `the JSON value at byte ${this.start} of the text ${why}`);
    }
    if (this.#isInArray) throw unreadable({ key: this.#key }, `its JSON array ${why}`);
  }

  #damaged(what: string): Error {
    return unreadable(
      { key: this.#key },
      `${what}, at byte ${this.end} of the text, which is read as ${formText[this.form]}`,
    );
  }
}

/** A byte that neither belongs to a number or a literal, nor begins a value. */
function endsPlain(byte: number): boolean {
  return byte <= SPACE || byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;
}

const formText = {
  lines: 'JSON lines',
  array: 'a JSON array',
  values: 'JSON objects one after the other',
} as const;
