// The first lines of a gzipped file. Only a part of the object is read, and decompressed up to a bound.
import { once } from 'node:events';
import { constants, createGunzip } from 'node:zlib';

import { ConnectorError } from '../../../protocol/errors.ts';
import type { S3 } from '../../../s3/connection/client.ts';
import type { ListedObject } from '../../../s3/list.ts';
import { readRange } from '../../../s3/read.ts';

/** Bytes of an object, and of its text. */
export const sampleBounds = { compressed: 256 * 1024, text: 1024 * 1024 } as const;

type Sampled = Pick<ListedObject, 'key' | 'etag' | 'size'>;

/** Complete lines, without their ends. Bound: `sampleBounds`. @throws FILE_UNREADABLE if it is not gzip. */
export async function firstLines(
  s3: S3,
  { key, etag, size }: Sampled,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const end = Math.min(size, sampleBounds.compressed);
  const isAll = end === size;
  const text = await inflated(await readRange(s3, { key, etag, start: 0, end }, signal), { key, isAll });
  const isWhole = isAll && text.length < sampleBounds.text;
  const lines = text.toString().split('\n');
  if (!isWhole || lines.at(-1) === '') lines.pop();
  return lines;
}

/** The beginning of the text, at most `sampleBounds.text`. `isAll`: if false, the end may be missing. */
async function inflated(
  bytes: Buffer,
  { key, isAll }: { readonly key: string; readonly isAll: boolean },
): Promise<Buffer> {
  const gunzip = createGunzip(isAll ? {} : { finishFlush: constants.Z_SYNC_FLUSH });
  const parts: Buffer[] = [];
  let size = 0;
  gunzip.end(bytes);
  try {
    for await (const part of gunzip as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size >= sampleBounds.text) break;
    }
  } catch (error) {
    throw new ConnectorError(
      'FILE_UNREADABLE',
      `"${key}" is not a gzip file: it is damaged, or another program wrote it. Move it away or replace it.`,
      {
        cause: error,
      },
    );
  } finally {
    gunzip.destroy();
    if (!gunzip.closed) await once(gunzip, 'close');
  }
  return Buffer.concat(parts).subarray(0, sampleBounds.text);
}
