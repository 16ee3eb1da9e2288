// Endpoints from the environment and from profiles: followed as the SDK follows them, but by the config's rules and not in silence.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';

import { openS3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { Connection } from '@s3-connectors/common/s3/connection/config.ts';
import { endpointOf, watchEndpoints } from '@s3-connectors/common/s3/connection/endpoint-watch.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import { emptyListing, startCannedServer } from '../../../support/canned-server.ts';

const bucket = 'publisher-data';
const remote = 'http://minio.example.com:9000';

function watched(place: object, environment: Record<string, string> = {}) {
  const lines: string[] = [];
  const watch = watchEndpoints({ bucket, ...place }, environment, (level, text) => void lines.push(`${level} ${text}`));
  return { watch, lines };
}

async function list(credentials: Connection['credentials'], more: object = {}): Promise<readonly string[]> {
  const lines: string[] = [];
  const connection: Connection = { bucket, region: 'eu-central-1', credentials, forcePathStyle: true, ...more };
  const s3 = openS3(connection, { log: (level, text) => void lines.push(`${level} ${text}`), retryBudgetMs: 0 });
  try {
    await Array.fromAsync(listPages(s3, { prefix: '' }));
  } finally {
    s3[Symbol.dispose]();
  }
  return lines;
}

suite('an endpoint that the environment names for S3', () => {
  test('is the S3 one before the general one, unless the config has one or ignores them', () => {
    const both = { AWS_ENDPOINT_URL_S3: 'https://a.example.com', AWS_ENDPOINT_URL: 'https://b.example.com' };
    assert.deepEqual(endpointOf({ bucket }, both), { endpoint: 'https://a.example.com' });
    assert.deepEqual(endpointOf({ bucket }, { ...both, AWS_ENDPOINT_URL_S3: '' }), {
      endpoint: 'https://b.example.com',
    });
    assert.deepEqual(endpointOf({ bucket, endpoint: 'https://c' }, both), { endpoint: 'https://c' });
    assert.deepEqual(endpointOf({ bucket }, { ...both, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }), {});
    assert.deepEqual(endpointOf({ bucket }, {}), {});
  });

  const refused: readonly (readonly [url: string, words: RegExp])[] = [
    [remote, /^The environment variable AWS_ENDPOINT_URL is not encrypted: .*"allow_http"/u],
    ['minio:9000', /AWS_ENDPOINT_URL needs a scheme/u],
    ['https://user:canary@minio.example.com', /AWS_ENDPOINT_URL contains a user name or password/u],
    ['https://minio.example.com/x?y', /AWS_ENDPOINT_URL has a query/u],
    ['https://minio.example.com/x', /AWS_ENDPOINT_URL has a path/u],
    [`https://${bucket}.minio.example.com`, /AWS_ENDPOINT_URL contains the bucket/u],
    ['ftp://minio.example.com', /AWS_ENDPOINT_URL needs a scheme/u],
  ];
  for (const [url, words] of refused) {
    test(`is held to the rules of the config (${url})`, () => {
      assert.throws(
        () => endpointOf({ bucket }, { AWS_ENDPOINT_URL: url }),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'CONFIG_INVALID');
          assert.match(error.message, words);
          assert.doesNotMatch(error.message, /canary/u);
          return true;
        },
      );
    });
  }

  test('may be http if the config allows it, and on this machine', () => {
    assert.deepEqual(endpointOf({ bucket, allowHttp: true }, { AWS_ENDPOINT_URL: remote }), { endpoint: remote });
    const local = 'http://127.0.0.1:9000';
    assert.deepEqual(endpointOf({ bucket }, { AWS_ENDPOINT_URL: local }), { endpoint: local });
  });
});

