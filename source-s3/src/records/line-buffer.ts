// Cuts what is read from a pipe into complete lines without a new buffer for each read: a gigabyte of small buffers would keep the
// garbage collector busy longer than the decoding takes.
import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { wideBytes } from '@s3-connectors/common/streams/pipe-size.ts';
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

/**
 * Complete lines, each with `
 * ` at its end, and their number. At most 1 MiB and one line.
 */
export type Lines = { readonly bytes: Buffer; readonly rows: number };

const none = new Uint8Array();
const readBytes = wideBytes; // What a pipe gives at once.

/**
 * Two buffers in turn: while the consumer has the lines of one, the next read goes to the other. Bound: four times 1 MiB and four
 * times the longest line.
 */
export class LineBuffer {
  #filling = Buffer.allocUnsafeSlow(2 * readBytes);
  #other = Buffer.allocUnsafeSlow(2 * readBytes);
  /** Bytes of an incomplete line at the start of `#filling`. */
  #held = 0;
  /** The beginning of the first line, until its first bytes come. */
  #beginning: Uint8Array = none;

  /**
   * The space of the next read. Together with the held bytes it is a multiple of 1 MiB, so that lines go out in one write: the few
   * bytes above what a pipe takes at once would cost a second write and a turn of the event loop.
   */
  space(): Buffer {
    return this.#filling.subarray(this.#held, this.#held + readBytes - (this.#held % readBytes));
  }

  /** Called before lines come. The first line comes without `bytes`, its first ones. Nothing may be held. */
  begin(bytes: Uint8Array): void {
    this.#beginning = bytes;
  }

  /** Forgets an incomplete line: its input has ended, or its writer failed. */
  forget(): void {
    this.#held = 0;
    this.#beginning = none;
  }

  /** Takes `length` bytes that were read into `space()`. The lines are valid until the next but one call. */
  take(length: number): Lines {
    const filled = this.#held + this.#withBeginning(length);
    // Held bytes have no line end: a line of a gigabyte is neither searched nor copied again with each read.
    const last = this.#filling.subarray(this.#held, filled).lastIndexOf(NEWLINE);
    if (last === -1) {
      this.#filling = grown(this.#filling, filled);
      this.#held = filled;
      return { bytes: this.#filling.subarray(0, 0), rows: 0 };
    }
    const end = this.#held + last + 1;
    const rest = this.#filling.subarray(end, filled);
    if (this.#other.length < rest.length + readBytes)
      this.#other = Buffer.allocUnsafeSlow(2 * rest.length + 2 * readBytes);
    rest.copy(this.#other);
    const bytes = this.#filling.subarray(0, end);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#held = rest.length;
    return { bytes, rows: countLines(bytes) };
  }

  /** The space of a read is chosen before its content is known, so the bytes make room afterwards. */
  #withBeginning(length: number): number {
    const beginning = this.#beginning;
    if (beginning.length === 0) return length;
    this.#beginning = none;
    const filled = beginning.length + length;
    const filling = grown(this.#filling, filled);
    this.#filling.copy(filling, beginning.length, 0, length);
    filling.set(beginning);
    this.#filling = filling;
    return filled;
  }
}

/** The same bytes, with room for another read after the first `used`. */
function grown(buffer: Buffer<ArrayBuffer>, used: number): Buffer<ArrayBuffer> {
  if (buffer.length - used >= readBytes) return buffer;
  return grownBuffer(buffer, used, 2 * (used + readBytes));
}

function countLines(bytes: Buffer): number {
  let rows = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) rows++;
  return rows;
}
