// What can be wrong except permissions: each gives its own code and message, from the first step that meets it.
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { suite, test } from 'node:test';

import type { ErrorCode } from '@s3-connectors/common/protocol/codes/error-codes.ts';

import { startCannedServer } from '../../support/canned-server.ts';
import { perform, play, type Given, type Played } from './rehearsals.ts';

const iam = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const minuteMs = 60_000;
const kmsDenial =
  'User: arn:aws:iam::111122223333:user/connector is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-central-1:111122223333:key/1 because no identity-based policy allows the kms:GenerateDataKey action';

const cases: Readonly<Record<string, readonly [Omit<Given, 'iam'>, ErrorCode, RegExp]>> = {
  'another region': [
    { bucket: { region: 'us-west-2' } },
    'S3_REGION_WRONG',
    /is in us-west-2, not in eu-central-1\. Set "region" to "us-west-2"/u,
  ],
  'a wrong secret': [
    { credentials: { secret_access_key: 'canary-other' } },
    'S3_CREDENTIALS_INVALID',
    /the secret does not match .* Correct "secret_access_key"/u,
  ],
  'an unknown key': [
    { credentials: { access_key_id: 'AKIAOTHER' } },
    'S3_CREDENTIALS_INVALID',
    /the access key ID is unknown/u,
  ],
  'a token that has expired': [
    { user: { sessionToken: 'canary-token', expired: true }, credentials: { session_token: 'canary-token' } },
    'S3_CREDENTIALS_EXPIRED',
    /the session token has expired/u,
  ],
  'an invalid token': [{ credentials: { session_token: 'canary-x' } }, 'S3_CREDENTIALS_EXPIRED', /is not valid/u],
  'a missing bucket': [
    { place: { bucket: 'not-there' } },
    'S3_BUCKET_MISSING',
    /the bucket "not-there" does not exist/u,
  ],
  'the bucket of another owner': [
    { bucket: { owner: '999988887777' } },
    'S3_ACCESS_DENIED',
    /in both, if the bucket belongs to another account/u,
  ],
  'the bucket of another owner than the config expects': [
    { place: { expectedBucketOwner: '999988887777' } },
    'S3_ACCESS_DENIED',
    /does not belong to the account 999988887777: check "expected_bucket_owner"/u,
  ],
  'a clock 20 minutes ahead': [
    { server: { clock: () => new Date(Date.now() + 20 * minuteMs) } },
    'S3_CLOCK_SKEWED',
    /the clock of this machine differs from the clock of S3 by more than 15 minutes/u,
  ],
};

const html: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please log in</body></html>');
};
const silent: RequestListener = (request) => void request.resume();

function judge({ error, log }: Played, code: ErrorCode, words: RegExp): string {
  assert.equal(error?.code, code, error?.message);
  assert.match(error.message, words);
  assert.doesNotMatch(`${error.message} ${error.details} ${log.join('')}`, /canary|\bat \S+:\d+:\d+|\.ts:\d/u);
  return error.message.replaceAll(/_connection-check-\S+/gu, '');
}

suite('check tells', () => {
  const said = new Map<string, string>();

  for (const side of ['source', 'streaming'] as const) {
    for (const [name, [given, code, words]] of Object.entries(cases)) {
      test(`${name}, to the ${side}`, async () => {
        const played = await play(side, { iam, ...given });
        said.set(`${name} ${side}`, judge(played, code, words));
        const tried = played.lines.filter((line) => !line.endsWith('not tried'));
        // Only a want of permissions leaves more to be learned.
        if (code !== 'S3_ACCESS_DENIED') assert.equal(tried.length, 1, played.lines.join('\n'));
      });
    }
  }

  test('a KMS key that cannot be used, in its own line', async () => {
    const faults = [{ kind: 'error', code: 'AccessDenied', message: kmsDenial, operation: 'PutObject' }] as const;
    const played = await play('streaming', { iam, faults });
    said.set('kms', judge(played, 'S3_KMS_DENIED', /Allow kms:GenerateDataKey on arn:aws:kms:.*key\/1/u));
    assert.ok(
      played.lines.some((line) => /^kms:\w+ denied$/u.test(line)),
      played.lines.join('\n'),
    );
  });

  const credentials = {
    auth_type: 'access_key',
    access_key_id: 'AKIATEST',
    secret_access_key: 'canary-secret',
  } as const;
  test('a proxy’s page', async () => {
    await using server = await startCannedServer(html);
    const played = await perform('source', { endpoint: server.endpoint, credentials });
    said.set(
      'html',
      judge(played, 'S3_ANSWER_INVALID', /the answer is not a listing\. Check "endpoint", and HTTPS_PROXY/u),
    );
  });

  test('a certificate that is not trusted', async () => {
    await using server = await startCannedServer(html, { secure: true });
    const played = await perform('streaming', { endpoint: server.endpoint, credentials });
    said.set('tls', judge(played, 'S3_ENDPOINT_UNREACHABLE', /its certificate is not trusted .*NODE_EXTRA_CA_CERTS/u));
  });

  test('that nothing listens', async () => {
    const server = await startCannedServer(html);
    const { endpoint } = server;
    await server[Symbol.asyncDispose]();
    said.set(
      'closed',
      judge(await perform('source', { endpoint, credentials }), 'S3_ENDPOINT_UNREACHABLE', /ECONNREFUSED/u),
    );
  });

  test('an endpoint that never answers, within a minute', async () => {
    await using server = await startCannedServer(silent);
    const played = await perform('source', { endpoint: server.endpoint, credentials });
    said.set('silent', judge(played, 'S3_UNAVAILABLE', /accepts the connection but never answers/u));
  });

  test('all of these in different words', () => assert.equal(new Set(said.values()).size, said.size));
});
