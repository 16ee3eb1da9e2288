import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startS3Server } from '../../../../tools/s3-server/server.ts';
import { ask, bucket, bulkDelete, codeOf } from '../support.ts';

function signed(region: string, accessKeyId = 'AKIA'): Record<string, string> {
  const scope = `${accessKeyId}/20260101/${region}/s3/aws4_request`;
  const signature = '0'.repeat(64);
  return { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${signature}` };
}

function publicly(...statements: readonly { readonly Action: string; readonly Resource: string }[]): object {
  return { Version: '2012-10-17', Statement: statements.map((rest) => ({ Effect: 'Allow', Principal: '*', ...rest })) };
}

test('a request signed for another region than the endpoint’s is malformed', async () => {
  await using server = await startS3Server({ region: 'eu-central-1' });
  server.createBucket(bucket);
  const wrong = await ask(server, '?list-type=2', { headers: signed('us-west-2') });
  assert.deepEqual([wrong.status, codeOf(wrong)], [400, 'AuthorizationHeaderMalformed']);
  assert.match(wrong.text, /<Region>eu-central-1<\/Region>/);
  assert.equal((await ask(server, '?list-type=2', { headers: signed('eu-central-1') })).status, 200);
});

test('a bucket of another region is elsewhere, and its location can still be asked', async () => {
  await using server = await startS3Server();
  server.createBucket(bucket, { region: 'eu-west-1' });
  const headers = signed('us-west-2');
  for (const [path, method] of [
    ['?list-type=2', 'GET'],
    ['', 'HEAD'],
  ] as const) {
    const elsewhere = await ask(server, path, { method, headers });
    assert.equal(elsewhere.status, 301);
    assert.equal(elsewhere.headers.get('x-amz-bucket-region'), 'eu-west-1');
  }
  assert.match((await ask(server, '?location', { headers })).text, />eu-west-1</);
});

test('a bucket without a region is where its caller signs for', async () => {
  await using server = await startS3Server();
  server.createBucket(bucket);
  const { headers } = await ask(server, '', { method: 'HEAD', headers: signed('ap-south-1') });
  assert.equal(headers.get('x-amz-bucket-region'), 'ap-south-1');
});

test('an anonymous caller may do what the bucket opens to all', async () => {
  await using server = await startS3Server({ users: [] });
  const policy = publicly(
    { Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/open/*` },
    { Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${bucket}/open/*` },
  );
  server.createBucket(bucket, { policy });
  for (const key of ['open/k', 'shut/k']) server.seed(bucket, key, 'body');
  assert.equal((await ask(server, '/open/k')).text, 'body');
  assert.equal(codeOf(await ask(server, '/shut/k')), 'AccessDenied');
  const { text } = await bulkDelete(server, ['open/k', 'shut/k']);
  assert.match(text, /<Deleted><Key>open\/k<\/Key><\/Deleted><Error><Key>shut\/k<\/Key><Code>AccessDenied</);
  assert.deepEqual(
    server.objects(bucket).map(({ key }) => key),
    ['shut/k'],
  );
});

test('who may not list does not learn that a key is missing', async () => {
  await using server = await startS3Server({ users: [] });
  const reads = { Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` };
  server.createBucket(bucket, { policy: publicly(reads) });
  assert.equal(codeOf(await ask(server, '/none')), 'AccessDenied');
  await using other = await startS3Server({ users: [] });
  other.createBucket(bucket, {
    policy: publicly(reads, { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}` }),
  });
  assert.equal(codeOf(await ask(other, '/none')), 'NoSuchKey');
});

test('a session’s token can be wrong or over', async () => {
  const session = { arn: 'arn:aws:sts::111122223333:assumed-role/r/s', secretAccessKey: 's', sessionToken: 'token' };
  const users = [
    { ...session, accessKeyId: 'ASIALIVE' },
    { ...session, accessKeyId: 'ASIAOVER', expired: true },
  ];
  await using server = await startS3Server({ users });
  server.createBucket(bucket);
  const withToken = { 'x-amz-security-token': 'token' };
  const cases = [
    [signed('us-east-1', 'ASIALIVE'), 'InvalidToken'],
    [{ ...signed('us-east-1', 'ASIAOVER'), ...withToken }, 'ExpiredToken'],
    [{ ...signed('us-east-1', 'ASIALIVE'), ...withToken }, 'RequestTimeTooSkewed'],
  ] as const;
  for (const [headers, code] of cases) assert.equal(codeOf(await ask(server, '?list-type=2', { headers })), code);
});
