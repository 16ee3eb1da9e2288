import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { headObject } from '@s3-connectors/common/s3/head.ts';
import { copyObject, putObject } from '@s3-connectors/common/s3/write.ts';
import type { WriteHeaders } from '@s3-connectors/common/s3/write.ts';

import { asOwn, connect, testBucket } from '../../support/s3-connection.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';

const plain: WriteHeaders = { encryption: { mode: 'bucket_default' } };
const key = 'out/a b+ü.jsonl.gz';
const object = { key, body: Buffer.from('hello'), contentType: 'application/gzip' };

async function open(options: Parameters<typeof connect>[1] = {}) {
  const server = await startS3Server();
  server.createBucket(testBucket);
  const connection = connect(server.endpoint, options);
  return {
    server,
    ...connection,
    stored: (name = key) => server.object(testBucket, name),
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

suite('a put', () => {
  test('writes the body with its type and checksum', async () => {
    await using it = await open();
    const { etag } = await putObject(it.s3, { ...object }, plain);
    const stored = it.stored();
    assert.equal(stored?.etag, etag);
    assert.equal(stored?.body.toString(), 'hello');
    assert.equal(stored?.headers.contentType, 'application/gzip');
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32('hello'));
    assert.deepEqual(stored?.headers.checksums, { 'x-amz-checksum-crc32': sum.toString('base64') });
  });

  test('writes a body in parts of any length, also zero', async () => {
    await using it = await open();
    const bodies = [[], [randomBytes(10)], [randomBytes(5_000_000), new Uint8Array(), randomBytes(6_000_001)]];
    for (const [index, body] of bodies.entries()) {
      await putObject(it.s3, { ...object, key: `out/${index}`, body }, plain);
      assert.ok(it.stored(`out/${index}`)?.body.equals(Buffer.concat(body)));
    }
  });

  test('writes a file from disk, and reads it again for a retry', async () => {
    await using it = await open();
    const path = join(tmpdir(), `s3-connectors-body-${randomUUID()}`);
    const body = randomBytes(3_000_001);
    try {
      for (const bytes of [body, Buffer.alloc(0)]) {
        await writeFile(path, bytes);
        it.server.inject({ kind: 'cut_before_answer', operation: 'PutObject' });
        const written = await putObject(it.s3, { ...object, body: { path } }, plain);
        assert.ok(it.stored()?.body.equals(bytes));
        assert.equal(written.size, bytes.length);
      }
    } finally {
      await rm(path);
    }
  });

  test('sends exactly the ACL and the encryption of the config', async () => {
    await using it = await open();
    const hows: readonly WriteHeaders[] = [
      plain,
      { acl: 'bucket-owner-full-control', encryption: { mode: 'sse_s3' } },
      { encryption: { mode: 'sse_kms', kmsKeyId: 'key-1' } },
    ];
    const sent = [];
    for (const how of hows) {
      await putObject(it.s3, object, how);
      const { acl, encryption, kmsKeyId } = it.stored()?.headers ?? {};
      sent.push([acl, encryption, kmsKeyId]);
    }
    const expected = [
      [undefined, undefined, undefined],
      ['bucket-owner-full-control', 'AES256', undefined],
      [undefined, 'aws:kms', 'key-1'],
    ];
    assert.deepEqual(sent, expected);
  });

  test('is sent again completely when its connection is cut before or after the write', async () => {
    await using it = await open();
    const body = [randomBytes(200_000), randomBytes(200_000)];
    it.server.inject({ kind: 'cut_before_answer', operation: 'PutObject' });
    it.server.inject({ kind: 'drop_answer', operation: 'PutObject' });
    await putObject(it.s3, { ...object, body }, plain);
    assert.ok(it.stored()?.body.equals(Buffer.concat(body)));
    assert.deepEqual(it.s3.counters.PutObject, { requests: 3, retries: 2, bytesIn: 0, bytesOut: 1_200_000 });
  });

  test('on condition that the object does not exist fails if it exists', async () => {
    await using it = await open();
    await putObject(it.s3, object, plain);
    await assert.rejects(putObject(it.s3, { ...object, body: Buffer.from('other'), ifNoneMatch: '*' }, plain), {
      code: 'S3_OBJECT_CONFLICT',
    });
    assert.equal(it.stored()?.body.toString(), 'hello');
  });

  test('on condition of a version replaces that version only', async () => {
    await using it = await open();
    const { etag } = await putObject(it.s3, object, plain);
    await putObject(it.s3, { ...object, body: Buffer.from('second'), ifMatch: etag }, plain);
    await assert.rejects(putObject(it.s3, { ...object, body: Buffer.from('third'), ifMatch: etag }, plain), {
      code: 'S3_OBJECT_CONFLICT',
    });
    assert.equal(it.stored()?.body.toString(), 'second');
  });

  test('on a condition with a lost answer recognises its own object', async () => {
    await using it = await open();
    it.server.inject({ kind: 'drop_answer', operation: 'PutObject' });
    const { etag } = await putObject(it.s3, { ...object, ifNoneMatch: '*' }, plain);
    assert.equal(it.stored()?.etag, etag);
    assert.equal(it.s3.counters.HeadObject.requests, 1);
  });

  test('on a condition with a lost answer does not accept another run’s object as its own', async () => {
    await using it = await open();
    it.server.inject({ kind: 'replace', body: 'world', operation: 'PutObject', skip: 1 });
    it.server.inject({ kind: 'drop_answer', operation: 'PutObject' });
    await assert.rejects(putObject(it.s3, { ...object, ifNoneMatch: '*' }, plain), { code: 'S3_OBJECT_CONFLICT' });
    assert.equal(it.stored()?.body.toString(), 'world');
  });

  test('that is aborted sends nothing more', async () => {
    await using it = await open();
    const controller = new AbortController();
    const reason = new Error('stopped');
    controller.abort(reason);
    await assert.rejects(putObject(it.s3, object, plain, controller.signal), reason);
    assert.equal(it.server.counts.total.requests, 0);
  });

  test('that waits for its retry is aborted at once', async () => {
    await using it = await open({ retryBudgetMs: 600_000 });
    it.server.inject({ kind: 'error', code: 'SlowDown', times: Infinity });
    const controller = new AbortController();
    const reason = new Error('stopped');
    it.server.setHooks({ onAnswer: ({ index }) => (index === 4 ? controller.abort(reason) : undefined) });
    await assert.rejects(putObject(it.s3, object, plain, controller.signal), reason);
  });
});

suite('a write', () => {
  for (const odd of ['out/../a', 'out/./a', 'out//a', '/a', 'a/', '..', 'out/a\r\nb', '']) {
    test(`to ${JSON.stringify(odd)}, which a client on the way could read as another key, is refused`, async () => {
      await using it = await open();
      await assert.rejects(putObject(it.s3, { ...object, key: odd }, plain), { code: 'UNEXPECTED' });
      assert.equal(it.server.counts.total.requests, 0);
    });
  }
});

suite('a copy', () => {
  test('keeps the type, and takes ACL and encryption from the run', async () => {
    await using it = await open();
    const how: WriteHeaders = { acl: 'bucket-owner-full-control', encryption: { mode: 'sse_kms', kmsKeyId: 'key-1' } };
    await putObject(it.s3, { ...object }, plain);
    const { etag } = await copyObject({ s3: it.s3, prefix: '' }, { from: asOwn(key), to: asOwn('final/ü +%.gz') }, how);
    const stored = it.stored('final/ü +%.gz');
    assert.deepEqual([stored?.etag, stored?.body.toString()], [etag, 'hello']);
    const { contentType, acl, kmsKeyId } = stored?.headers ?? {};
    const expected = ['application/gzip', 'bucket-owner-full-control', 'key-1'];
    assert.deepEqual([contentType, acl, kmsKeyId], expected);
  });

  test('that fails inside an answer of 200 is retried', async () => {
    await using it = await open();
    await putObject(it.s3, object, plain);
    it.server.inject({ kind: 'error_in_ok', code: 'InternalError', operation: 'CopyObject' });
    it.server.inject({ kind: 'error_in_ok', code: 'SlowDown', operation: 'CopyObject' });
    await copyObject({ s3: it.s3, prefix: '' }, { from: asOwn(key), to: asOwn('final') }, plain);
    assert.equal(it.stored('final')?.body.toString(), 'hello');
    assert.equal(it.s3.counters.CopyObject.retries, 2);
  });

  test('that is refused inside an answer of 200 is refused', async () => {
    await using it = await open();
    await putObject(it.s3, object, plain);
    it.server.inject({ kind: 'error_in_ok', code: 'AccessDenied', operation: 'CopyObject' });
    await assert.rejects(copyObject({ s3: it.s3, prefix: '' }, { from: asOwn(key), to: asOwn('final') }, plain), {
      code: 'S3_ACCESS_DENIED',
    });
  });

  test('of a missing object names both keys', async () => {
    await using it = await open();
    await assert.rejects(copyObject({ s3: it.s3, prefix: '' }, { from: asOwn('gone'), to: asOwn('final') }, plain), {
      code: 'S3_OBJECT_CHANGED',
      message: /^Could not copy s3:\/\/publisher-data\/gone to s3:\/\/publisher-data\/final: /,
    });
  });
});

suite('a head', () => {
  test('returns size, ETag and checksum', async () => {
    await using it = await open();
    await putObject(it.s3, object, plain);
    const stored = it.stored();
    const sums = stored?.headers.checksums ?? {};
    const expected = {
      size: 5,
      etag: stored?.etag,
      crc32: sums['x-amz-checksum-crc32'],
    };
    assert.deepEqual(await headObject(it.s3, key), expected);
  });

  test('of a missing object is undefined', async () => {
    await using it = await open();
    assert.equal(await headObject(it.s3, 'none'), undefined);
  });
});
