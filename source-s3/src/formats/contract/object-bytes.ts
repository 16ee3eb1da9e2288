// An object's bytes from any offset. The first ones are kept, so that small objects need one request.
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange, streamRange } from '@s3-connectors/common/s3/read.ts';

export type ObjectBytes = {
  /** Bound: 256 KiB. */
  readonly head: Buffer;
  /** Bytes up to `end`, or all. @throws S3_OBJECT_CHANGED if it is no longer the listed version. */
  readonly from: (offset: number, signal: AbortSignal, end?: number) => AsyncGenerator<Uint8Array>;
};

const headBytes = 256 * 1024;

export async function openBytes(s3: S3, { key, etag, size }: ListedObject, signal: AbortSignal): Promise<ObjectBytes> {
  const head = await readRange(s3, { key, etag, start: 0, end: Math.min(size, headBytes) }, signal);
  return {
    head,
    async *from(offset, stop, end = size) {
      if (offset < head.length) yield head.subarray(offset, end);
      yield* streamRange(s3, { key, etag, start: Math.max(offset, head.length), end }, stop);
    },
  };
}
