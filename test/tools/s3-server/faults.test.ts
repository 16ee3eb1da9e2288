import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { Fault, S3TestServer } from '../../../tools/s3-server/types.ts';
import { ask, bucket, bulkDelete, codeOf, listedKeys, put } from './support.ts';

function faultTest(name: string, run: (server: S3TestServer) => Promise<void>): void {
  test(name, async () => {
    await using server = await startS3Server();
    server.createBucket(bucket);
    await run(server);
  });
}

async function statuses(server: S3TestServer, count: number): Promise<readonly number[]> {
  const answers: number[] = [];
  for (let index = 0; index < count; index++) answers.push((await put(server, 'k')).status);
  return answers;
}

const cases: readonly (readonly [string, Fault, readonly number[]])[] = [
  ['once by default', { kind: 'error', code: 'SlowDown' }, [503, 200, 200, 200]],
  ['so many times', { kind: 'error', code: 'InternalError', times: 3 }, [500, 500, 500, 200]],
  ['after the first n', { kind: 'error', code: 'SlowDown', skip: 2, times: 1 }, [200, 200, 503, 200]],
  ['every n-th time', { kind: 'error', code: 'SlowDown', every: 2, times: Infinity }, [200, 503, 200, 503]],
  ['not for other keys', { kind: 'error', code: 'SlowDown', prefix: 'other/' }, [200, 200, 200, 200]],
  ['not for other operations', { kind: 'error', code: 'SlowDown', operation: ['GetObject'] }, [200, 200, 200, 200]],
];
for (const [name, fault, expected] of cases) {
  faultTest(`a fault hits ${name}`, async (server) => {
    const progress = server.inject(fault);
    assert.deepEqual(await statuses(server, 4), expected);
    assert.equal(progress.fired, expected.filter((status) => status !== 200).length);
  });
}

test('a seed makes what a probability decides repeatable', async () => {
  const runs: (readonly number[])[] = [];
  for (const seed of [7, 7, 8]) {
    await using server = await startS3Server({ seed });
    server.createBucket(bucket);
    server.inject({ kind: 'error', code: 'SlowDown', probability: 0.5, times: Infinity });
    runs.push(await statuses(server, 30));
  }
  assert.deepEqual(runs[0], runs[1]);
  assert.notDeepEqual(runs[0], runs[2]);
  assert.deepEqual(new Set(runs[0]), new Set([200, 503]));
});

faultTest('an error does nothing and is reported in words', async (server) => {
  server.inject({ kind: 'error', code: 'AccessDenied', message: 'no kms:GenerateDataKey', operation: 'PutObject' });
  const answer = await put(server, 'k', 'body');
  assert.equal(answer.status, 403);
  assert.equal(codeOf(answer), 'AccessDenied');
  assert.match(answer.text, /<Message>no kms:GenerateDataKey<\/Message>/);
  assert.equal(server.object(bucket, 'k'), undefined);
});

faultTest('a connection is cut before the write is done, or after', async (server) => {
  server.inject({ kind: 'cut_before_answer' });
  await assert.rejects(put(server, 'k', 'body'), TypeError);
  assert.equal(server.object(bucket, 'k'), undefined);
  server.inject({ kind: 'drop_answer' });
  await assert.rejects(put(server, 'k', 'body'), TypeError);
  assert.equal(server.object(bucket, 'k')?.body.toString(), 'body');
});

faultTest('a body is cut after the bytes that were wanted', async (server) => {
  server.seed(bucket, 'k', Buffer.alloc(1_000_000, 'x'));
  server.inject({ kind: 'cut_in_body', afterBytes: 300_001, operation: 'GetObject' });
  const response = await fetch(`${server.endpoint}/${bucket}/k`);
  assert.equal(response.headers.get('content-length'), '1000000');
  let got = 0;
  await assert.rejects(async () => {
    for await (const chunk of response.body ?? []) got += (chunk as Uint8Array).length;
  });
  assert.equal(got, 300_001);
  assert.equal(server.counts.of('GetObject').bytesOut, 300_001);
});

faultTest('a copy can answer 200 with an error, and is not made', async (server) => {
  server.seed(bucket, 'from', 'body');
  server.inject({ kind: 'error_in_ok', code: 'InternalError', operation: 'CopyObject' });
  const headers = { 'x-amz-copy-source': `${bucket}/from` };
  const failed = await put(server, 'to', '', headers);
  assert.deepEqual([failed.status, codeOf(failed)], [200, 'InternalError']);
  assert.equal(server.object(bucket, 'to'), undefined);
  assert.match((await put(server, 'to', '', headers)).text, /<CopyObjectResult/);
});

faultTest('a redirect names the region', async (server) => {
  server.inject({ kind: 'redirect', region: 'eu-west-1' });
  const answer = await ask(server, '?list-type=2');
  assert.deepEqual([answer.status, codeOf(answer)], [301, 'PermanentRedirect']);
  assert.equal(answer.headers.get('x-amz-bucket-region'), 'eu-west-1');
});

faultTest('an object is replaced between two reads', async (server) => {
  const etag = server.seed(bucket, 'k', 'old', { contentType: 'text/x-test' });
  server.inject({ kind: 'replace', body: 'new', operation: 'GetObject', prefix: 'k', skip: 1 });
  const headers = { 'if-match': etag };
  assert.equal((await ask(server, '/k', { headers })).text, 'old');
  assert.equal((await ask(server, '/k', { headers })).status, 412);
  const { text, headers: answered } = await ask(server, '/k');
  assert.deepEqual([text, answered.get('content-type')], ['new', 'text/x-test']);
});

faultTest('an object appears late, with its older time', async (server) => {
  for (const key of ['a', 'late/b', 'c']) server.seed(bucket, key, '');
  const lastModified = new Date('2026-01-01T00:00:00Z');
  server.seed(bucket, 'late/b', '', { lastModified });
  server.inject({ kind: 'hide_from_listing', prefix: 'late/', times: 2 });
  assert.deepEqual(await listedKeys(server), ['a', 'c']);
  assert.deepEqual(await listedKeys(server, '&prefix=a'), ['a'], 'a listing that would not show it does not count');
  assert.deepEqual(await listedKeys(server), ['a', 'c']);
  assert.deepEqual(await listedKeys(server), ['a', 'c', 'late/b']);
  assert.equal((await ask(server, '/late/b')).status, 200);
});

faultTest('a slow body is whole', async (server) => {
  server.seed(bucket, 'k', 'x'.repeat(5000));
  server.inject({ kind: 'slow_body', bytesPerSecond: 50_000 });
  assert.equal((await ask(server, '/k')).text.length, 5000);
});

faultTest('a bulk delete is hit by any of its keys', async (server) => {
  server.inject({ kind: 'error', code: 'SlowDown', prefix: 'b/', operation: 'DeleteObjects', times: Infinity });
  assert.equal((await bulkDelete(server, ['a/1'])).status, 200);
  assert.equal((await bulkDelete(server, ['a/1', 'b/1'])).status, 503);
});

faultTest('cleared faults hit nothing', async (server) => {
  server.inject({ kind: 'error', code: 'SlowDown', times: Infinity });
  server.clearFaults();
  assert.deepEqual(await statuses(server, 2), [200, 200]);
});
