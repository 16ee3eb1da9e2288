import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { Call, S3ServerOptions, S3TestServer } from '../../../tools/s3-server/types.ts';
import { ask, bucket, codeOf, listedKeys, put } from './support.ts';

function serverTest(name: string, run: (server: S3TestServer) => Promise<void>, options: S3ServerOptions = {}): void {
  test(name, async () => {
    await using server = await startS3Server(options);
    server.createBucket(bucket);
    await run(server);
  });
}

serverTest(
  'LastModified is whole seconds, of the clock or as seeded',
  async (server) => {
    await put(server, 'written');
    server.seed(bucket, 'seeded', '', { lastModified: new Date('2025-06-07T08:09:10.999Z') });
    const { text } = await ask(server, '?list-type=2');
    const times = [...text.matchAll(/<LastModified>([^<]*)</g)].map(([, time]) => time);
    assert.deepEqual(times, ['2025-06-07T08:09:10.000Z', '2026-03-04T05:06:07.000Z']);
    const head = await ask(server, '/written', { method: 'HEAD' });
    assert.equal(head.headers.get('last-modified'), 'Wed, 04 Mar 2026 05:06:07 GMT');
  },
  { clock: () => new Date('2026-03-04T05:06:07.890Z') },
);

serverTest('requests and bytes are counted by operation', async (server) => {
  await put(server, 'k', '12345');
  await ask(server, '/k', { headers: { range: 'bytes=1-2' } });
  await ask(server, '/k', { method: 'HEAD' });
  assert.deepEqual(server.counts.of('PutObject'), { requests: 1, bytesIn: 5, bytesOut: 0 });
  assert.deepEqual(server.counts.of('GetObject'), { requests: 1, bytesIn: 0, bytesOut: 2 });
  assert.deepEqual(server.counts.of('HeadObject'), { requests: 1, bytesIn: 0, bytesOut: 0 });
  assert.deepEqual(server.counts.of('CopyObject'), { requests: 0, bytesIn: 0, bytesOut: 0 });
  assert.deepEqual(server.counts.total, { requests: 3, bytesIn: 5, bytesOut: 2 });
  server.counts.reset();
  assert.equal(server.counts.total.requests, 0);
});

