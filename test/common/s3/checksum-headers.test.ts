import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, suite, test } from 'node:test';
import { deleteObjects } from '@s3-connectors/common/s3/delete.ts';
import { headObject } from '@s3-connectors/common/s3/head.ts';
import { copyObject, putObject, type WriteHeaders } from '@s3-connectors/common/s3/write.ts';
import type { ServedOperation, S3TestServer, Unsupported } from '../../../tools/s3-server/types.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { asOwn, connect, testBucket } from '../../support/s3-connection.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const plain: WriteHeaders = { encryption: { mode: 'bucket_default' } };
const acl: WriteHeaders = { ...plain, acl: 'bucket-owner-full-control' };
const checksums = { header: 'x-amz-checksum-' };
/** As these storages answer. */
const storages: readonly { readonly name: string; readonly unsupported: Unsupported }[] = [
  { name: 'Backblaze B2', unsupported: { ...checksums, answer: 'InvalidArgument' } },
  { name: 'an older R2', unsupported: { ...checksums, answer: 'NotImplemented' } },
  { name: 'another storage', unsupported: { ...checksums, answer: 'InvalidRequest' } },
];

suite('a storage that refuses x-amz-checksum headers', () => {
  const running = emptyServer();
  const seen: { operation: string; md5: string | undefined }[] = [];
  let server: S3TestServer;
  beforeEach(() => {
    server = running();
    seen.length = 0;
  });

  for (const { name, unsupported } of storages) {
    test(`takes every write with Content-MD5 instead, and this is remembered and reported once (${name})`, async () => {
      server.setUnsupported([unsupported]);
      await using it = connect(server.endpoint);
      const { s3, lines } = it;
      const keys = ['a', 'b', 'c', 'd'];
      for (const key of keys) await putObject(s3, { key, body: Buffer.from(key), contentType: 'text/plain' }, acl);
      assert.equal(server.counts.of('PutObject').requests, keys.length + 1);
      const head = await headObject(s3, 'a');
      assert.equal(head?.size, 1);
      await copyObject({ s3, prefix: '' }, { from: asOwn('a'), to: asOwn('e') }, acl);
      await deleteObjects({ s3, prefix: '' }, ['a', 'b'].map(asOwn));
      assert.deepEqual(
        server.objects(testBucket).map(({ key }) => key),
        ['c', 'd', 'e'],
      );
      for (const operation of ['HeadObject', 'CopyObject', 'DeleteObjects'] satisfies readonly ServedOperation[]) {
        assert.equal(server.counts.of(operation).requests, 1, operation);
      }
      const told = lines.filter((line) => line.includes('Content-MD5'));
      assert.equal(told.length, 1, lines.join('\n'));
      assert.match(told[0] ?? '', /^INFO http:\/\/127\.0\.0\.1:\d+ refuses x-amz-checksum headers/u);
      assert.equal(s3.counters.PutObject.requests, keys.length + 1);
    });
  }

  test('is reported once by concurrent writes, and none of them fails', async () => {
    server.setUnsupported([{ ...checksums, answer: 'NotImplemented' }]);
    await using it = connect(server.endpoint);
    const keys = Array.from({ length: 50 }, (_, index) => `${index}`);
    await Promise.all(
      keys.map((key) => putObject(it.s3, { key, body: Buffer.from(key), contentType: 'text/plain' }, plain)),
    );
    assert.equal(server.objects(testBucket).length, keys.length);
    assert.equal(it.lines.filter((line) => line.startsWith('INFO')).length, 1);
  });

  for (const [what, first] of [
    ['a copy', (s3) => copyObject({ s3, prefix: '' }, { from: asOwn('a'), to: asOwn('e') }, plain)],
    ['a deletion', (s3) => deleteObjects({ s3, prefix: '' }, [asOwn('a')])],
    ['a look', (s3) => headObject(s3, 'a')],
  ] satisfies readonly (readonly [string, (s3: ReturnType<typeof connect>['s3']) => Promise<unknown>])[]) {
    test(`is noticed by ${what} too, if that comes first`, async () => {
      server.seed(testBucket, 'a', 'a');
      server.setUnsupported([{ ...checksums, answer: 'NotImplemented' }]);
      await using it = connect(server.endpoint);
      await first(it.s3);
      await putObject(it.s3, { key: 'b', body: Buffer.from('b'), contentType: 'text/plain' }, plain);
      assert.equal(server.counts.of('PutObject').requests, 1);
      assert.equal(it.lines.filter((line) => line.startsWith('INFO')).length, 1);
    });
  }

  test('gets the MD5 of each body: parts, a file, an empty body, and without the SDK', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'body');
    const bytes = randomBytes(400_000);
    await writeFile(path, bytes);
    server.setUnsupported([{ ...checksums, answer: 'NotImplemented' }]);
    const digests: string[] = [];
    await using it = connect(server.endpoint);
    it.s3.client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { readonly headers: Readonly<Record<string, string>> };
        if (headers['content-md5'] !== undefined) digests.push(headers['content-md5']);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const bodies = [
      Buffer.from('small'),
      [bytes.subarray(0, 300_000), bytes.subarray(300_000)],
      { path },
      Buffer.alloc(0),
    ];
    for (const [index, body] of bodies.entries()) {
      await putObject(it.s3, { key: `${index}`, body, contentType: 'text/plain' }, plain);
    }
    const md5 = (body: Uint8Array): string => createHash('md5').update(body).digest('base64');
    assert.deepEqual(digests.slice(0, 3), [md5(Buffer.from('small')), md5(bytes), md5(bytes)]);
    assert.deepEqual(
      server.objects(testBucket).map(({ body }) => md5(body)),
      [md5(Buffer.from('small')), md5(bytes), md5(bytes), md5(Buffer.alloc(0))],
    );
  });

  test('gets a second request only for a refusal that may be about the checksum', async () => {
    await using it = connect(server.endpoint);
    const object = { key: 'a', body: Buffer.from('a'), contentType: 'text/plain' };
    for (const code of [
      'AccessDenied',
      'NoSuchBucket',
      'ExpiredToken',
      'InvalidAccessKeyId',
      'PreconditionFailed',
    ] as const) {
      server.counts.reset();
      server.inject({ kind: 'error', code });
      await assert.rejects(putObject(it.s3, object, plain));
      assert.equal(server.counts.of('PutObject').requests, 1, code);
    }
    server.inject({ kind: 'error', code: 'NotImplemented', times: 2 });
    await assert.rejects(putObject(it.s3, object, plain), { code: 'S3_REQUEST_REFUSED' });
    assert.deepEqual(
      it.lines.filter((line) => line.includes('Content-MD5')),
      [],
      'both were refused, so it was not about the checksum',
    );
    await putObject(it.s3, object, plain);
    assert.ok('x-amz-checksum-crc32' in (server.object(testBucket, 'a')?.headers.checksums ?? {}));
  });

  test('causes an error that lists possible gaps if it names no header', async () => {
    const message = 'A header you provided implies functionality that is not implemented.';
    await using it = connect(server.endpoint);
    const object = { key: 'a', body: Buffer.from('a'), contentType: 'text/plain' };
    for (const [condition, words] of [
      [{}, /does not implement what the write asks for.*If it does not take ACLs, set "acl" to "none"/u],
      [{ ifNoneMatch: '*' }, /"conditional_writes" to false.*If it does not take ACLs, set "acl" to "none"/u],
    ] as const) {
      server.inject({ kind: 'error', code: 'NotImplemented', message, times: 2 });
      await assert.rejects(putObject(it.s3, { ...object, ...condition }, acl), {
        code: 'S3_REQUEST_REFUSED',
        message: words,
      });
    }
    server.inject({ kind: 'error', code: 'NotImplemented', message, times: 2 });
    await assert.rejects(putObject(it.s3, object, plain), (error: Error) => !error.message.includes('"acl"'));
  });

  test('causes an error about the ACL if it refuses the ACL', async () => {
    for (const [answer, message] of [
      ['NotImplemented', undefined],
      ['InvalidArgument', "Unsupported value for canned acl 'bucket-owner-full-control'"],
    ] as const) {
      server.setUnsupported([{ header: 'x-amz-acl', answer, ...(message === undefined ? {} : { message }) }]);
      await using it = connect(server.endpoint);
      const object = { key: 'a', body: Buffer.from('a'), contentType: 'text/plain' };
      const refusal = {
        code: 'S3_REQUEST_REFUSED',
        message: /the storage does not accept ACLs\. Set "acl" to "none"/u,
      };
      await assert.rejects(putObject(it.s3, object, acl), refusal);
      server.seed(testBucket, 'b', 'b');
      await assert.rejects(copyObject({ s3: it.s3, prefix: '' }, { from: asOwn('b'), to: asOwn('c') }, acl), refusal);
    }
  });
});
