import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { readObject, readRange, streamRange } from '@s3-connectors/common/s3/read.ts';

import { skippingClock } from '../../support/simulated-clock.ts';
import { connect, testBucket } from '../../support/s3-connection.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';

const body = randomBytes(300_000);
const key = 'raw/a b+ü.bin';

async function open(options: Parameters<typeof connect>[1] = {}) {
  const server = await startS3Server();
  server.createBucket(testBucket);
  const etag = server.seed(testBucket, key, body);
  const connection = connect(server.endpoint, options);
  return {
    server,
    etag,
    ...connection,
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

suite('a range', () => {
  test('is the bytes from its start up to, but not at, its end', async () => {
    await using it = await open();
    const range = await readRange(it.s3, { key, etag: it.etag, start: 1000, end: 2000 });
    assert.ok(range.equals(body.subarray(1000, 2000)));
    assert.deepEqual(it.s3.counters.GetObject, { requests: 1, retries: 0, bytesIn: 1000, bytesOut: 0 });
  });

  test('may be the entire object, by an ETag with or without its quotes', async () => {
    await using it = await open();
    for (const etag of [it.etag, it.etag.replaceAll('"', '')]) {
      assert.ok((await readRange(it.s3, { key, etag, start: 0, end: body.length })).equals(body));
    }
  });

  test('of nothing sends no request', async () => {
    await using it = await open();
    assert.equal((await readRange(it.s3, { key, etag: it.etag, start: 5, end: 5 })).length, 0);
    assert.equal(it.server.counts.total.requests, 0);
  });

  test('that is cut repeatedly is resumed at the last byte', async () => {
    await using it = await open();
    it.server.inject({ kind: 'cut_in_body', afterBytes: 70_000, operation: 'GetObject', times: 3 });
    assert.ok(
      (await readRange(it.s3, { key, etag: it.etag, start: 100, end: body.length })).equals(body.subarray(100)),
    );
    const { requests, retries, bytesIn } = it.s3.counters.GetObject;
    assert.deepEqual([requests, retries, bytesIn], [4, 3, body.length - 100]);
  });

  test('that makes progress between its cuts is read to its end, though the waits take longer than the budget', async () => {
    const clock = skippingClock();
    await using it = await open({ retryBudgetMs: 1000, clock });
    const cuts = 50;
    it.server.inject({ kind: 'cut_in_body', afterBytes: 5000, operation: 'GetObject', times: cuts });
    assert.ok((await readRange(it.s3, { key, etag: it.etag, start: 0, end: body.length })).equals(body));
    assert.equal(it.s3.counters.GetObject.retries, cuts);
  });

  test('that stalls is cut and resumed', async () => {
    await using it = await open({ idleTimeoutMs: 100 });
    it.server.inject({ kind: 'slow_body', bytesPerSecond: 1, operation: 'GetObject' });
    assert.ok((await readRange(it.s3, { key, etag: it.etag, start: 0, end: 1000 })).equals(body.subarray(0, 1000)));
    assert.ok(it.s3.counters.GetObject.requests > 1);
  });

  test('of an object replaced between the request and the rest of the body is never mixed', async () => {
    await using it = await open();
    it.server.inject({ kind: 'cut_in_body', afterBytes: 70_000, operation: 'GetObject' });
    it.server.inject({ kind: 'replace', body: randomBytes(300_000), operation: 'GetObject' });
    const got: Uint8Array[] = [];
    await assert.rejects(
      async () => {
        for await (const chunk of streamRange(it.s3, { key, etag: it.etag, start: 0, end: body.length }))
          got.push(chunk);
      },
      { code: 'S3_OBJECT_CHANGED', message: /raw\/a b\+ü\.bin: it was replaced/ },
    );
    const bytes = Buffer.concat(got);
    assert.ok(bytes.length > 0 && bytes.equals(body.subarray(0, bytes.length)));
  });

  test('of another version is refused', async () => {
    await using it = await open();
    await assert.rejects(readRange(it.s3, { key, etag: '"other"', start: 0, end: 1 }), { code: 'S3_OBJECT_CHANGED' });
  });

  test('of an object that is gone is refused', async () => {
    await using it = await open();
    it.server.remove(testBucket, key);
    await assert.rejects(readRange(it.s3, { key, etag: it.etag, start: 0, end: 1 }), { code: 'S3_OBJECT_CHANGED' });
  });

  test('that S3 keeps refusing to send ends with the budget', async () => {
    await using it = await open({ retryBudgetMs: 50 });
    it.server.inject({ kind: 'error', code: 'ServiceUnavailable', operation: 'GetObject', times: Infinity });
    await assert.rejects(readRange(it.s3, { key, etag: it.etag, start: 0, end: 1 }), { code: 'S3_UNAVAILABLE' });
    assert.ok(it.s3.counters.GetObject.requests > 1);
  });
});

suite('a stream of a range', () => {
  test('can stop partway, and the connection still serves others', async () => {
    await using it = await open();
    it.server.inject({ kind: 'slow_body', bytesPerSecond: 50_000, operation: 'GetObject' });
    for await (const chunk of streamRange(it.s3, { key, etag: it.etag, start: 0, end: body.length })) {
      assert.ok(chunk.length > 0);
      break;
    }
    assert.ok(it.s3.counters.GetObject.bytesIn < body.length);
    assert.ok((await readRange(it.s3, { key, etag: it.etag, start: 0, end: 9 })).equals(body.subarray(0, 9)));
  });

  test('can be aborted partway, with the reason', async () => {
    await using it = await open();
    it.server.inject({ kind: 'slow_body', bytesPerSecond: 50_000, operation: 'GetObject' });
    const controller = new AbortController();
    const reason = new Error('stopped');
    await assert.rejects(async () => {
      const range = { key, etag: it.etag, start: 0, end: body.length };
      for await (const chunk of streamRange(it.s3, range, controller.signal)) {
        assert.ok(chunk.length > 0);
        controller.abort(reason);
      }
    }, reason);
    assert.equal(it.server.counts.of('GetObject').requests, 1);
  });
});

suite('a small object', () => {
  test('is read completely, with the ETag of this version', async () => {
    await using it = await open();
    const found = await readObject(it.s3, key, body.length);
    assert.equal(found?.etag, it.etag);
    assert.ok(found?.body.equals(body));
  });

  test('that does not exist is undefined, but a missing bucket is an error', async () => {
    await using it = await open();
    assert.equal(await readObject(it.s3, 'nothing', 10), undefined);
    await using elsewhere = connect(it.server.endpoint, { bucket: 'no-such-bucket' });
    await assert.rejects(readObject(elsewhere.s3, key, 10), { code: 'S3_BUCKET_MISSING' });
  });

  test('larger than its bound is refused without being read to its end', async () => {
    await using it = await open();
    await assert.rejects(readObject(it.s3, key, body.length - 1), { code: 'BUCKET_DOCUMENT_INVALID' });
  });

  test('whose body was cut is read again', async () => {
    await using it = await open();
    it.server.inject({ kind: 'cut_in_body', afterBytes: 1000, operation: 'GetObject', times: 2 });
    assert.ok((await readObject(it.s3, key, body.length))?.body.equals(body));
    assert.equal(it.s3.counters.GetObject.retries, 2);
  });
});
