// Where a contract runs: an empty bucket of some S3 server, reached with the AWS SDK itself. The contract uses the SDK and not
// common/src/s3, so that an error on both of our sides cannot hide.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PutObjectCommand, type PutObjectCommandInput, S3Client, S3ServiceException } from '@aws-sdk/client-s3';

export type S3Account = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Empty at first, and of this one test. */
  readonly bucket: string;
};

export type OpenAccount = () => Promise<S3Account>;

export type Contract = {
  readonly s3: S3Client;
  readonly Bucket: string;
  /** Puts an object of the test. */
  readonly put: (Key: string, body?: string, more?: Partial<PutObjectCommandInput>) => Promise<{ ETag: string }>;
};

/** A test with an empty bucket and a client, which is closed afterwards. */
export function contractTest(open: OpenAccount, name: string, run: (contract: Contract) => Promise<void>): void {
  test(name, async () => {
    const { endpoint, region, credentials, bucket: Bucket } = await open();
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
    const put: Contract['put'] = async (Key, body = '', more = {}) => {
      // The SDK treats an empty string as a stream of unknown length.
      const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body), ...more }));
      return { ETag };
    };
    try {
      await run({ s3, Bucket, put });
    } finally {
      s3.destroy();
    }
  });
}

/** The answer is this error. `code` is the XML's. An answer without a body has a code made from its status. */
export async function rejectsWith(answer: Promise<unknown>, status: number, code?: string): Promise<void> {
  await assert.rejects(answer, (error: unknown) => {
    assert.ok(error instanceof S3ServiceException, String(error));
    assert.equal(error.$metadata.httpStatusCode, status);
    if (code !== undefined) assert.equal(error.name, code);
    return true;
  });
}
