// The outline of a line that is too long for memory: its upper members without their long values. It can be scanned like any other
// line.
import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COMMA, NEWLINE, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './ascii.ts';

const COLON = 0x3a;
const ZERO = 0x30;

const mostBytes = 64 * 1024;
const mostTokenBytes = 8 * 1024;

/**
 * Containers deeper than `depth` become `{}` and `[]`; texts and numbers of more than 8 KiB become `""` and `0`. The outline is valid
 * JSON if the line is. Bound: 64 KiB.
 */
export class LineOutline {
  readonly #shownDepth: number;
  readonly #bytes = Buffer.allocUnsafe(mostBytes);
  #used = 0;
  #isFull = false;
  #depth = 0;
  #inText = false;
  #isEscaped = false;
  /** The start in `#bytes` of the current text or number, or -1. */
  #token = -1;
  /** The rest of the text or number is omitted. */
  #isCut = false;
  /** The closing bytes of the open containers. */
  #open: readonly number[] = [];
  /** The last position where all members are complete, and the open containers there. */
  #complete = { used: 0, open: this.#open };

  constructor(depth: number) {
    this.#shownDepth = depth;
  }

  /** The next piece of the line, without its newline. */
  add(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#inText) at = this.#takeText(piece, at);
      else if (this.#depth > this.#shownDepth) at = this.#skip(piece, at);
      else {
        this.#take(piece[at] as number);
        at += 1;
      }
    }
  }

  /** The outline with a newline. A cut line is closed after its last complete member. Empty above the bound. */
  end(): Buffer {
    let used = this.#used;
    let open = this.#open;
    const isElided = this.#depth > this.#shownDepth;
    if (open.length > 0 && !isElided) ({ used, open } = this.#complete);
    if (this.#isFull) [used, open] = [0, []];
    return Buffer.concat([this.#bytes.subarray(0, used), Buffer.from([...open.toReversed(), NEWLINE])]);
  }

  /** Whether the next byte is part of a text or number. */
  get #keeps(): boolean {
    return !this.#isCut && this.#isShown;
  }

  get #isShown(): boolean {
    return this.#depth <= this.#shownDepth;
  }

  /** Skips hidden bytes up to a text or the end of their container. @returns the position after them. */
  #skip(piece: Uint8Array, from: number): number {
    let depth = this.#depth;
    for (let at = from; at < piece.length; at += 1) {
      const byte = piece[at] as number;
      if (byte === QUOTE) {
        this.#depth = depth;
        this.#inText = true;
        return at + 1;
      }
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (depth === this.#shownDepth + 1) {
          this.#depth = depth;
          this.#leave(byte);
          return at + 1;
        }
        depth -= 1;
      }
    }
    this.#depth = depth;
    return piece.length;
  }

  /** @returns the position after the consumed bytes. */
  #takeText(piece: Uint8Array, from: number): number {
    let at = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      this.#keep(piece[at] as number);
      at += 1;
    }
    while (at < piece.length) {
      if (!this.#keeps) at = textStop(piece, at);
      if (at === piece.length) return at;
      const byte = piece[at] as number;
      at += 1;
      if (byte === QUOTE) {
        this.#inText = false;
        this.#isCut = false;
        this.#token = -1;
        if (this.#isShown) this.#write(QUOTE);
        return at;
      }
      this.#keep(byte);
      if (byte === BACKSLASH) {
        this.#isEscaped = true;
        return at;
      }
    }
    return at;
  }

  /** Consumes a byte outside of texts in a visible container. */
  #take(byte: number): void {
    if (byte === 0x20 || byte === 0x09 || byte === 0x0d) return;
    switch (byte) {
      case QUOTE:
        this.#inText = true;
        this.#token = this.#used;
        this.#isCut = false;
        this.#write(QUOTE);
        return;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        this.#enter(byte);
        return;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        this.#leave(byte);
        return;
      case COMMA:
      case COLON:
        this.#token = -1;
        this.#isCut = false;
        if (byte === COMMA) this.#complete = { used: this.#used, open: this.#open };
        this.#write(byte);
        return;
      default:
        if (this.#token < 0) this.#token = this.#used;
        this.#keep(byte);
    }
  }

  #enter(byte: number): void {
    this.#token = -1;
    this.#write(byte);
    this.#open = [...this.#open, byte + 2]; // `{` + 2 is `}`, `[` + 2 is `]`
    this.#complete = { used: this.#used, open: this.#open };
    this.#depth += 1;
  }

  #leave(byte: number): void {
    this.#token = -1;
    this.#isCut = false;
    this.#depth -= 1;
    this.#write(byte);
    this.#open = this.#open.slice(0, -1);
    this.#complete = { used: this.#used, open: this.#open };
  }

  /** Consumes a byte of a text or number. */
  #keep(byte: number): void {
    if (!this.#keeps) return;
    if (this.#used - this.#token < mostTokenBytes) {
      this.#write(byte);
      return;
    }
    this.#isCut = true;
    this.#used = this.#token;
    this.#write(this.#inText ? QUOTE : ZERO);
  }

  #write(byte: number): void {
    if (this.#used === mostBytes) this.#isFull = true;
    else {
      this.#bytes[this.#used] = byte;
      this.#used += 1;
    }
  }
}

/** The end of a hidden text: its quote, a backslash at the end of the piece, or the end of the piece. */
function textStop(piece: Uint8Array, from: number): number {
  let at = from;
  while (at < piece.length) {
    const byte = piece[at];
    if (byte === QUOTE || (byte === BACKSLASH && at + 1 === piece.length)) break;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at;
}
