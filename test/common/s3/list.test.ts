import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { listPages, pageOf } from '@s3-connectors/common/s3/list.ts';
import type { ListPage } from '@s3-connectors/common/s3/list.ts';
import * as fc from 'fast-check';

import { connect, testBucket } from '../../support/s3-connection.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';

async function serverWith(keys: readonly string[]) {
  const server = await startS3Server();
  server.createBucket(testBucket);
  for (const key of keys) server.seed(testBucket, key, key);
  return server;
}

const keysOf = (pages: readonly ListPage[]) => pages.flatMap((page) => page.objects.map(({ key }) => key));

suite('a listing', () => {
  test('returns the key, size, ETag, time and class of each object', async () => {
    await using server = await serverWith([]);
    const lastModified = new Date('2026-01-15T14:30:00Z');
    const etag = server.seed(testBucket, 'raw/a', 'hello', { lastModified, storageClass: 'GLACIER' });
    await using connection = connect(server.endpoint);
    const pages = await Array.fromAsync(listPages(connection.s3, { prefix: 'raw/' }));
    const object = { key: 'raw/a', size: 5, etag, lastModified, storageClass: 'GLACIER' };
    assert.deepEqual(pages, [{ objects: [object], folders: [] }]);
  });

  test('reports restored archived objects, and repeats a request only for pages with archived objects', async () => {
    await using server = await serverWith(['a/plain']);
    server.seed(testBucket, 'b/cold', '', { storageClass: 'GLACIER' });
    server.seed(testBucket, 'b/warm', '', { storageClass: 'DEEP_ARCHIVE', restored: true });
    await using connection = connect(server.endpoint);
    const restored = async (prefix: string) => {
      const pages = await Array.fromAsync(listPages(connection.s3, { prefix }));
      return pages.flatMap(({ objects }) => objects.map((object) => object.restored));
    };
    assert.deepEqual(await restored('a/'), [undefined]);
    assert.equal(server.counts.of('ListObjectsV2').requests, 1);
    assert.deepEqual(await restored('b/'), [undefined, true]);
    assert.equal(server.counts.of('ListObjectsV2').requests, 3);
  });

  test('does not report restored objects if the storage refuses the header', async () => {
    await using server = await serverWith(['a']);
    server.seed(testBucket, 'cold', '', { storageClass: 'GLACIER' });
    server.inject({ kind: 'error', code: 'NotImplemented', operation: 'ListObjectsV2', skip: 1 });
    await using connection = connect(server.endpoint);
    assert.deepEqual(keysOf(await Array.fromAsync(listPages(connection.s3, { prefix: '' }))), ['a', 'cold']);
  });

  test('comes in pages, requested one at a time', async () => {
    await using server = await serverWith(['a', 'b', 'c', 'd', 'e']);
    await using connection = connect(server.endpoint);
    const pages = listPages(connection.s3, { prefix: '', pageSize: 2 });
    assert.deepEqual((await pages.next()).value?.objects.length, 2);
    assert.equal(server.counts.of('ListObjectsV2').requests, 1);
    const rest = await Array.fromAsync(pages);
    assert.deepEqual(keysOf(rest), ['c', 'd', 'e']);
    assert.equal(connection.s3.counters.ListObjectsV2.requests, 3);
  });

  test('shows the folders of one level', async () => {
    await using server = await serverWith(['raw/x y/1', 'raw/x y/2', 'raw/ü+%=1/1', 'raw/file', 'other/1']);
    await using connection = connect(server.endpoint);
    const [page] = await Array.fromAsync(listPages(connection.s3, { prefix: 'raw/', delimiter: '/' }));
    assert.deepEqual(page?.folders, ['raw/x y/', 'raw/ü+%=1/']);
    assert.deepEqual(keysOf(page === undefined ? [] : [page]), ['raw/file']);
  });

  test('of nothing is one empty page', async () => {
    await using server = await serverWith([]);
    await using connection = connect(server.endpoint);
    const pages = await Array.fromAsync(listPages(connection.s3, { prefix: 'none/' }));
    assert.deepEqual(pages, [{ objects: [], folders: [] }]);
  });

  test('returns every key unchanged', async () => {
    await using server = await startS3Server();
    await using connection = connect(server.endpoint);
    const key = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => text.isWellFormed());
    const special = fc.constantFrom('a b', 'a+b', 'a%20b', 'a%', '=&?#', 'ü\t\u0001', '<&>"', '…/../x', '🌊');
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.oneof(key, special), { maxLength: 6 }), async (keys) => {
        const prefix = `${round++}/`;
        if (round === 1) server.createBucket(testBucket);
        for (const key of keys) server.seed(testBucket, prefix + key, '');
        const pages = await Array.fromAsync(listPages(connection.s3, { prefix, pageSize: 2 }));
        assert.deepEqual(keysOf(pages).sort(), keys.map((key) => prefix + key).sort());
      }),
      { numRuns: 40, seed: 14, endOnFailure: true },
    );
  });

  test('retries when S3 is busy, and logs it when that continues', async () => {
    await using server = await serverWith(['a']);
    server.inject({ kind: 'error', code: 'SlowDown', times: 3 });
    await using connection = connect(server.endpoint);
    const pages = await Array.fromAsync(listPages(connection.s3, { prefix: '' }));
    assert.deepEqual(keysOf(pages), ['a']);
    assert.equal(connection.s3.counters.ListObjectsV2.retries, 3);
    assert.match(connection.lines.join('\n'), /^WARN Could not list s3:\/\/publisher-data\/: S3 answered SlowDown\./);
  });

  test('survives an answer that is cut in its middle', async () => {
    await using server = await serverWith(['a']);
    server.inject({ kind: 'cut_in_body', afterBytes: 40 });
    await using connection = connect(server.endpoint);
    assert.deepEqual(keysOf(await Array.fromAsync(listPages(connection.s3, { prefix: '' }))), ['a']);
  });

  test('stops at once when aborted', async () => {
    await using server = await serverWith(['a', 'b']);
    await using connection = connect(server.endpoint);
    const controller = new AbortController();
    const pages = listPages(connection.s3, { prefix: '', pageSize: 1 }, controller.signal);
    await pages.next();
    const reason = new Error('stopped');
    controller.abort(reason);
    await assert.rejects(pages.next(), reason);
    assert.equal(server.counts.of('ListObjectsV2').requests, 1);
  });
});

