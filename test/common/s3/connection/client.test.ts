import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openS3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { Credentials } from '@s3-connectors/common/s3/connection/config.ts';
import { requestsText } from '@s3-connectors/common/s3/connection/counters.ts';
import { headObject } from '@s3-connectors/common/s3/head.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';
import { copyObject, putObject } from '@s3-connectors/common/s3/write.ts';

import { emptyListing, startCannedServer } from '../../../support/canned-server.ts';
import { asOwn, connect, testBucket } from '../../../support/s3-connection.ts';
import type { TestConnection } from '../../../support/s3-connection.ts';
import { startS3Server } from '../../../../tools/s3-server/server.ts';
import type { User } from '../../../../tools/s3-server/types.ts';

const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
};
const users: readonly User[] = [
  {
    accessKeyId: 'AKIAGOOD',
    secretAccessKey: 'good-secret',
    arn: 'arn:aws:iam::111122223333:user/good',
    policies: [everything],
  },
  { accessKeyId: 'AKIANONE', secretAccessKey: 'none-secret', arn: 'arn:aws:iam::111122223333:user/none', policies: [] },
  {
    accessKeyId: 'ASIAROLE',
    secretAccessKey: 'role-secret',
    sessionToken: 'role-token',
    arn: 'arn:aws:sts::111122223333:assumed-role/role/session',
    policies: [everything],
  },
  {
    accessKeyId: 'ASIAOLD',
    secretAccessKey: 'old-secret',
    sessionToken: 'old-token',
    expired: true,
    arn: 'arn:aws:sts::111122223333:assumed-role/role/old',
    policies: [everything],
  },
];

function key(access_key_id: string, secret_access_key: string, session_token?: string): Credentials {
  return { auth_type: 'access_key', access_key_id, secret_access_key, session_token };
}

async function list({ s3 }: TestConnection): Promise<number> {
  const pages = await Array.fromAsync(listPages(s3, { prefix: '' }));
  return pages.flatMap(({ objects }) => objects).length;
}

async function guarded(options: Parameters<typeof startS3Server>[0] = {}) {
  const server = await startS3Server({ users, ...options });
  server.createBucket(testBucket, { region: 'eu-central-1' });
  return server;
}

suite('a connection with an access key', () => {
  test('signs every operation as S3 demands it', async () => {
    await using server = await guarded();
    await using connection = connect(server.endpoint, { credentials: key('AKIAGOOD', 'good-secret') });
    const { s3 } = connection;
    const how = { acl: 'bucket-owner-full-control', encryption: { mode: 'sse_s3' } } as const;
    const body = [Buffer.from('he'), Buffer.from('llo')];
    const { etag } = await putObject(s3, { key: 'ü +%/a', body, contentType: 'text/plain' }, how);
    await copyObject({ s3, prefix: '' }, { from: asOwn('ü +%/a'), to: asOwn('b') }, how);
    assert.equal((await headObject(s3, 'b'))?.size, 5);
    assert.equal((await readRange(s3, { key: 'ü +%/a', etag, start: 1, end: 4 })).toString(), 'ell');
    assert.equal(await list(connection), 2);
  });

  test('sends its session token along', async () => {
    await using server = await guarded();
    await using connection = connect(server.endpoint, { credentials: key('ASIAROLE', 'role-secret', 'role-token') });
    assert.equal(await list(connection), 0);
  });

  const refusals = [
    ['of a wrong secret', key('AKIAGOOD', 'wrong'), 'S3_CREDENTIALS_INVALID', /secret does not match/],
    ['that is unknown', key('AKIAWHO', 'secret'), 'S3_CREDENTIALS_INVALID', /key ID is unknown/],
    ['whose session is over', key('ASIAOLD', 'old-secret', 'old-token'), 'S3_CREDENTIALS_EXPIRED', /has expired/],
    ['with another’s session token', key('ASIAROLE', 'role-secret', 'wrong'), 'S3_CREDENTIALS_EXPIRED', /not valid/],
    [
      'that may do nothing',
      key('AKIANONE', 'none-secret'),
      'S3_ACCESS_DENIED',
      /Allow s3:ListBucket on arn:aws:s3:::publisher-data/,
    ],
  ] as const;
  for (const [name, credentials, code, message] of refusals) {
    test(`${name} is refused, at once and in words`, async () => {
      await using server = await guarded();
      await using connection = connect(server.endpoint, { credentials, retryBudgetMs: 600_000 });
      await assert.rejects(list(connection), { code, message });
      assert.equal(connection.s3.counters.ListObjectsV2.requests, 1);
    });
  }
});

suite('a connection without credentials', () => {
  test('signs nothing', async () => {
    const seen: (string | undefined)[] = [];
    await using server = await startCannedServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'application/xml').end(emptyListing);
    });
    await using connection = connect(server.endpoint, { credentials: { auth_type: 'anonymous' } });
    assert.equal(await list(connection), 0);
    assert.deepEqual(seen, [undefined]);
  });
});

