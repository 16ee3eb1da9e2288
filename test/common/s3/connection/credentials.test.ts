import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Credentials } from '@s3-connectors/common/s3/connection/config.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import { bodyText, emptyListing, startCannedServer } from '../../../support/canned-server.ts';
import { connect } from '../../../support/s3-connection.ts';
import type { TestConnection } from '../../../support/s3-connection.ts';

const role = 'arn:aws:iam::123456789012:role/reader';
const ownKey: Credentials = {
  auth_type: 'assume_role',
  role_arn: role,
  external_id: 'partner-7',
  access_key_id: 'AKIABASE',
  secret_access_key: 'base-secret',
};

type Request = {
  readonly form?: URLSearchParams;
  readonly signedBy: string | undefined;
  readonly token: string | undefined;
};

/** A storage that answers for STS and S3 at one address. `sts` gives the answer to the nth AssumeRole. */
async function startStorage(sts: (index: number) => readonly [status: number, xml: string]) {
  const requests: Request[] = [];
  let assumed = 0;
  const server = await startCannedServer((request, response) => {
    const signedBy = /Credential=([^/]+)\//u.exec(request.headers.authorization ?? '')?.[1];
    const token = request.headers['x-amz-security-token']?.toString();
    response.setHeader('content-type', 'text/xml');
    if (request.method === 'GET') {
      requests.push({ signedBy, token });
      response.end(emptyListing);
      return;
    }
    void bodyText(request).then((text) => {
      requests.push({ form: new URLSearchParams(text), signedBy, token });
      const [status, xml] = sts(++assumed);
      response.writeHead(status).end(xml);
    });
  });
  return { ...server, requests };
}

function session(name: string, lifeMs: number): readonly [number, string] {
  const expiration = new Date(Date.now() + lifeMs).toISOString();
  const credentials = `<AccessKeyId>${name}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token-${name}</SessionToken><Expiration>${expiration}</Expiration>`;
  const result = `<AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult>`;
  return [200, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</AssumeRoleResponse>`];
}

function refusal(status: number, code: string): readonly [number, string] {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>Words of STS.</Message></Error>`;
  return [status, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}</ErrorResponse>`];
}

async function list({ s3 }: TestConnection): Promise<void> {
  await Array.fromAsync(listPages(s3, { prefix: '' }));
}

suite('a role', () => {
  test('is assumed with the given key and its external ID, once for many requests', async () => {
    await using storage = await startStorage(() => session('ASIA1', 3_600_000));
    await using connection = connect(storage.endpoint, { credentials: ownKey });
    await list(connection);
    await list(connection);
    const [first, ...rest] = storage.requests;
    assert.equal(first?.signedBy, 'AKIABASE');
    assert.deepEqual([first?.form?.get('RoleArn'), first?.form?.get('ExternalId')], [role, 'partner-7']);
    const signed = { signedBy: 'ASIA1', token: 'token-ASIA1' };
    assert.deepEqual(rest, [signed, signed]);
  });

  test('is assumed again before its session expires', async () => {
    await using storage = await startStorage((index) => session(`ASIA${index}`, index === 1 ? 60_000 : 3_600_000));
    await using connection = connect(storage.endpoint, { credentials: ownKey });
    await list(connection);
    await list(connection);
    const signers = storage.requests.filter(({ form }) => form === undefined).map(({ signedBy }) => signedBy);
    assert.equal(signers.at(-1), 'ASIA2');
  });

  test('that cannot be assumed is refused by name, at once', async () => {
    await using storage = await startStorage(() => refusal(403, 'AccessDenied'));
    await using connection = connect(storage.endpoint, { credentials: ownKey, retryBudgetMs: 600_000 });
    const message = /may not assume the role \S+role\/reader: STS answered AccessDenied \(“Words of STS”\)/;
    await assert.rejects(list(connection), { code: 'S3_ROLE_REFUSED', message });
    assert.equal(storage.requests.length, 1);
  });

  test('by an unknown key blames the key', async () => {
    await using storage = await startStorage(() => refusal(403, 'InvalidClientTokenId'));
    await using connection = connect(storage.endpoint, { credentials: ownKey });
    await assert.rejects(list(connection), { code: 'S3_CREDENTIALS_INVALID', message: /"access_key_id"/ });
  });

  test('is requested again while STS is busy', async () => {
    await using storage = await startStorage((index) =>
      index < 3 ? refusal(400, 'Throttling') : session('ASIA1', 3_600_000),
    );
    await using connection = connect(storage.endpoint, { credentials: ownKey });
    await list(connection);
    assert.equal(storage.requests.length, 4);
  });
});

suite('the credentials of the machine', () => {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'HOME'];
  const kept = new Map(names.map((name) => [name, process.env[name]]));
  before(() => {
    for (const name of names) delete process.env[name];
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null';
    process.env['AWS_CONFIG_FILE'] = '/dev/null';
  });
  after(() => {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
  });

  test('that do not exist cause an error in words', async () => {
    await using storage = await startStorage(() => refusal(403, 'AccessDenied'));
    await using connection = connect(storage.endpoint, { credentials: { auth_type: 'default_chain' } });
    await assert.rejects(list(connection), { code: 'S3_CREDENTIALS_INVALID', message: /has no AWS credentials/ });
    assert.deepEqual(storage.requests, []);
  });

  test('come from the environment, and assume a role without its own key', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAENV';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'env-secret';
    await using storage = await startStorage(() => session('ASIA1', 3_600_000));
    await using own = connect(storage.endpoint, { credentials: { auth_type: 'default_chain' } });
    await using taken = connect(storage.endpoint, { credentials: { auth_type: 'assume_role', role_arn: role } });
    await list(own);
    await list(taken);
    assert.deepEqual(
      storage.requests.map(({ signedBy }) => signedBy),
      ['AKIAENV', 'AKIAENV', 'ASIA1'],
    );
  });
});
