// Inflates gzip data of any members (RFC 1952), one behind the other. Node's decoder does so too, but takes a zero behind a
// member for the end of everything and passes over the rest without a word: there the next decoder begins.
import { createGunzip, type Gunzip } from 'node:zlib';

import { Damage } from './damage.ts';
import { decoded } from './decoded.ts';

type Pieces = AsyncIterator<Uint8Array, unknown, undefined>;

/**
 * The inflated bytes, in pieces of at most `pieceBytes`. Zeros behind a member are padding, whatever follows them.
 * @throws Error when what follows a member is none, zlib's when a member is damaged or cut.
 */
export async function* gunzipMembers(
  source: AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  const pieces: Pieces = source[Symbol.asyncIterator]();
  const unread = { piece: new Uint8Array() };
  try {
    while (await passZeros(pieces, unread)) {
      // A piece waits for the one before it to be inflated: only then is it known whether it is wanted.
      const options = { chunkSize: pieceBytes, writableHighWaterMark: 1 };
      const decoder = createGunzip(options);
      yield* decoded(feed(decoder, pieces, unread), decoder);
    }
  } catch (error) {
    if ((error as Error).message !== 'incorrect header check') throw error;
    throw new Damage('what follows a gzip member is not gzip', { cause: error });
  } finally {
    await pieces.return?.();
  }
}

type Unread = { piece: Uint8Array };

/** Up to the first byte that is none. @returns whether there is one. */
async function passZeros(pieces: Pieces, unread: Unread): Promise<boolean> {
  for (;;) {
    const start = unread.piece.findIndex((byte) => byte !== 0);
    if (start >= 0) {
      unread.piece = unread.piece.subarray(start);
      return true;
    }
    const { done, value } = await pieces.next();
    if (done === true) return false;
    unread.piece = value;
  }
}

/** Up to a zero behind a member; leaves in `unread` what the decoder did not take. */
async function* feed(decoder: Gunzip, pieces: Pieces, unread: Unread): AsyncGenerator<Uint8Array> {
  for (let bytes = 0; ;) {
    const { piece } = unread;
    bytes += piece.length;
    yield piece;
    unread.piece = piece.subarray(piece.length - (bytes - decoder.bytesWritten));
    if (unread.piece.length > 0) return;
    const { done, value } = await pieces.next();
    if (done === true) return;
    unread.piece = value;
  }
}
