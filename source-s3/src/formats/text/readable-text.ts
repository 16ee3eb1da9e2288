// The text of an object, as readers see it, and how failures of its decoders are reported.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Encoding } from '../../config/csv-config.ts';
import { unreadable } from '../contract/unreadable.ts';
import { codecByBytes, type Compression } from './compression/codecs.ts';
import { damageText } from './compression/damage.ts';
import { toUtf8 } from './encoding.ts';

export type ObjectText = {
  readonly compression: Compression;
  /** The name for people, and for extensions: that of the object, or of a member of an archive after it. */
  readonly key: string;
  /** The positions from `base` to before `end` of the object's text are in this text. */
  readonly base: number;
  readonly end: number;
  /**
   * Pieces of at most 256 KiB (three times that from another encoding). Offsets count bytes of the text, with its byte order mark.
   * Plain UTF-8 is read from the offset; everything else is decompressed and decoded again from the start of the object or member.
   * @throws FILE_UNREADABLE if it is cut, damaged or of another encoding; S3_OBJECT_CHANGED.
   */
  readonly from: (offset: number, signal: AbortSignal) => AsyncGenerator<Uint8Array>;
  /** The next member of the archive. */
  readonly next?: ObjectText | undefined;
};

type From = ObjectText['from'];

/** `open` returns the bytes from the start, in the encoding. @throws as `ObjectText.from` does. `key`: named in errors. */
export function decodedFrom(
  open: (stop: AbortSignal) => AsyncIterable<Uint8Array>,
  encoding: Encoding,
  key: string,
): From {
  return saidOf(key, (offset, stop) => without(offset, toUtf8(compressedOnce(open(stop), key), encoding)));
}

/** Bytes of another compression are characters in some encodings. @throws FILE_UNREADABLE */
async function* compressedOnce(pieces: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const piece of pieces) {
    const codec = isFirst ? codecByBytes(piece) : undefined;
    if (codec !== undefined)
      throw unreadable({ key }, `it is compressed a second time, with ${codec}, which is not supported`);
    isFirst = false;
    yield piece;
  }
}

export function saidOf(key: string, from: From): From {
  return async function* (offset, stop) {
    try {
      yield* from(offset, stop);
    } catch (error) {
      throw asUnreadable(key, error, stop);
    }
  };
}

/** @throws the signal's reason if it is aborted */
export function asUnreadable(key: string, error: unknown, stop: AbortSignal): ConnectorError {
  stop.throwIfAborted();
  return error instanceof ConnectorError ? error : unreadable({ key }, reasonOf(error), error);
}

async function* without(bytes: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

/** Failures of zlib and TextDecoder in words. */
function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: string };
  if (code === 'Z_BUF_ERROR') return 'its compressed data ends early; it may have been cut';
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
    return 'its zstd frames have a window of more than 128 MB, which is not read; compress it without "--long", or with "--long=27" at most';
  }
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not text in the configured encoding';
  return `its compressed data is damaged (${damageText(error)})`;
}
