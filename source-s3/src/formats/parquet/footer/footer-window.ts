// The description of row groups in a footer, once the footer itself is gone: the part of it that has their descriptions.
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';

import type { ByteRange } from './row-group.ts';

const windowBytes = 256 * 1024; // The next row groups, with one request.

/** The bytes of a place, counted from the footer's first one. @throws S3_OBJECT_CHANGED */
type ReadFooter = (place: ByteRange, signal: AbortSignal) => Promise<Buffer>;

/**
 * `start`: where the footer begins in the object; `whole`: all of it, if it is short. Bound: a short footer, or 256 KiB of a long
 * one, or one description that is longer.
 */
export function footerReader(
  s3: S3,
  { key, etag, size }: ListedObject,
  footer: { readonly start: number; readonly whole: Buffer | undefined },
): ReadFooter {
  let window = { start: 0, bytes: footer.whole ?? Buffer.alloc(0) };
  return async ({ start, end }, signal) => {
    let own = window; // Another call may replace it meanwhile.
    if (start < own.start || end > own.start + own.bytes.length) {
      const [from, to] = [footer.start + start, Math.min(size, footer.start + Math.max(end, start + windowBytes))];
      own = { start, bytes: await readRange(s3, { key, etag, start: from, end: to }, signal) };
    }
    window = own;
    return own.bytes.subarray(start - own.start, end - own.start);
  };
}