suite('a request', () => {
  test('to the endpoint of the config, or to AWS over TLS, is not logged', () => {
    const { watch, lines } = watched({ endpoint: remote, allowHttp: true });
    watch({ protocol: 'http:', hostname: 'minio.example.com', port: 9000 });
    watch({ protocol: 'http:', hostname: `${bucket}.minio.example.com`, port: 9000 });
    watch({ protocol: 'https:', hostname: 'sts.eu-west-1.amazonaws.com' });
    watch({ protocol: 'https:', hostname: `${bucket}.s3.cn-north-1.amazonaws.com.cn` });
    assert.deepEqual(lines, []);
  });

  test('to any other host is logged once, with the source of the host', () => {
    const { watch, lines } = watched(
      { allowHttp: true },
      { AWS_ENDPOINT_URL_STS: remote, AWS_ENDPOINT_URL: 'https://x.example.com' },
    );
    for (let times = 0; times < 3; times++) {
      watch({ protocol: 'http:', hostname: 'minio.example.com', port: 9000 });
      watch({ protocol: 'https:', hostname: `${bucket}.x.example.com` });
      watch({ protocol: 'https:', hostname: 'y.example.com' });
    }
    const named = [
      'the environment variable AWS_ENDPOINT_URL_STS',
      'the environment variable AWS_ENDPOINT_URL',
      'endpoint_url in the AWS profile',
    ];
    assert.equal(lines.length, 3);
    for (const [index, source] of named.entries())
      assert.ok(lines[index]?.includes(`because ${source} names it`), lines[index]);
  });

  test('to another host without TLS is refused, whatever named it', () => {
    const { watch } = watched({}, { AWS_ENDPOINT_URL_STS: remote });
    const refusal = { code: 'CONFIG_INVALID', message: /AWS_ENDPOINT_URL_STS, is not encrypted/u };
    assert.throws(() => watch({ protocol: 'http:', hostname: 'minio.example.com', port: 9000 }), refusal);
    assert.throws(() => watch({ protocol: 'http:', hostname: 's3.amazonaws.com' }), { code: 'CONFIG_INVALID' });
  });
});

suite('a connection without an endpoint', () => {
  const names = [
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_S3',
    'AWS_ENDPOINT_URL_STS',
    'AWS_CONFIG_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
  ];
  let saved: Record<string, string | undefined> = {};
  let folder: string;
  beforeEach(async () => {
    saved = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-profile-'));
  });
  afterEach(async () => {
    for (const name of names) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
    await rm(folder, { recursive: true });
  });

  const key = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'test-secret' } as const;
  const role = { ...key, auth_type: 'assume_role', role_arn: 'arn:aws:iam::123456789012:role/reader' } as const;

  async function profile(endpoint: string): Promise<void> {
    process.env['AWS_CONFIG_FILE'] = join(folder, 'config');
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = join(folder, 'credentials');
    await writeFile(join(folder, 'config'), `[default]\nendpoint_url = ${endpoint}\n`);
    await writeFile(join(folder, 'credentials'), '');
  }

  test('follows the environment and logs it', async () => {
    await using server = await startCannedServer((_request, response) => response.end(emptyListing));
    process.env['AWS_ENDPOINT_URL'] = server.endpoint;
    const [line = '', ...others] = await list(key);
    assert.ok(
      line.startsWith(`WARN Requests go to ${server.endpoint}, because the environment variable AWS_ENDPOINT_URL`),
    );
    assert.deepEqual(others, []);
  });

  test('follows a profile and logs it, or refuses its endpoint', async () => {
    await using server = await startCannedServer((_request, response) => response.end(emptyListing));
    await profile(server.endpoint);
    const [line = ''] = await list(key);
    assert.ok(line.startsWith(`WARN Requests go to ${server.endpoint}, because endpoint_url in the AWS profile`), line);
  });

  test('refuses an endpoint of a profile that is not encrypted, before anything is sent', async () => {
    await profile(remote);
    await assert.rejects(list(key), {
      code: 'CONFIG_INVALID',
      message: /endpoint_url in the AWS profile, is not encrypted/u,
    });
  });

  test('refuses an endpoint of STS that is not encrypted, before anything is sent', async () => {
    await using server = await startCannedServer((_request, response) => response.end(emptyListing));
    process.env['AWS_ENDPOINT_URL_STS'] = remote;
    const refusal = { code: 'CONFIG_INVALID', message: /AWS_ENDPOINT_URL_STS, is not encrypted/u };
    await assert.rejects(list(role, { endpoint: server.endpoint }), refusal);
  });

  test('bounds what STS answers', async () => {
    await using server = await startCannedServer((request, response) => {
      request.resume();
      if (request.method === 'GET') response.end(emptyListing);
      else response.writeHead(200).end('x'.repeat(9_000_000));
    });
    await assert.rejects(list(role, { endpoint: server.endpoint }), {
      code: 'S3_ANSWER_INVALID',
      message: /the server at STS is not S3: the answer has more than 8388608 bytes/u,
    });
  });
});
