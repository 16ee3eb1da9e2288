// Cuts zstd data at the ends of its frames (RFC 8878, 3.1): Node's decoder silently skips what follows a frame in the same piece,
// so each frame must begin a piece.
import { Damage } from './damage.ts';

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50; // To 0x184d2a5f.

/**
 * The same bytes, in pieces that never contain parts of two frames. @throws Damage if anything else follows a frame. The decoder
 * notices a cut frame.
 */
export async function* splitFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walk = new FrameWalk();
  for await (const piece of source) {
    let start = 0;
    while (start < piece.length) {
      const end = walk.frameEnd(piece, start);
      yield piece.subarray(start, end);
      start = end;
    }
  }
}

/** The next part. Its length is known, and its bytes are collected or skipped. */
type Part = 'magic' | 'descriptor' | 'header' | 'skippable size' | 'block header' | 'block' | 'last';

class FrameWalk {
  #part: Part = 'magic';
  #missing = 4;
  /** Bytes of the part so far, the first lowest; only for parts of at most four bytes. */
  #value = 0;
  #collected = 0;
  #checksumBytes = 0;

  /** The end of the current frame, or of the piece if the frame continues. */
  frameEnd(piece: Uint8Array, start: number): number {
    let at = start;
    while (at < piece.length) {
      if (this.#part === 'header' || this.#part === 'block' || this.#part === 'last') {
        const taken = Math.min(this.#missing, piece.length - at);
        at += taken;
        this.#missing -= taken;
      } else {
        this.#value += (piece[at] ?? 0) * 2 ** (8 * this.#collected);
        this.#collected += 1;
        this.#missing -= 1;
        at += 1;
      }
      while (this.#missing === 0) if (this.#next()) return at;
    }
    return at;
  }

  /** Moves to the next part. True if the frame has ended. */
  #next(): boolean {
    const value = this.#value;
    switch (this.#part) {
      case 'magic':
        if (value === frameMagic) this.#expect('descriptor', 1);
        else if (value >= skippableMagic && value < skippableMagic + 16) this.#expect('skippable size', 4);
        else throw new Damage('what follows a zstd frame is not zstd');
        return false;
      case 'descriptor':
        this.#checksumBytes = (value & 4) === 0 ? 0 : 4;
        this.#expect('header', headerBytes(value));
        return false;
      case 'skippable size':
        this.#expect('last', value);
        return false;
      case 'header':
      case 'block':
        this.#expect('block header', 3);
        return false;
      case 'block header': {
        const isRunLength = ((value >> 1) & 3) === 1;
        const bytes = isRunLength ? 1 : value >> 3;
        if ((value & 1) === 0) this.#expect('block', bytes);
        else this.#expect('last', bytes + this.#checksumBytes);
        return false;
      }
      default:
        this.#expect('magic', 4);
        return true;
    }
  }

  #expect(part: Part, bytes: number): void {
    this.#part = part;
    this.#missing = bytes;
    this.#value = 0;
    this.#collected = 0;
  }
}

/** Window, dictionary and content size, according to the frame header descriptor. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const window = isSingleSegment ? 0 : 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const content = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return window + dictionary + content;
}
