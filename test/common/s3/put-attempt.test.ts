import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { suite, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { attemptPut } from '@s3-connectors/common/s3/put-attempt.ts';
import { putObject } from '@s3-connectors/common/s3/write.ts';
import type { WriteHeaders } from '@s3-connectors/common/s3/write.ts';

import { startCannedServer } from '../../support/canned-server.ts';
import { connect, testBucket } from '../../support/s3-connection.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { User } from '../../../tools/s3-server/types.ts';

const user: User = {
  accessKeyId: 'ASIAROLE',
  secretAccessKey: 'role-secret',
  sessionToken: 'role-token',
  arn: 'arn:aws:sts::111122223333:assumed-role/role/session',
  policies: [
    {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:*', Resource: '*' },
        { Effect: 'Deny', Action: 's3:PutObject', Resource: `arn:aws:s3:::${testBucket}/denied*` },
      ],
    },
  ],
};
const credentials = {
  auth_type: 'access_key',
  access_key_id: user.accessKeyId,
  secret_access_key: user.secretAccessKey,
  session_token: user.sessionToken,
} as const;
const how: WriteHeaders = {
  acl: 'bucket-owner-full-control',
  encryption: { mode: 'sse_kms', kmsKeyId: 'key-1' },
};
const first = { key: 'out/first', body: Buffer.from('first'), contentType: 'text/plain' };

