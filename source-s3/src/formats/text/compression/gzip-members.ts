// Decompresses data of any number of members (gzip's, RFC 1952, or zlib's), one after another. Node's gzip decoder also does so,
// but takes a zero after a member as the end, and silently skips the rest. Its other decoders do the same with anything that
// follows. Here the next decoder begins there.
import type { BrotliDecompress, Gunzip, Inflate } from 'node:zlib';

import { ByteReader } from './byte-reader.ts';
import { Damage } from './damage.ts';
import { decoded } from './decoded.ts';

type Members = { readonly name: string; readonly create: () => Gunzip | Inflate | BrotliDecompress };

/**
 * The decompressed bytes. Zeros after a member are padding, whatever follows them. @throws Damage if anything else follows a
 * member, zlib's error if a member is damaged or cut.
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

/** Skips zeros. @returns whether there is another byte. */
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