serverTest('the highest number of requests at one time is counted', async (server) => {
  const { promise: allArrived, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  server.setHooks({
    async onRequest() {
      arrived += 1;
      if (arrived === 3) resolve();
      await allArrived;
    },
  });
  await Promise.all(['a', 'b', 'c'].map((key) => put(server, key)));
  server.setHooks({});
  await put(server, 'd');
  assert.equal(server.counts.maxConcurrent, 3);
});

serverTest('hooks see each call before it is done and before it is answered', async (server) => {
  const seen: unknown[] = [];
  const note = (when: string) => (call: Call) => {
    seen.push([when, call.index, call.operation, call.key, server.object(bucket, 'k') !== undefined]);
  };
  server.setHooks({ onRequest: note('request'), onAnswer: note('answer') });
  await put(server, 'k');
  await ask(server, '?list-type=2&prefix=p%2F');
  assert.deepEqual(seen, [
    ['request', 1, 'PutObject', 'k', false],
    ['answer', 1, 'PutObject', 'k', true],
    ['request', 2, 'ListObjectsV2', 'p/', true],
    ['answer', 2, 'ListObjectsV2', 'p/', true],
  ]);
});

serverTest('a client that goes away in the middle of its body writes nothing', async (server) => {
  const gone = Promise.withResolvers<void>();
  const headers = { 'content-length': '100' };
  const outgoing = httpRequest(`${server.endpoint}/${bucket}/k`, { method: 'PUT', headers });
  outgoing.on('error', () => gone.resolve());
  server.setHooks({ onRequest: () => void outgoing.destroy(new Error('killed')) });
  outgoing.write('half');
  await gone.promise;
  server.setHooks({});
  assert.deepEqual(await listedKeys(server), []);
});

serverTest('objects are seen with all that was said of them', async (server) => {
  await put(server, 'a/1', 'body', {
    'x-amz-acl': 'bucket-owner-full-control',
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'key',
    'x-amz-meta-one': '1',
    'content-type': 'text/x-test',
    'content-encoding': 'gzip',
  });
  server.seed(bucket, 'b/1', 'other');
  const [object, ...rest] = server.objects(bucket, 'a/');
  assert.deepEqual(rest, []);
  assert.equal(object?.body.toString(), 'body');
  assert.deepEqual(object?.headers, {
    contentType: 'text/x-test',
    contentEncoding: 'gzip',
    metadata: { one: '1' },
    acl: 'bucket-owner-full-control',
    encryption: 'aws:kms',
    kmsKeyId: 'key',
    storageClass: 'STANDARD',
    checksums: {},
  });
  server.remove(bucket, 'a/1');
  assert.equal(server.object(bucket, 'a/1'), undefined);
});

serverTest('a file is served by ranges, from disk', async (server) => {
  const path = import.meta.filename;
  const etag = server.seedFile(bucket, 'file', path);
  const { text, headers } = await ask(server, '/file', { headers: { range: 'bytes=7-12', 'if-match': etag } });
  assert.equal(text, 'assert');
  const size = server.object(bucket, 'file')?.size;
  assert.equal(headers.get('content-range'), `bytes 7-12/${size}`);
});

serverTest('many listed keys need no bodies', async (server) => {
  const lastModified = new Date('2026-01-01T00:00:00Z');
  function* entries() {
    for (let index = 0; index < 2500; index++) yield { key: `k${index}`, size: 1e9, lastModified };
  }
  server.seedListing(bucket, entries());
  assert.equal((await listedKeys(server)).length, 1000);
  assert.equal((await listedKeys(server, '&prefix=k2499')).length, 1);
  const { text } = await ask(server, '/k7', { headers: { range: 'bytes=5-8' } });
  assert.equal(text, '\0\0\0\0');
});

serverTest('an error is a document with code and request id; to HEAD it is a bare status', async (server) => {
  const missing = await ask(server, '/none');
  assert.equal(codeOf(missing), 'NoSuchKey');
  const requestId = missing.headers.get('x-amz-request-id') ?? '';
  assert.ok(requestId.length > 0 && missing.text.includes(`<RequestId>${requestId}</RequestId>`));
  const head = await ask(server, '/none', { method: 'HEAD' });
  assert.deepEqual([head.status, head.text, head.headers.get('content-length')], [404, '', null]);
});

serverTest('what the server does not know is NotImplemented', async (server) => {
  for (const [path, method] of [
    ['/k?tagging', 'GET'],
    ['?versions', 'GET'],
    ['/k?uploads', 'POST'],
    ['', 'GET'],
  ] as const) {
    const answer = await ask(server, path, { method });
    assert.deepEqual([answer.status, codeOf(answer)], [501, 'NotImplemented'], path);
  }
});

serverTest('a bucket is also reached by host name', async (server) => {
  server.seed(bucket, 'a/k', 'body');
  for (const host of [`${bucket}.localhost`, `${bucket}.s3.eu-central-1.amazonaws.com`]) {
    const outgoing = httpRequest(`${server.endpoint}/a/k`, { headers: { host } }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    assert.equal(await text(response), 'body', host);
  }
});

serverTest('a cold object is read only when it is restored', async (server) => {
  server.seed(bucket, 'cold', 'body', { storageClass: 'GLACIER' });
  server.seed(bucket, 'restored', 'body', { storageClass: 'GLACIER', restored: true });
  const cold = await ask(server, '/cold');
  assert.deepEqual([cold.status, codeOf(cold)], [403, 'InvalidObjectState']);
  assert.equal((await ask(server, '/restored')).text, 'body');
  const headers = { 'x-amz-optional-object-attributes': 'RestoreStatus' };
  const { text } = await ask(server, '?list-type=2', { headers });
  assert.equal(text.split('<RestoreStatus>').length - 1, 1);
});

serverTest('a copy of an object on itself must change something', async (server) => {
  server.seed(bucket, 'k', 'body');
  const onItself = { 'x-amz-copy-source': `/${bucket}/k` };
  assert.equal(codeOf(await put(server, 'k', '', onItself)), 'InvalidRequest');
  assert.equal((await put(server, 'k', '', { ...onItself, 'x-amz-metadata-directive': 'REPLACE' })).status, 200);
});

test('a bucket’s settings are reported', async () => {
  await using server = await startS3Server();
  server.createBucket(bucket);
  assert.equal(codeOf(await ask(server, '?publicAccessBlock')), 'NoSuchPublicAccessBlockConfiguration');
  assert.match((await ask(server, '?ownershipControls')).text, /BucketOwnerEnforced/);
  assert.equal(codeOf(await put(server, 'k', '', { 'x-amz-acl': 'public-read' })), 'AccessControlListNotSupported');
  await using other = await startS3Server();
  other.createBucket(bucket, { publicAccessBlocked: true, ownership: 'ObjectWriter' });
  assert.match((await ask(other, '?publicAccessBlock')).text, /<BlockPublicAcls>true</);
  assert.equal((await put(other, 'k', '', { 'x-amz-acl': 'public-read' })).status, 200);
  assert.match((await ask(other, '/k?acl')).text, /AllUsers<\/URI><\/Grantee><Permission>READ</);
});
