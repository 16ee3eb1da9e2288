// In a bucket whose requester pays, every request must say that its sender knows.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
import type { S3Client } from '@aws-sdk/client-s3';

export const payerHeader = 'x-amz-request-payer';

/** Once per client: in one place for all operations, so that a new one cannot forget it. */
export function sendRequestPayer(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers[payerHeader] = 'requester';
      return next(args);
    },
    { step: 'build', name: 'sendRequestPayer' }, // Ahead of the signature.
  );
}
