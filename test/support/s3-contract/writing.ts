// The part of the S3 contract about PutObject: conditions, checksums, encryption.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { type ChecksumAlgorithm, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';

import { contractTest, type OpenAccount, rejectsWith } from './account.ts';

// For `123456789`, the check value that distinguishes CRCs: https://reveng.sourceforge.io/crc-catalogue/
const CHECKED_BODY = '123456789';
const CHECKSUMS = [
  ['CRC32', 'ChecksumCRC32', Buffer.from('cbf43926', 'hex').toString('base64')],
  ['CRC32C', 'ChecksumCRC32C', Buffer.from('e3069283', 'hex').toString('base64')],
  ['CRC64NVME', 'ChecksumCRC64NVME', Buffer.from('ae8b14860a799888', 'hex').toString('base64')],
  ['SHA1', 'ChecksumSHA1', createHash('sha1').update(CHECKED_BODY).digest('base64')],
  ['SHA256', 'ChecksumSHA256', createHash('sha256').update(CHECKED_BODY).digest('base64')],
] as const;

export function registerWriting(open: OpenAccount): void {
  contractTest(open, 'the ETag of an object is the MD5 of its body', async ({ put }) => {
    const { ETag } = await put('k', 'body');
    assert.equal(ETag, `"${createHash('md5').update('body').digest('hex')}"`);
  });

  contractTest(open, 'of ten writers with If-None-Match * one wins', async ({ s3, Bucket, put }) => {
    const writers = Array.from({ length: 10 }, (_, index) => put('k', `writer ${index}`, { IfNoneMatch: '*' }));
    const results = await Promise.allSettled(writers);
    const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [`writer ${index}`] : []));
    assert.equal(winners.length, 1);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    assert.equal(await Body?.transformToString(), winners[0]);
    await rejectsWith(put('k', 'late', { IfNoneMatch: '*' }), 412, 'PreconditionFailed');
  });

  contractTest(open, 'If-Match replaces that one version only', async ({ put }) => {
    await rejectsWith(put('k', 'none', { IfMatch: '"0"' }), 404, 'NoSuchKey');
    const { ETag: first } = await put('k', 'one');
    await put('k', 'two', { IfMatch: first });
    await rejectsWith(put('k', 'three', { IfMatch: first }), 412, 'PreconditionFailed');
  });

  for (const [ChecksumAlgorithm, field, checksum] of CHECKSUMS) {
    contractTest(open, `a ${ChecksumAlgorithm} is verified and told back`, async ({ s3, Bucket, put }) => {
      await put('k', CHECKED_BODY, { [field]: checksum });
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));
      assert.equal(head[field], checksum);
      const wrong = Buffer.from(checksum, 'base64').map((byte) => byte ^ 1);
      const write = put('wrong', CHECKED_BODY, { [field]: Buffer.from(wrong).toString('base64') });
      await rejectsWith(write, 400, 'BadDigest');
      await rejectsWith(s3.send(new HeadObjectCommand({ Bucket, Key: 'wrong' })), 404);
    });

    contractTest(open, `a ${ChecksumAlgorithm} can come after a streamed body`, async ({ s3, Bucket }) => {
      const Body = Readable.from(CHECKED_BODY.split('').map((digit) => Buffer.from(digit)));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ...streamed(ChecksumAlgorithm) }));
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));
      assert.equal(head[field], checksum);
      assert.equal(head.ContentLength, CHECKED_BODY.length);
      assert.equal(head.ContentEncoding, 'gzip');
    });
  }

  contractTest(open, 'a wrong Content-MD5 is refused', async ({ put }) => {
    const ContentMD5 = createHash('md5').update('body').digest('base64');
    await put('k', 'body', { ContentMD5 });
    await rejectsWith(put('k', 'other', { ContentMD5 }), 400, 'BadDigest');
  });

  contractTest(open, 'encryption is reported as it was requested', async ({ s3, Bucket, put }) => {
    const SSEKMSKeyId = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    await put('kms', '', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId });
    await put('s3', '', { ServerSideEncryption: 'AES256' });
    const kms = await s3.send(new HeadObjectCommand({ Bucket, Key: 'kms' }));
    assert.equal(kms.ServerSideEncryption, 'aws:kms');
    assert.equal(kms.SSEKMSKeyId, SSEKMSKeyId);
    const sse = await s3.send(new HeadObjectCommand({ Bucket, Key: 's3' }));
    assert.equal(sse.ServerSideEncryption, 'AES256');
  });

  contractTest(open, 'a write replaces the object with all that was said of it', async ({ s3, Bucket, put }) => {
    await put('k', 'long body', { Metadata: { one: '1' }, StorageClass: 'STANDARD_IA' });
    await put('k', 'short');
    const { Metadata, StorageClass, ContentLength } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    assert.deepEqual({ Metadata, ContentLength }, { Metadata: {}, ContentLength: 5 });
    assert.equal(StorageClass ?? 'STANDARD', 'STANDARD');
  });
}

function streamed(algorithm: ChecksumAlgorithm) {
  return { ChecksumAlgorithm: algorithm, ContentLength: CHECKED_BODY.length, ContentEncoding: 'gzip' };
}
