// The part of the S3 contract about ListObjectsV2.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import assert from 'node:assert/strict';

import {
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';

import { type Contract, contractTest, type OpenAccount, rejectsWith } from './account.ts';

export function registerListing(open: OpenAccount): void {
  contractTest(open, 'a listing is in the order of UTF-8 bytes', async (contract) => {
    const keys = ['z', 'Z', 'é', 'a', 'A', 'a/b', 'a-b', 'aa', '\u{1F600}', '\uFF5E', '0', '_', '~'];
    await Promise.all(keys.map((key) => contract.put(key)));
    const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(await listedKeys(contract, {}), byBytes);
  });

  contractTest(open, 'pages of any size show every key once, and only the last is not truncated', async (contract) => {
    const keys = numberedKeys(7);
    await Promise.all(keys.map((key) => contract.put(key)));
    for (const MaxKeys of [1, 3, 7, 1000]) {
      const pages = await listPages(contract, { MaxKeys });
      assert.deepEqual(
        pages.map((page) => page.Contents?.length ?? 0),
        pageSizes(7, MaxKeys),
      );
      assert.deepEqual(pages.flatMap(keysOf), keys);
      assert.deepEqual(
        pages.map((page) => page.IsTruncated),
        pages.map((_, index) => index < pages.length - 1),
      );
    }
  });

  contractTest(open, 'a prefix keeps to the keys that begin with it', async (contract) => {
    await Promise.all(['a/1', 'a/2', 'ab', 'b/1'].map((key) => contract.put(key)));
    assert.deepEqual(await listedKeys(contract, { Prefix: 'a/' }), ['a/1', 'a/2']);
    assert.deepEqual(await listedKeys(contract, { Prefix: 'a' }), ['a/1', 'a/2', 'ab']);
    assert.deepEqual(await listedKeys(contract, { Prefix: 'c' }), []);
  });

  contractTest(open, 'StartAfter begins after a key, whether it exists or not', async (contract) => {
    await Promise.all(['a', 'b', 'd'].map((key) => contract.put(key)));
    assert.deepEqual(await listedKeys(contract, { StartAfter: 'a' }), ['b', 'd']);
    assert.deepEqual(await listedKeys(contract, { StartAfter: 'c' }), ['d']);
    assert.deepEqual(await listedKeys(contract, { StartAfter: 'd' }), []);
    assert.deepEqual(await listedKeys(contract, { StartAfter: 'a', MaxKeys: 1 }), ['b', 'd']);
  });

  contractTest(open, 'a delimiter folds what follows into common prefixes', async (contract) => {
    await Promise.all(['p/a/1', 'p/a/2', 'p/b', 'p/c/x/1', 'q/1'].map((key) => contract.put(key)));
    const { Contents, CommonPrefixes, KeyCount } = await list(contract, { Prefix: 'p/', Delimiter: '/' });
    assert.deepEqual(
      Contents?.map(({ Key }) => Key),
      ['p/b'],
    );
    assert.deepEqual(
      CommonPrefixes?.map(({ Prefix }) => Prefix),
      ['p/a/', 'p/c/'],
    );
    assert.equal(KeyCount, 3);
  });

  contractTest(open, 'pages with a delimiter show every key and common prefix once', async (contract) => {
    await Promise.all(['a/1', 'a/2', 'b', 'c/1', 'c/2', 'd', 'e/1'].map((key) => contract.put(key)));
    for (const MaxKeys of [1, 2, 3]) {
      const pages = await listPages(contract, { Delimiter: '/', MaxKeys });
      assert.deepEqual(pages.flatMap(keysOf), ['b', 'd']);
      assert.deepEqual(pages.flatMap(foldersOf), ['a/', 'c/', 'e/']);
      for (const page of pages) assert.ok(keysOf(page).length + foldersOf(page).length <= MaxKeys);
    }
  });

  contractTest(open, 'encoding-type url tells keys percent-encoded', async (contract) => {
    const keys = ['a b/1+1=2', 'a b/50%', 'a b/<&>"', 'a b/é', 'a b/line\nfeed'].sort();
    await Promise.all(keys.map((key) => contract.put(key)));
    const { Contents = [], Prefix } = await list(contract, { Prefix: 'a b/', EncodingType: 'url' });
    assert.deepEqual(
      Contents.map(({ Key }) => decodeKey(Key)),
      keys,
    );
    assert.equal(decodeKey(Prefix), 'a b/');
    for (const { Key = '' } of Contents) assert.match(Key, /^[\x21-\x7e]+$/);
    const { CommonPrefixes } = await list(contract, { Delimiter: '/', EncodingType: 'url' });
    assert.deepEqual(
      CommonPrefixes?.map(({ Prefix }) => decodeKey(Prefix)),
      ['a b/'],
    );
  });

  contractTest(open, 'a listed object has the size, ETag and storage class of its HEAD', async (contract) => {
    const { s3, Bucket } = contract;
    await contract.put('plain', 'four');
    await contract.put('cold', 'seven!!', { StorageClass: 'STANDARD_IA' });
    for (const listed of (await list(contract, {})).Contents ?? []) {
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: listed.Key }));
      assert.equal(listed.ETag, head.ETag);
      assert.equal(listed.Size, head.ContentLength);
      assert.equal(listed.StorageClass, head.StorageClass ?? 'STANDARD');
      assert.ok(Math.abs(Date.now() - (listed.LastModified?.getTime() ?? 0)) < 60_000);
    }
  });

  contractTest(open, 'an empty bucket lists nothing, a missing one is an error', async (contract) => {
    const { KeyCount, IsTruncated, Contents } = await list(contract, {});
    assert.deepEqual({ KeyCount, IsTruncated, Contents }, { KeyCount: 0, IsTruncated: false, Contents: undefined });
    const Bucket = 'no-such-bucket-here';
    await rejectsWith(contract.s3.send(new ListObjectsV2Command({ Bucket })), 404, 'NoSuchBucket');
  });
}

type Query = Partial<ListObjectsV2CommandInput>;

function list({ s3, Bucket }: Contract, query: Query): Promise<ListObjectsV2CommandOutput> {
  return s3.send(new ListObjectsV2Command({ Bucket, ...query }));
}

async function listPages(contract: Contract, query: Query): Promise<readonly ListObjectsV2CommandOutput[]> {
  const pages = [await list(contract, query)];
  for (let token = pages[0]?.NextContinuationToken; token !== undefined; token = pages.at(-1)?.NextContinuationToken) {
    pages.push(await list(contract, { ...query, ContinuationToken: token }));
  }
  return pages;
}

async function listedKeys(contract: Contract, query: Query): Promise<readonly string[]> {
  return (await listPages(contract, query)).flatMap(keysOf);
}

function keysOf({ Contents = [] }: ListObjectsV2CommandOutput): readonly string[] {
  return Contents.map(({ Key = '' }) => Key);
}

function foldersOf({ CommonPrefixes = [] }: ListObjectsV2CommandOutput): readonly string[] {
  return CommonPrefixes.map(({ Prefix = '' }) => Prefix);
}

function numberedKeys(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `key-${index}`);
}

function pageSizes(count: number, pageSize: number): readonly number[] {
  return Array.from({ length: Math.ceil(count / pageSize) }, (_, page) => Math.min(pageSize, count - page * pageSize));
}

// A space may be `+` or `%20`; a plus sign is never itself.
function decodeKey(text = ''): string {
  return decodeURIComponent(text.replaceAll('+', '%20'));
}