suite('a connection to the wrong place', () => {
  test('names the region of the bucket', async () => {
    await using server = await startS3Server({ region: 'eu-central-1' });
    server.createBucket(testBucket, { region: 'ap-south-1' });
    await using connection = connect(server.endpoint);
    await assert.rejects(list(connection), { code: 'S3_REGION_WRONG', message: /Set "region" to "ap-south-1"/ });
    await assert.rejects(headObject(connection.s3, 'a'), { code: 'S3_REGION_WRONG', message: /"ap-south-1"/ });
  });

  test('names the region that the endpoint serves', async () => {
    await using server = await startS3Server({ region: 'eu-central-1' });
    server.createBucket(testBucket, { region: 'eu-central-1' });
    await using connection = connect(server.endpoint, { region: 'us-east-1' });
    await assert.rejects(list(connection), { code: 'S3_REGION_WRONG', message: /Set "region" to "eu-central-1"/ });
  });

  test('reports that the bucket is missing', async () => {
    await using server = await startS3Server();
    await using connection = connect(server.endpoint);
    await assert.rejects(list(connection), { code: 'S3_BUCKET_MISSING' });
  });

  test('reports soon that nothing listens there', async () => {
    const server = await startS3Server();
    await server.close();
    await using connection = connect(server.endpoint, { retryBudgetMs: 600_000 });
    await assert.rejects(list(connection), { code: 'S3_ENDPOINT_UNREACHABLE', message: /ECONNREFUSED/ });
  });

  test('reports soon that the name does not resolve', async () => {
    await using connection = connect('https://storage.invalid', { retryBudgetMs: 600_000 });
    await assert.rejects(list(connection), {
      code: 'S3_ENDPOINT_UNREACHABLE',
      message: /storage\.invalid cannot be reached/,
    });
  });

  test('distinguishes a page for people from S3', async () => {
    await using server = await startCannedServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'text/html').end('<html><body>Please log in.</body></html>');
    });
    await using connection = connect(server.endpoint, { retryBudgetMs: 600_000 });
    const refused = { code: 'S3_ANSWER_INVALID', message: /HTTPS_PROXY/ };
    await assert.rejects(list(connection), refused);
    const body = Buffer.from('x');
    const how = { encryption: { mode: 'bucket_default' } } as const;
    await assert.rejects(putObject(connection.s3, { key: 'a', body, contentType: 'text/plain' }, how), refused);
    await assert.rejects(readRange(connection.s3, { key: 'a', etag: '"e"', start: 0, end: 1 }), {
      code: 'S3_ANSWER_INVALID',
    });
  });

  test('names the clock when it is wrong', async () => {
    await using server = await guarded({ clock: () => new Date(Date.now() - 3_600_000) });
    await using connection = connect(server.endpoint, { credentials: key('AKIAGOOD', 'good-secret') });
    await assert.rejects(list(connection), { code: 'S3_CLOCK_SKEWED', message: /NTP/ });
  });
});

suite('an outage', () => {
  test('after the first answer is waited out', async () => {
    const first = await startS3Server();
    const port = Number(new URL(first.endpoint).port);
    first.createBucket(testBucket);
    await using connection = connect(first.endpoint, { retryBudgetMs: 600_000 });
    await list(connection);
    await first.close();
    const listing = list(connection);
    while (connection.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await using second = await startS3Server({ port });
    second.createBucket(testBucket);
    second.seed(testBucket, 'a', '');
    assert.equal(await listing, 1);
    assert.match(connection.lines[0] ?? '', /^WARN .*nothing listens there \(ECONNREFUSED\)\. Retry 3 in/);
  });

  test('of a connection that is cut before the first answer is retried', async () => {
    await using server = await startS3Server();
    server.createBucket(testBucket);
    server.inject({ kind: 'cut_before_answer', times: 3 });
    await using connection = connect(server.endpoint);
    assert.equal(await list(connection), 0);
  });
});

suite('the counters', () => {
  test('sum up the requests to S3 in one line', async () => {
    await using server = await startS3Server();
    server.createBucket(testBucket);
    const etag = server.seed(testBucket, 'a', Buffer.alloc(1_500_000));
    await using connection = connect(server.endpoint);
    assert.equal(requestsText(connection.s3.counters), 'none');
    await list(connection);
    server.inject({ kind: 'error', code: 'SlowDown' });
    await readRange(connection.s3, { key: 'a', etag, start: 0, end: 1_500_000 });
    const expected = '1 ListObjectsV2, 2 GetObject (1 retried, 1.5 MB received)';
    assert.equal(requestsText(connection.s3.counters), expected);
  });
});

suite('without an endpoint', () => {
  test('the bucket is at AWS, in its region and in the host name', async () => {
    const credentials = key('AKIA', 'secret');
    const s3 = openS3({ bucket: 'data', region: 'eu-west-3', credentials, forcePathStyle: false });
    const hosts: string[] = [];
    s3.client.middlewareStack.add(
      () => (args) => {
        hosts.push((args.request as { hostname: string }).hostname);
        throw new TypeError('not sent');
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await assert.rejects(headObject(s3, 'a'), { code: 'UNEXPECTED' });
    s3[Symbol.dispose]();
    assert.deepEqual([hosts, s3.isAws], [['data.s3.eu-west-3.amazonaws.com'], true]);
  });
});
