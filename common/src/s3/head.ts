// Reads the metadata of an object, not its data.
import { HeadObjectCommand } from '@aws-sdk/client-s3';

import { ConnectorError } from '../protocol/errors.ts';
import { call } from './call.ts';
import { withChecksumHeaders } from './checksum-headers.ts';
import type { S3 } from './connection/client.ts';
import { describeFailure } from './errors/failure.ts';

/** The answer of HeadObject. `crc32` is in base64, if the object was written with one. */
type ObjectHead = { readonly size: number; readonly etag: string; readonly crc32: string | undefined };

/** @returns undefined if the object does not exist. */
export async function headObject(s3: S3, key: string, signal?: AbortSignal): Promise<ObjectHead | undefined> {
  const input = { Bucket: s3.bucket, Key: key };
  return call(
    s3,
    { operation: 'HeadObject', key },
    async (how) => {
      try {
        const head = await withChecksumHeaders(s3, 'HeadObject', (headers) => {
          const ChecksumMode = headers === 'content-md5' ? undefined : 'ENABLED';
          return s3.client.send(new HeadObjectCommand({ ...input, ChecksumMode }), how);
        });
        if (head.ETag === undefined) throw noEtag(key);
        return { size: head.ContentLength ?? 0, etag: head.ETag, crc32: head.ChecksumCRC32 };
      } catch (error) {
        const failure = describeFailure(error);
        if (failure.kind === 'answer' && failure.status === 404) return undefined;
        throw error;
      }
    },
    signal,
  );
}

/** Every S3 returns the ETag of an object; the login page of a portal does not. */
export function noEtag(key: string): ConnectorError {
  return new ConnectorError(
    'S3_ANSWER_INVALID',
    `No ETag came for "${key}": the server that answers is not S3. Check "endpoint", and HTTPS_PROXY and NO_PROXY in the environment.`,
  );
}
