// An object as UTF-8 text, from any byte of that text on: inflated, decoded, and never whole in memory.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { Reading } from '../contract/format.ts';
import { openBytes } from '../contract/object-bytes.ts';
import { unreadable } from '../contract/unreadable.ts';
import { compressionOf, promisedCompression, unreadCodec, type Compression } from './codecs.ts';
import { inflate } from './compression.ts';
import { damageText } from './damage.ts';
import type { Encoding } from '../../config/csv-config.ts';
import { encodingOf, toUtf8 } from './encoding.ts';

export type ObjectText = {
  readonly compression: Compression;
  /**
   * Pieces of at most 256 KiB (thrice that from another encoding); offsets count bytes of the text, with its byte order
   * mark. Plain UTF-8 is read from there, all else is inflated and decoded again from the object's start.
   * @throws FILE_UNREADABLE when it is cut, damaged or of another encoding; S3_OBJECT_CHANGED.
   */
  readonly from: (offset: number, signal: AbortSignal) => AsyncGenerator<Uint8Array>;
};

/** Holds the object's first 256 KiB. A suffix that does not tell the compression is a WARN. @throws FILE_UNREADABLE for a compression that is not read. */
export async function openText(
  { s3, log }: Reading,
  { object, encoding }: { readonly object: ListedObject; readonly encoding: Encoding },
  signal: AbortSignal,
): Promise<ObjectText> {
  const { key } = object;
  const bytes = await openBytes(s3, object, signal);
  const { head } = bytes;
  const promised = promisedCompression(key);
  const unread = unreadCodec(head, key);
  if (unread !== undefined)
    throw unreadable(object, `it is compressed with ${unread}, which is not read; gzip and zstd are`);
  const compression = compressionOf(head, key);
  if (
    promised !== undefined &&
    promised !== compression &&
    !(promised === 'snappy' && compression === 'hadoop_snappy')
  ) {
    log('WARN', `"${key}" is named as ${promised}, but its compression is ${compression}; it is read as that.`);
  }
  const isPlain = compression === 'none' && encodingOf(head, encoding) === 'utf-8';
  return {
    compression,
    async *from(offset, stop) {
      try {
        if (isPlain) yield* bytes.from(offset, stop);
        else yield* without(offset, toUtf8(inflate(bytes.from(0, stop), compression), encoding));
      } catch (error) {
        stop.throwIfAborted();
        throw error instanceof ConnectorError ? error : unreadable(object, reasonOf(error), error);
      }
    },
  };
}

async function* without(bytes: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

/** zlib's and TextDecoder's failures in words. */
function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: string };
  if (code === 'Z_BUF_ERROR') return 'its compressed data ends early; it may have been cut';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not text of the encoding that is configured';
  return `its compressed data is damaged (${damageText(error)})`;
}
