// The part of the S3 contract about GetObject and HeadObject.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
import assert from 'node:assert/strict';

import { GetObjectCommand, type GetObjectCommandInput, HeadObjectCommand } from '@aws-sdk/client-s3';

import { type Contract, contractTest, type OpenAccount, rejectsWith } from './account.ts';

const HOUR_MS = 3_600_000;

export function registerReading(open: OpenAccount): void {
  contractTest(open, 'an object is read back with what its writer said of it', async (contract) => {
    const { s3, Bucket, put } = contract;
    await put('k', 'body', { ContentType: 'text/x-test', ContentEncoding: 'br', Metadata: { one: '1', two: 'b c' } });
    const { text, answer } = await get(contract, 'k');
    assert.equal(text, 'body');
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    for (const { ContentType, ContentEncoding, Metadata, ContentLength, ETag } of [answer, head]) {
      assert.deepEqual(
        { ContentType, ContentEncoding, Metadata, ContentLength, ETag },
        {
          ContentType: 'text/x-test',
          ContentEncoding: 'br',
          Metadata: { one: '1', two: 'b c' },
          ContentLength: 4,
          ETag: '"841a2d689ad86bd1611447453c22c6fc"',
        },
      );
    }
  });

  contractTest(
    open,
    'a range is served from its first to its last byte, as far as the object goes',
    async (contract) => {
      await contract.put('k', '0123456789');
      const cases = [
        ['bytes=0-0', '0', 'bytes 0-0/10'],
        ['bytes=2-4', '234', 'bytes 2-4/10'],
        ['bytes=7-', '789', 'bytes 7-9/10'],
        ['bytes=8-99', '89', 'bytes 8-9/10'],
        ['bytes=-3', '789', 'bytes 7-9/10'],
        ['bytes=-99', '0123456789', 'bytes 0-9/10'],
      ] as const;
      for (const [Range, expected, contentRange] of cases) {
        const { text, answer } = await get(contract, 'k', { Range });
        assert.equal(text, expected, Range);
        assert.equal(answer.ContentRange, contentRange);
        assert.equal(answer.ContentLength, expected.length);
        assert.equal(answer.$metadata.httpStatusCode, 206);
      }
    },
  );

  contractTest(open, 'a range after the end is refused', async (contract) => {
    await contract.put('k', '0123456789');
    await rejectsWith(get(contract, 'k', { Range: 'bytes=10-' }), 416, 'InvalidRange');
  });

  contractTest(open, 'If-Match reads that one version only', async (contract) => {
    const { s3, Bucket, put } = contract;
    const { ETag: first } = await put('k', 'one');
    assert.equal((await get(contract, 'k', { IfMatch: first })).text, 'one');
    const { ETag: second } = await put('k', 'two');
    await rejectsWith(get(contract, 'k', { IfMatch: first }), 412, 'PreconditionFailed');
    await rejectsWith(get(contract, 'k', { IfMatch: first, Range: 'bytes=0-0' }), 412, 'PreconditionFailed');
    await rejectsWith(s3.send(new HeadObjectCommand({ Bucket, Key: 'k', IfMatch: first })), 412);
    assert.equal((await get(contract, 'k', { IfMatch: second })).text, 'two');
  });

  contractTest(open, 'If-None-Match and If-Modified-Since answer 304 for what the caller has', async (contract) => {
    const { ETag } = await contract.put('k', 'one');
    const future = new Date(Date.now() + HOUR_MS);
    const past = new Date(Date.now() - HOUR_MS);
    await rejectsWith(get(contract, 'k', { IfNoneMatch: ETag }), 304);
    await rejectsWith(get(contract, 'k', { IfModifiedSince: future }), 304);
    assert.equal((await get(contract, 'k', { IfNoneMatch: '"other"' })).text, 'one');
    assert.equal((await get(contract, 'k', { IfModifiedSince: past })).text, 'one');
  });

  contractTest(open, 'a missing key is NoSuchKey, and to HEAD a bare 404', async (contract) => {
    const { s3, Bucket } = contract;
    await rejectsWith(get(contract, 'none'), 404, 'NoSuchKey');
    await rejectsWith(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })), 404, 'NotFound');
  });

  contractTest(open, 'any key is read back under its own name', async (contract) => {
    const keys = [
      'a b',
      'a+b',
      'a%2Fb',
      'a=b&c',
      'ü/é.txt',
      '\u{1F600}',
      'a//b',
      './a/../b',
      '(x)*!~\'"',
      'a?b#c',
      'end/',
    ];
    for (const key of keys) await contract.put(key, `body of ${key}`);
    for (const key of keys) assert.equal((await get(contract, key)).text, `body of ${key}`);
  });

  contractTest(open, 'an empty object is read as nothing', async (contract) => {
    await contract.put('empty');
    const { text, answer } = await get(contract, 'empty');
    assert.equal(text, '');
    assert.equal(answer.ContentLength, 0);
  });
}

async function get({ s3, Bucket }: Contract, Key: string, more: Partial<GetObjectCommandInput> = {}) {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { answer, text: (await answer.Body?.transformToString()) ?? '' };
}
