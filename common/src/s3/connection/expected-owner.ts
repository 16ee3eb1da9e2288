// The account that must own the bucket goes with every request, so that S3 itself refuses a bucket that was deleted and created
// again by somebody else.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
import type { S3Client } from '@aws-sdk/client-s3';

/** put-attempt.ts, which sends past the middleware, takes the header over from the request that it repeats. */
export const ownerHeader = 'x-amz-expected-bucket-owner';
/** The bucket that an object is copied from is ours as well. */
const sourceOwnerHeader = 'x-amz-source-expected-bucket-owner';

/** Once per client: in one place for all operations, so that a new one cannot forget it. */
export function sendExpectedOwner(client: S3Client, account: string): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        headers[ownerHeader] = account;
        if (commandName === 'CopyObjectCommand') headers[sourceOwnerHeader] = account;
        return next(args);
      },
    { step: 'build', name: 'sendExpectedOwner' }, // Ahead of the signature.
  );
}
