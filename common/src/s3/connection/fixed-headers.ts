// The headers of every request, in one place, so that no operation can miss them.
import type { S3Client } from '@aws-sdk/client-s3';

import type { Connection } from './config.ts';

/**
 * The account that must own the bucket. S3 refuses a bucket that somebody else created again after its deletion.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
 */
const ownerHeader = 'x-amz-expected-bucket-owner';
/** The same for the source bucket of a copy. */
const sourceOwnerHeader = 'x-amz-source-expected-bucket-owner';
/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html */
const payerHeader = 'x-amz-request-payer';

/** put-attempt.ts bypasses the middleware, and copies these headers from the request that it repeats. */
export const fixedHeaders: readonly string[] = [ownerHeader, payerHeader];

/** Once per client. */
export function sendFixedHeaders(
  client: S3Client,
  { expectedBucketOwner: owner, requesterPays }: Pick<Connection, 'expectedBucketOwner' | 'requesterPays'>,
): void {
  if (owner === undefined && requesterPays !== true) return;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        if (requesterPays === true) headers[payerHeader] = 'requester';
        if (owner !== undefined) headers[ownerHeader] = owner;
        if (owner !== undefined && commandName === 'CopyObjectCommand') headers[sourceOwnerHeader] = owner;
        return next(args);
      },
    { step: 'build', name: 'sendFixedHeaders' }, // Before the signature.
  );
}
