// Takes bytes in the lengths of a container's frames, from pieces of any length.
import { Damage } from './damage.ts';

type Pieces = AsyncIterator<Uint8Array, unknown, undefined>;

/** Bound: a piece, and the bytes that are requested at once. */
export class ByteReader implements AsyncDisposable {
  readonly #pieces: Pieces;
  /** Bytes that were not taken yet. */
  unread: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** Whether there is another byte. */
  async hasMore(): Promise<boolean> {
    while (this.unread.length === 0) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return false;
      this.unread = value;
    }
    return true;
  }

  /** Gathers at least this many bytes in `unread`. False if there are fewer. */
  async gather(length: number): Promise<boolean> {
    const parts = [this.unread];
    let bytes = this.unread.length;
    while (bytes < length) {
      const { done, value } = await this.#pieces.next();
      if (done === true) break;
      parts.push(value);
      bytes += value.length;
    }
    if (parts.length > 1) this.unread = Buffer.concat(parts);
    return bytes >= length;
  }

  /** Exactly this many bytes. @throws Damage if there are fewer. */
  async take(length: number): Promise<Buffer> {
    const taken = await Array.fromAsync(this.pass(length));
    const [only] = taken;
    return taken.length === 1 && only !== undefined
      ? Buffer.from(only.buffer, only.byteOffset, only.length)
      : Buffer.concat(taken);
  }

  /** This many bytes, as they come. @throws Damage if there are fewer. */
  async *pass(length: number): AsyncGenerator<Uint8Array> {
    for (let missing = length; missing > 0;) {
      if (!(await this.hasMore())) throw new Damage('it ends early');
      const part = this.unread.subarray(0, missing);
      this.unread = this.unread.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }

  /** All remaining bytes, for a decoder that finds its end itself. The decoder's `bytesWritten` shows how many it took. */
  async *feed(decoder: { readonly bytesWritten: number }): AsyncGenerator<Uint8Array> {
    for (let bytes = 0; await this.hasMore();) {
      const piece = this.unread;
      bytes += piece.length;
      yield piece;
      this.unread = piece.subarray(piece.length - (bytes - decoder.bytesWritten));
      if (this.unread.length > 0) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return?.();
  }
}
