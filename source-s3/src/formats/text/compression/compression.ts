// Text that is decompressed while it arrives.
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

import type { Compression } from './codecs.ts';
import { decoded } from './decoded.ts';
import { inflateMembers } from './gzip-members.ts';
import { unframeHadoopSnappy, unframeSnappy } from './snappy-stream.ts';
import { splitFrames } from './zstd-frames.ts';

export const inflatedBytes = 128 * 1024; // A step's output: few turns of the event loop for each megabyte.

/**
 * The decompressed bytes of all members or frames, in pieces of at most 128 KiB (for Hadoop's Snappy, its blocks). Only a few
 * pieces are held, whatever a small input may decompress to. Fails with zlib's error or Damage if the data is damaged or cut, or
 * with the error of the source.
 */
export function inflate(source: AsyncIterable<Uint8Array>, kind: Compression): AsyncIterable<Uint8Array> {
  // A piece waits until the one before it is decompressed, because only then is it known whether it is wanted.
  const options = { chunkSize: inflatedBytes, writableHighWaterMark: 1 };
  switch (kind) {
    case 'gzip':
      return inflateMembers(source, { name: 'gzip', create: () => createGunzip(options) });
    case 'deflate':
      return inflateMembers(source, { name: 'zlib', create: () => createInflate(options) });
    case 'brotli':
      return inflateMembers(source, { name: 'Brotli', create: () => createBrotliDecompress(options) });
    case 'zstd':
      return decoded(splitFrames(source), createZstdDecompress({ chunkSize: inflatedBytes }));
    case 'snappy':
      return unframeSnappy(source);
    case 'hadoop_snappy':
      return unframeHadoopSnappy(source);
    default:
      return source;
  }
}
