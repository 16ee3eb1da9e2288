// Inflates data of any members (gzip's, RFC 1952, or zlib's), one behind the other. Node's gzip decoder does so too, but takes a
// zero behind a member for the end of everything and passes over the rest without a word, as its other decoders do with whatever
// follows: there the next decoder begins.
import type { BrotliDecompress, Gunzip, Inflate } from 'node:zlib';

import { ByteReader } from './byte-reader.ts';
import { Damage } from './damage.ts';
import { decoded } from './decoded.ts';

type Members = { readonly name: string; readonly create: () => Gunzip | Inflate | BrotliDecompress };

/**
 * The inflated bytes. Zeros behind a member are padding, whatever follows them.
 * @throws Damage when what follows a member is none, zlib's error when a member is damaged or cut.
 */
export async function* inflateMembers(
  source: AsyncIterable<Uint8Array>,
  { name, create }: Members,
): AsyncGenerator<Uint8Array> {
  await using reader = new ByteReader(source);
  while (await passZeros(reader)) {
    const decoder = create();
    try {
      yield* decoded(reader.feed(decoder), decoder);
    } catch (error) {
      if (!isHeaderError(error)) throw error;
      throw new Damage(`what follows a ${name} member is not ${name}`, { cause: error });
    }
  }
}

/** Up to the first byte that is none. @returns whether there is one. */
async function passZeros(reader: ByteReader): Promise<boolean> {
  while (await reader.hasMore()) {
    const start = reader.unread.findIndex((byte) => byte !== 0);
    reader.unread = start < 0 ? new Uint8Array() : reader.unread.subarray(start);
    if (start >= 0) return true;
  }
  return false;
}

function isHeaderError(error: unknown): boolean {
  return error instanceof Error && error.message === 'incorrect header check';
}