/** As S3's headers have it. */
function crcOf(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

/** Of `20260115T120000Z`. */
function dayOf(text: string): number {
  return Date.parse(text.replace(/(....)(..)(..T..)(..)(..Z)/u, '$1-$2-$3:$4:$5'));
}

/** A connection that has written an object, so that it knows the way; the server checks each signature. */
async function open() {
  await using stack = new AsyncDisposableStack();
  const server = await startS3Server({ users: [user] });
  stack.defer(() => server.close());
  server.createBucket(testBucket);
  const { s3 } = stack.use(connect(server.endpoint, { credentials }));
  await putObject(s3, first, how);
  assert.ok(s3.putRoute() !== undefined);
  const owned = stack.move();
  return { server, s3, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

suite('a put past the middleware', () => {
  test('stores what the SDK would store, under any key', async () => {
    await using it = await open();
    for (const key of ['out/ü +%/a', `out/!'()*~-_.`, 'out/=&?#;:@,', 'plain']) {
      const body = [randomBytes(100), randomBytes(50)];
      const { etag } = await putObject(it.s3, { ...first, key, body }, how);
      const stored = it.server.object(testBucket, key);
      assert.ok(stored !== undefined && stored.body.equals(Buffer.concat(body)), key);
      assert.equal(stored.etag, etag);
      const { checksums, ...headers } = stored.headers;
      const { checksums: bySdkChecksums, ...bySdk } = it.server.object(testBucket, first.key)?.headers ?? {};
      assert.deepEqual(headers, bySdk);
      assert.deepEqual(checksums, { 'x-amz-checksum-crc32': crcOf(Buffer.concat(body)) });
      assert.deepEqual(bySdkChecksums, { 'x-amz-checksum-crc32': crcOf(first.body) });
    }
  });

  test('sends conditions', async () => {
    await using it = await open();
    await putObject(it.s3, { ...first, key: 'a', ifNoneMatch: '*' }, how);
    for (const condition of [{ ifNoneMatch: '*' }, { ifMatch: '"0"' }] as const) {
      await assert.rejects(putObject(it.s3, { ...first, key: 'a', ...condition }, how), { code: 'S3_OBJECT_CONFLICT' });
    }
  });

  test('is refused with the message of S3', async () => {
    await using it = await open();
    await assert.rejects(putObject(it.s3, { ...first, key: 'denied' }, how), {
      code: 'S3_ACCESS_DENIED',
      message: /s3:PutObject/u,
    });
    it.server.inject({ kind: 'error', code: 'NoSuchBucket' });
    await assert.rejects(putObject(it.s3, first, how), { code: 'S3_BUCKET_MISSING' });
  });

  test('is retried when S3 is busy, cuts the connection or loses its answer', async () => {
    await using it = await open();
    const faults = [
      { kind: 'error', code: 'SlowDown' },
      { kind: 'cut_before_answer' },
      { kind: 'drop_answer' },
    ] as const;
    for (const [index, fault] of faults.entries()) {
      it.server.inject({ ...fault, operation: 'PutObject' });
      await putObject(it.s3, { ...first, key: `again/${index}` }, how);
      assert.equal(it.server.object(testBucket, `again/${index}`)?.body.toString(), 'first');
    }
    assert.equal(it.s3.counters.PutObject.retries, faults.length);
  });

  test('reads each answer to its end, so that a hundred writes take one connection', async () => {
    let connections = 0;
    await using canned = await startCannedServer((request, response) => {
      request.resume().on('end', () => response.setHeader('etag', '"1"').end('x'.repeat(100_000)));
    });
    canned.server.on('connection', () => (connections += 1));
    await using connection = connect(canned.endpoint, { credentials });
    const put = {
      input: { Bucket: testBucket, Key: 'a', ContentLength: 1, ContentType: 'text/plain' },
      body: Buffer.from('x'),
      sha256: 'UNSIGNED-PAYLOAD',
    };
    for (let count = 0; count < 100; count += 1) assert.equal(await attemptPut(connection.s3, put, {}, 0), '"1"');
    assert.equal(connections, 1);
  });

  test('has written nothing unless the status is a success', async () => {
    let status = 200;
    await using canned = await startCannedServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status, { etag: '"1"' }).end());
    });
    await using connection = connect(canned.endpoint, { credentials });
    const input = { Bucket: testBucket, Key: 'a', ContentLength: 1, ContentType: 'text/plain' };
    const put = { input, body: Buffer.from('x'), sha256: 'UNSIGNED-PAYLOAD' };
    for (status of [200, 204, 299]) assert.equal(await attemptPut(connection.s3, put, {}, 0), '"1"', String(status));
    for (status of [300, 301, 304, 400, 403, 500]) {
      await assert.rejects(attemptPut(connection.s3, put, {}, 0), String(status));
    }
  });

  test('uses the SDK for a stream, and uses the clock that the SDK has corrected', async () => {
    const seen: NodeJS.Dict<string | string[]>[] = [];
    await using canned = await startCannedServer((request, response) => {
      seen.push(request.headers);
      request.resume().on('end', () => response.setHeader('etag', '"1"').end());
    });
    await using connection = connect(canned.endpoint, { credentials });
    const input = { Bucket: testBucket, Key: 'a', ContentLength: 1, ContentType: 'text/plain', IfMatch: '"0"' };
    const put = { input, body: Buffer.from('x'), sha256: 'UNSIGNED-PAYLOAD' };
    await attemptPut(connection.s3, put, {}, 0);
    await attemptPut(connection.s3, { ...put, body: Readable.from([Buffer.from('x')]) }, {}, 0);
    connection.s3.client.config.systemClockOffset = 86_400_000;
    await attemptPut(connection.s3, put, {}, 0);
    assert.deepEqual(
      seen.map((headers) => ['amz-sdk-invocation-id' in headers, headers['if-match'], headers['x-amz-content-sha256']]),
      [
        [true, '"0"', 'UNSIGNED-PAYLOAD'],
        [true, '"0"', 'UNSIGNED-PAYLOAD'],
        [false, '"0"', 'UNSIGNED-PAYLOAD'],
      ],
    );
    const [first, , tomorrow] = seen.map((headers) => dayOf(String(headers['x-amz-date'])));
    assert.ok(first !== undefined && tomorrow !== undefined && Math.abs(tomorrow - first - 86_400_000) < 60_000);
  });

  test('sends no invocation ID, and nothing else of the middleware', async () => {
    const seen: NodeJS.Dict<unknown>[] = [];
    const server = createServer((request, response) => {
      seen.push({ ...request.headers, url: request.url });
      request.resume().on('end', () => response.setHeader('etag', '"1"').end());
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const { s3, ...connection } = connect(`http://127.0.0.1:${address.port}`, { credentials });
    try {
      const input = { Bucket: testBucket, Key: 'a/b', ContentLength: 1, ContentType: 'text/plain' };
      const put = { input, body: Buffer.from('x'), sha256: 'UNSIGNED-PAYLOAD' };
      for (let count = 0; count < 2; count += 1) assert.equal(await attemptPut(s3, put, {}, 0), '"1"');
      assert.equal(await attemptPut(s3, put, {}, 1), '"1"');
      const names = seen.map((headers) => 'amz-sdk-invocation-id' in headers);
      assert.deepEqual(names, [true, false, true], 'the first and the repeated ones are the SDK’s own');
      const [bySdk, direct] = seen;
      for (const name of ['user-agent', 'host', 'content-type', 'content-length', 'x-amz-security-token']) {
        assert.equal(direct?.[name], bySdk?.[name], name);
      }
    } finally {
      await connection[Symbol.asyncDispose]();
      server.close();
    }
  });
});
