// The part of the S3 contract about signatures and bucket policies: what a user of the bucket's account may do with only the
// bucket's policy. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html
import { test } from 'node:test';

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { rejectsWith, type S3Account } from './account.ts';

/** A user of the bucket's account, without a policy of their own. */
type S3User = { readonly arn: string; readonly credentials: S3Account['credentials'] };

/** `credentials`: the owner's, who may do everything. */
type S3AccountWithUser = S3Account & { readonly user: S3User };

type Access = {
  readonly owner: S3Client;
  readonly user: S3Client;
  readonly Bucket: string;
  /** Allows the user this, by the bucket's policy; `/…` is a resource in the bucket, `` the bucket. */
  readonly allow: (...statements: readonly Statement[]) => Promise<void>;
};

type Statement = {
  readonly actions: readonly string[];
  readonly resource: string;
  readonly effect?: 'Allow' | 'Deny';
  readonly condition?: object;
};

const ACL = 'bucket-owner-full-control';

/** @param open gives an empty bucket without a policy to each test. */
export function registerS3AccessContract(open: () => Promise<S3AccountWithUser>): void {
  accessTest('a user whom no policy lets in is denied', async ({ user, Bucket, allow }) => {
    await allow({ actions: ['s3:GetObject'], resource: '/other/*' });
    await rejectsWith(user.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })), 403, 'AccessDenied');
    await rejectsWith(user.send(new GetObjectCommand({ Bucket, Key: 'k' })), 403, 'AccessDenied');
    await rejectsWith(user.send(new ListObjectsV2Command({ Bucket })), 403, 'AccessDenied');
  });

  accessTest('a bucket policy opens one prefix for one action', async ({ owner, user, Bucket, allow }) => {
    await owner.send(new PutObjectCommand({ Bucket, Key: 'in/k', Body: 'x' }));
    await owner.send(new PutObjectCommand({ Bucket, Key: 'out/k', Body: 'x' }));
    await allow({ actions: ['s3:GetObject'], resource: '/in/*' });
    await user.send(new GetObjectCommand({ Bucket, Key: 'in/k' }));
    await rejectsWith(user.send(new GetObjectCommand({ Bucket, Key: 'out/k' })), 403, 'AccessDenied');
    await rejectsWith(user.send(new DeleteObjectCommand({ Bucket, Key: 'in/k' })), 403, 'AccessDenied');
  });

  accessTest('a condition on s3:prefix limits what is listed', async ({ user, Bucket, allow }) => {
    const condition = { StringLike: { 's3:prefix': ['in/', 'in/*'] } };
    await allow({ actions: ['s3:ListBucket'], resource: '', condition });
    await user.send(new ListObjectsV2Command({ Bucket, Prefix: 'in/' }));
    await user.send(new ListObjectsV2Command({ Bucket, Prefix: 'in/a/' }));
    await rejectsWith(user.send(new ListObjectsV2Command({ Bucket, Prefix: 'out/' })), 403, 'AccessDenied');
    await rejectsWith(user.send(new ListObjectsV2Command({ Bucket })), 403, 'AccessDenied');
  });

  accessTest('a condition on s3:x-amz-acl wants that ACL with each write', async ({ user, Bucket, allow }) => {
    const condition = { StringEquals: { 's3:x-amz-acl': ACL } };
    await allow({ actions: ['s3:PutObject', 's3:PutObjectAcl'], resource: '/*', condition });
    await user.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ACL }));
    await rejectsWith(user.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })), 403, 'AccessDenied');
  });

  accessTest(
    'a condition on s3:x-amz-acl shuts reads out, which carry no ACL',
    async ({ owner, user, Bucket, allow }) => {
      await owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
      const condition = { StringEquals: { 's3:x-amz-acl': ACL } };
      await allow({ actions: ['s3:*'], resource: '/*', condition });
      await rejectsWith(user.send(new GetObjectCommand({ Bucket, Key: 'k' })), 403, 'AccessDenied');
    },
  );

  accessTest('an explicit deny goes before an allow', async ({ user, Bucket, allow }) => {
    const condition = { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } };
    const writes = { actions: ['s3:PutObject'], resource: '/*' };
    await allow(writes, { ...writes, effect: 'Deny', condition });
    await user.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'AES256' }));
    await rejectsWith(user.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })), 403, 'AccessDenied');
  });

  accessTest('a copy needs its source to be readable', async ({ owner, user, Bucket, allow }) => {
    await owner.send(new PutObjectCommand({ Bucket, Key: 'out/k', Body: 'x' }));
    await allow({ actions: ['s3:PutObject'], resource: '/in/*' });
    const copy = new CopyObjectCommand({ Bucket, Key: 'in/k', CopySource: `${Bucket}/out/k` });
    await rejectsWith(user.send(copy), 403, 'AccessDenied');
  });

  test('a wrong secret, an unknown key and a wrong clock are distinguished', async () => {
    const { user, ...account } = await open();
    const { accessKeyId } = user.credentials;
    const secretAccessKey = 'not-the-secret';
    const hourMs = 3_600_000;
    await refusesToList(account, { accessKeyId, secretAccessKey }, 'SignatureDoesNotMatch');
    await refusesToList(account, { accessKeyId: 'AKIAUNKNOWN000000000', secretAccessKey }, 'InvalidAccessKeyId');
    await refusesToList(account, user.credentials, 'RequestTimeTooSkewed', -hourMs);
  });

  function accessTest(name: string, run: (access: Access) => Promise<void>): void {
    test(name, async () => {
      const account = await open();
      const owner = clientOf(account, account.credentials);
      const user = clientOf(account, account.user.credentials);
      const { bucket: Bucket } = account;
      const allow: Access['allow'] = async (...statements) => {
        const Policy = JSON.stringify(policyOf(account, statements));
        await owner.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      };
      try {
        await run({ owner, user, Bucket, allow });
      } finally {
        owner.destroy();
        user.destroy();
      }
    });
  }
}

function clientOf(
  { endpoint, region }: S3Account,
  credentials: S3Account['credentials'],
  systemClockOffset = 0,
): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1, systemClockOffset });
}

async function refusesToList(
  account: S3Account,
  credentials: S3Account['credentials'],
  code: string,
  clockOffsetMs = 0,
): Promise<void> {
  const s3 = clientOf(account, credentials, clockOffsetMs);
  await rejectsWith(s3.send(new ListObjectsV2Command({ Bucket: account.bucket })), 403, code);
  s3.destroy();
}

function policyOf({ bucket, user }: S3AccountWithUser, statements: readonly Statement[]): object {
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ actions, resource, effect = 'Allow', condition }) => ({
      Effect: effect,
      Principal: { AWS: user.arn },
      Action: actions,
      Resource: `arn:aws:s3:::${bucket}${resource}`,
      ...(condition === undefined ? {} : { Condition: condition }),
    })),
  };
}
