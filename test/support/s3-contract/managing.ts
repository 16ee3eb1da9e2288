// The part of the S3 contract about CopyObject, deleting, and buckets themselves.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
import assert from 'node:assert/strict';

import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';

import { type Contract, contractTest, type OpenAccount, rejectsWith } from './account.ts';

export function registerCopying(open: OpenAccount): void {
  contractTest(open, 'a copy has the body, type and metadata of its source', async (contract) => {
    const { s3, Bucket, put } = contract;
    const { ETag } = await put('a b/ü+1.txt', 'body', { ContentType: 'text/x-test', Metadata: { one: '1' } });
    const { CopyObjectResult } = await copy(contract, 'a b/ü+1.txt', 'to');
    assert.equal(CopyObjectResult?.ETag, ETag);
    const copied = await s3.send(new GetObjectCommand({ Bucket, Key: 'to' }));
    assert.equal(await copied.Body?.transformToString(), 'body');
    assert.equal(copied.ContentType, 'text/x-test');
    assert.deepEqual(copied.Metadata, { one: '1' });
  });

  contractTest(open, 'a copy with REPLACE has the type and metadata of its request', async (contract) => {
    const { s3, Bucket, put } = contract;
    await put('from', 'body', { ContentType: 'text/x-test', Metadata: { one: '1' } });
    const replaced = { MetadataDirective: 'REPLACE', ContentType: 'text/x-other', Metadata: { two: '2' } } as const;
    await copy(contract, 'from', 'to', replaced);
    const { ContentType, Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }));
    assert.deepEqual({ ContentType, Metadata }, { ContentType: 'text/x-other', Metadata: { two: '2' } });
  });

  contractTest(open, 'a copy is encrypted as its own request says', async (contract) => {
    const { s3, Bucket, put } = contract;
    await put('from', 'body');
    await copy(contract, 'from', 'to', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/one' });
    const { ServerSideEncryption } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }));
    assert.equal(ServerSideEncryption, 'aws:kms');
  });

  contractTest(open, 'a copy can be bound to one version of its source', async (contract) => {
    const { ETag } = await contract.put('from', 'one');
    await copy(contract, 'from', 'to', { CopySourceIfMatch: ETag });
    await contract.put('from', 'two');
    await rejectsWith(copy(contract, 'from', 'to', { CopySourceIfMatch: ETag }), 412, 'PreconditionFailed');
  });

  contractTest(open, 'a copy of a missing key is NoSuchKey', async (contract) => {
    await rejectsWith(copy(contract, 'none', 'to'), 404, 'NoSuchKey');
  });

  contractTest(
    open,
    'the ACL of a written and of a copied object names an owner with full control',
    async (contract) => {
      const { s3, Bucket, put } = contract;
      await put('from', 'body', { ACL: 'bucket-owner-full-control' });
      await copy(contract, 'from', 'to', { ACL: 'bucket-owner-full-control' });
      for (const Key of ['from', 'to']) {
        const { Owner, Grants = [] } = await s3.send(new GetObjectAclCommand({ Bucket, Key }));
        assert.ok(Owner?.ID);
        assert.ok(Grants.some(({ Permission }) => Permission === 'FULL_CONTROL'));
      }
    },
  );
}

export function registerDeleting(open: OpenAccount): void {
  contractTest(open, 'a deleted key is gone, and deleting it again succeeds', async (contract) => {
    const { s3, Bucket, put } = contract;
    await put('k', 'body');
    for (let time = 1; time <= 2; time++) {
      const { $metadata } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
      assert.equal($metadata.httpStatusCode, 204);
    }
    assert.deepEqual(await keys(contract), []);
  });

  contractTest(open, 'a bulk delete removes the keys it names, and quiet tells only of errors', async (contract) => {
    const { s3, Bucket, put } = contract;
    const named = ['a&b', 'c d', '<e>', 'é'];
    await Promise.all([...named, 'kept'].map((key) => put(key)));
    const Objects = [...named, 'never there'].map((Key) => ({ Key }));
    const loud = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.slice(0, 2) } }));
    assert.deepEqual(loud.Deleted?.map(({ Key }) => Key).sort(), ['a&b', 'c d']);
    const quiet = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    assert.deepEqual([quiet.Deleted ?? [], quiet.Errors ?? []], [[], []]);
    assert.deepEqual(await keys(contract), ['kept']);
  });
}

export function registerBuckets(open: OpenAccount): void {
  contractTest(open, 'a bucket is there, a missing one is a bare 404', async ({ s3, Bucket }) => {
    const { $metadata } = await s3.send(new HeadBucketCommand({ Bucket }));
    assert.equal($metadata.httpStatusCode, 200);
    await rejectsWith(s3.send(new HeadBucketCommand({ Bucket: 'no-such-bucket-here' })), 404);
  });

  contractTest(open, 'a bucket is created where its request says', async ({ s3, Bucket }) => {
    const name = `${Bucket}-in-eu`;
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration }));
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: name }));
    assert.equal(LocationConstraint, 'eu-central-1');
  });

  contractTest(open, 'a bucket has no policy until one is put', async ({ s3, Bucket }) => {
    await rejectsWith(s3.send(new GetBucketPolicyCommand({ Bucket })), 404, 'NoSuchBucketPolicy');
    const statement = {
      Sid: 'Read',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
    };
    const policy = { Version: '2012-10-17', Statement: [statement] };
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
    const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    assert.deepEqual(JSON.parse(Policy), policy);
  });
}

function copy({ s3, Bucket }: Contract, from: string, Key: string, more: Partial<CopyObjectCommandInput> = {}) {
  const CopySource = `${Bucket}/${encodeURIComponent(from)}`;
  return s3.send(new CopyObjectCommand({ Bucket, Key, CopySource, ...more }));
}

async function keys({ s3, Bucket }: Contract): Promise<readonly string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key = '' }) => Key);
}
