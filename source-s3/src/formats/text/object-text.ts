// An object as UTF-8 text, from any byte of that text on: decompressed, decoded, and never completely in memory.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { Encoding } from '../../config/csv-config.ts';
import type { Naming } from '../../layout/file-name.ts';
import type { Reading } from '../contract/format.ts';
import { openBytes } from '../contract/object-bytes.ts';
import { unreadable } from '../contract/unreadable.ts';
import { openArchive } from './archive-text.ts';
import { compressionOf, promisedCompression, unreadCodec } from './compression/codecs.ts';
import { inflate } from './compression/compression.ts';
import { encodingOf } from './encoding.ts';
import { decodedFrom, saidOf, type ObjectText } from './readable-text.ts';

type ToOpen = { readonly object: ListedObject; readonly encoding: Encoding; readonly naming: Naming };

/**
 * Holds the object's first 256 KiB. A suffix that contradicts the compression is a WARN. @throws FILE_UNREADABLE for an unsupported
 * compression.
 */
export async function openText(
  { s3, log }: Reading,
  { object, encoding, naming }: ToOpen,
  signal: AbortSignal,
): Promise<ObjectText> {
  const { key } = object;
  const bytes = await openBytes(s3, object, signal);
  const { head } = bytes;
  const promised = promisedCompression(key);
  const unread = unreadCodec(head, key);
  if (unread !== undefined)
    throw unreadable(
      object,
      `it is compressed with ${unread}, which is not supported: compress it again with gzip or zstd`,
    );
  const compression = compressionOf(head, key);
  if (
    promised !== undefined &&
    promised !== compression &&
    !(promised === 'snappy' && compression === 'hadoop_snappy')
  ) {
    log('WARN', `"${key}" is named as ${promised}, but its compression is ${compression}; it is read as that.`);
  }
  if (compression === 'zip') return await openArchive(bytes, { object, encoding, naming, log }, signal);
  const isPlain = compression === 'none' && encodingOf(head, encoding) === 'utf-8';
  const from = isPlain
    ? saidOf(key, (offset, stop) => bytes.from(offset, stop))
    : decodedFrom((stop) => inflate(bytes.from(0, stop), compression), encoding, key);
  return { compression, key, base: 0, end: Number.POSITIVE_INFINITY, from };
}
