// Any key of S3 means the same object in every request, whatever URLs, XML or HTTP clients make of its characters.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { deleteObjects } from '@s3-connectors/common/s3/delete.ts';
import { headObject } from '@s3-connectors/common/s3/head.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import { readObject, readRange } from '@s3-connectors/common/s3/read.ts';
import { copyObject, putObject } from '@s3-connectors/common/s3/write.ts';
import * as fc from 'fast-check';

import { hostileKey } from '../../support/hostile/hostile-names.ts';
import { outsideProblem } from '@s3-connectors/common/s3/own-key.ts';
import { asOwn, connect, testBucket, type TestConnection } from '../../support/s3-connection.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';

const keysAtOnce = 40;
const how = { encryption: { mode: 'bucket_default' } } as const;

const someKeys = fc.uniqueArray(hostileKey({ prefix: 'a/' }), { minLength: keysAtOnce, maxLength: keysAtOnce });

async function opened(): Promise<AsyncDisposable & { server: S3TestServer; s3: TestConnection['s3'] }> {
  const server = await startS3Server();
  server.createBucket(testBucket);
  const connection = connect(server.endpoint);
  const close = async (): Promise<void> => {
    await connection[Symbol.asyncDispose]();
    await server.close();
  };
  return { server, s3: connection.s3, [Symbol.asyncDispose]: close };
}

function inOrder(keys: readonly string[]): readonly string[] {
  return keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

suite('a hostile key', () => {
  test('is listed unchanged over pages and folders, and can be read', async () => {
    const property = fc.asyncProperty(someKeys, async (keys) => {
      await using place = await opened();
      const { server, s3 } = place;
      for (const key of keys) server.seed(testBucket, key, `of ${key}`);
      const pages = await Array.fromAsync(listPages(s3, { prefix: 'a/', pageSize: 7 }));
      const listed = pages.flatMap(({ objects }) => objects);
      assert.deepEqual(
        listed.map(({ key }) => key),
        inOrder(keys),
      );
      for (const { key, etag, size } of listed) {
        assert.equal(String(await readRange(s3, { key, etag, start: 0, end: size })), `of ${key}`);
        assert.equal(String((await readObject(s3, key, size))?.body), `of ${key}`);
      }
      const levels = await Array.fromAsync(listPages(s3, { prefix: 'a/', delimiter: '/', pageSize: 7 }));
      const folders = keys.flatMap((key) => /^a\/[^/]*\//su.exec(key) ?? []);
      assert.deepEqual(
        levels.flatMap((level) => level.folders),
        inOrder([...new Set(folders)]),
      );
    });
    await fc.assert(property, { numRuns: 25, seed: 14, endOnFailure: true });
  });

  test('is written, copied, headed and deleted unchanged', async () => {
    const property = fc.asyncProperty(someKeys, async (keys) => {
      await using place = await opened();
      const { server, s3 } = place;
      const written = keys
        .filter((key) => outsideProblem({ prefix: 'a/' }, key) === undefined)
        .slice(0, keysAtOnce / 2);
      for (const key of written) {
        await putObject(s3, { key, body: Buffer.from(`of ${key}`), contentType: 'text/plain' }, how);
        await copyObject({ s3, prefix: '' }, { from: asOwn(key), to: asOwn(key.replace(/^a/u, 'b')) }, how);
        assert.equal((await headObject(s3, key))?.size, Buffer.byteLength(`of ${key}`));
      }
      const keysIn = (prefix: string) => server.objects(testBucket, prefix).map(({ key }) => key);
      assert.deepEqual(keysIn('a/'), inOrder(written));
      assert.deepEqual(keysIn('b/'), inOrder(written.map((key) => key.replace(/^a/u, 'b'))));
      for (const { key, body } of server.objects(testBucket)) {
        assert.equal(String(body), `of ${key.replace(/^b/u, 'a')}`);
      }
      await deleteObjects({ s3, prefix: '' }, written.map(asOwn));
      assert.deepEqual(keysIn('a/'), []);
    });
    await fc.assert(property, { numRuns: 25, seed: 14, endOnFailure: true });
  });
});
