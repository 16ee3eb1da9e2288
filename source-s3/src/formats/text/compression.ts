// Text inflated while it arrives: compression is told by an object's first bytes, never by its name.
import { createZstdDecompress } from 'node:zlib';

import { decoded } from './decoded.ts';
import { gunzipMembers } from './gzip-members.ts';
import { splitFrames } from './zstd-frames.ts';

const beginnings = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd], none: [] } as const;

export type Compression = 'gzip' | 'zstd' | 'none';

const inflatedBytes = 128 * 1024; // A step's output: few turns of the event loop for each megabyte.

/**
 * By the first four bytes; RFC 1952 and RFC 8878 (a zstd file may begin with a skippable frame). Fewer are told by what is
 * promised: an object cut behind its first bytes is no text.
 */
export function compressionOf(head: Uint8Array, promised: Compression | undefined): Compression {
  const [first = 0, second = 0, third = 0, fourth = 0] = head;
  if (first === 0x1f && second === 0x8b) return 'gzip';
  const rest = second === (first === 0x28 ? 0xb5 : 0x2a) && third === (first === 0x28 ? 0x2f : 0x4d);
  if (first === 0x28 && rest && fourth === 0xfd) return 'zstd';
  if (first >= 0x50 && first <= 0x5f && rest && fourth === 0x18) return 'zstd';
  if (promised === undefined || head.length >= 4) return 'none';
  return head.every((byte, index) => byte === beginnings[promised][index]) ? promised : 'none';
}

/** What a key's suffix promises; undefined when it says nothing. */
export function promisedCompression(key: string): Compression | undefined {
  if (/\.gz(ip)?$/iu.test(key)) return 'gzip';
  return /\.zstd?$/iu.test(key) ? 'zstd' : undefined;
}

/**
 * The inflated bytes of all members or frames, in pieces of at most 128 KiB; whatever a small input may inflate to, only
 * a few pieces are held. Fails with zlib's error when the data is damaged or cut, with the source's when that fails.
 */
export function inflate(source: AsyncIterable<Uint8Array>, kind: Compression): AsyncIterable<Uint8Array> {
  if (kind === 'none') return source;
  if (kind === 'gzip') return gunzipMembers(source, inflatedBytes);
  return decoded(splitFrames(source), createZstdDecompress({ chunkSize: inflatedBytes }));
}