suite('a page of a listing', () => {
  const level = { prefix: '', delimiter: '/' };
  test('is decoded only if the storage says that it is encoded', () => {
    assert.deepEqual(pageOf({ IsTruncated: false, CommonPrefixes: [{ Prefix: 'a+b%20c/' }] }, level).folders, [
      'a+b%20c/',
    ]);
    const encoded = { IsTruncated: false, EncodingType: 'url' as const, CommonPrefixes: [{ Prefix: 'a+b%20c%2B/' }] };
    assert.deepEqual(pageOf(encoded, level).folders, ['a b c+/']);
  });

  test('reports whether an archived object can be read', () => {
    const object = { Key: 'a', Size: 1, ETag: '"e"', LastModified: new Date(0), StorageClass: 'GLACIER' as const };
    const status = (RestoreStatus: object) =>
      pageOf({ Contents: [{ ...object, RestoreStatus }] }, level).objects[0]?.restored;
    const until = { RestoreExpiryDate: new Date(1) };
    assert.deepEqual([status(until), status({ IsRestoreInProgress: true })], [true, false]);
  });

  const invalid = [
    ['is no listing', {}],
    ['lacks an ETag', { Contents: [{ Key: 'a', Size: 1, LastModified: new Date(0) }] }],
    ['holds a key in a broken encoding', { EncodingType: 'url' as const, CommonPrefixes: [{ Prefix: '%zz' }] }],
  ] as const;
  for (const [name, answer] of invalid) {
    test(`that ${name} is an error`, () =>
      assert.throws(() => pageOf(answer as never, level), { code: 'S3_ANSWER_INVALID' }));
  }
});
