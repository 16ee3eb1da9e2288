// Checks whether a bucket's own settings block public access.
import { GetPublicAccessBlockCommand } from '@aws-sdk/client-s3';

import { ConnectorError } from '../protocol/errors.ts';
import { call } from './call.ts';
import type { S3 } from './connection/client.ts';

/**
 * `unknown` if the settings cannot be read or the storage has none; no sync needs them. With `open`, the settings of the account
 * may still block public access.
 */
export async function publicAccess(s3: S3, signal?: AbortSignal): Promise<'blocked' | 'open' | 'unknown'> {
  const command = new GetPublicAccessBlockCommand({ Bucket: s3.bucket });
  try {
    return await call(
      s3,
      { operation: 'GetPublicAccessBlock' },
      async (how) => {
        const { PublicAccessBlockConfiguration: set } = await s3.client.send(command, how);
        const isBlocked =
          set?.BlockPublicAcls === true &&
          set.IgnorePublicAcls === true &&
          set.BlockPublicPolicy === true &&
          set.RestrictPublicBuckets === true;
        return isBlocked ? 'blocked' : 'open';
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return error.answer?.code === 'NoSuchPublicAccessBlockConfiguration' ? 'open' : 'unknown';
  }
}
