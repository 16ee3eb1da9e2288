// Reads the metadata of an object, not its data.
import { HeadObjectCommand } from '@aws-sdk/client-s3';

import { ConnectorError } from '../protocol/errors.ts';
import { call } from './call.ts';
import { withChecksumHeaders } from './checksum-headers.ts';
import type { S3 } from './connection/client.ts';
import { describeFailure } from './errors/failure.ts';

/** The answer of HeadObject. `crc32` is in base64, if the object was written with one. */
type ObjectHead = {
  readonly size: number;
  readonly etag: string;
  readonly crc32?: string;
};

/** @returns undefined if the object does not exist. */
export async function headObject(s3: S3, key: string, signal?: AbortSignal): Promise<ObjectHead | undefined> {
  const input = { Bucket: s3.bucket, Key: key };
  return call(
    s3,
    { operation: 'HeadObject', key },
    async (how) => {
      try {
        const {
          ContentLength = 0,
          ETag,
          ChecksumCRC32,
        } = await withChecksumHeaders(s3, 'HeadObject', (headers) => {
          const mode = headers === 'content-md5' ? {} : { ChecksumMode: 'ENABLED' as const };
          return s3.client.send(new HeadObjectCommand({ ...input, ...mode }), how);
        });
        if (ETag === undefined) throw noEtag(key);
        const crc32 = ChecksumCRC32 === undefined ? {} : { crc32: ChecksumCRC32 };
        return { size: ContentLength, etag: ETag, ...crc32 };
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
