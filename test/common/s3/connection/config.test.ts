import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  always,
  checkConnection,
  connectionShape,
  resolveConnection,
  sourceConnectionShape,
} from '@s3-connectors/common/s3/connection/config.ts';
import * as z from 'zod';

const schema = z.object(connectionShape).superRefine(checkConnection, always);
const sourceSchema = z.object(sourceConnectionShape).superRefine(checkConnection, always);

const accessKey = { auth_type: 'access_key', access_key_id: 'AKIA1', secret_access_key: 'secret' };
const valid = { bucket: 'data', region: 'eu-central-1', credentials: accessKey };

function mistakes(config: unknown): readonly string[] {
  const parsed = schema.safeParse(config);
  return (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

const keyed = (more: object) => ({ ...valid, credentials: { ...accessKey, ...more } });
const owned = (account: string) => ({ ...valid, expected_bucket_owner: account });

suite('the fields of a connection', () => {
  test('become a connection to AWS, with the bucket in the host name', () => {
    const connection = resolveConnection(schema.parse(valid));
    assert.deepEqual(connection, { ...valid, forcePathStyle: false });
  });

  test('are refused if a request header cannot have them', () => {
    for (const text of ['a\u0000b', 'a\nb', 'aéb', 'a\u{1f511}']) {
      for (const name of ['access_key_id', 'session_token']) {
        assert.deepEqual(mistakes(keyed({ [name]: text })), [
          `credentials.${name}: has a character that a key cannot have: copy it again, in one line`,
        ]);
      }
    }
  });

  test('with an endpoint put the bucket into the path, unless the config says otherwise', () => {
    const elsewhere = { ...valid, region: 'auto', endpoint: 'https://storage.example.com' };
    assert.equal(resolveConnection(schema.parse(elsewhere)).forcePathStyle, true);
    assert.equal(resolveConnection(schema.parse({ ...elsewhere, force_path_style: false })).forcePathStyle, false);
  });

  test('may have the empty texts that forms send for empty fields', () => {
    const connection = resolveConnection(
      schema.parse({ ...valid, endpoint: '', credentials: { ...accessKey, session_token: '' } }),
    );
    assert.equal(connection.endpoint, undefined);
  });

  test('lose the spaces and line ends of pasted keys', () => {
    const pasted = { ...accessKey, access_key_id: ' AKIA1\n', secret_access_key: 'secret\r\n' };
    assert.deepEqual(schema.parse({ ...valid, credentials: pasted }).credentials, accessKey);
  });

  test('are checked together, with each mistake at its path', () => {
    const found = mistakes({
      bucket: 's3://data/raw',
      region: 'EU',
      endpoint: 'http://s3.eu-west-1.amazonaws.com',
      credentials: { auth_type: 'assume_role', role_arn: 'my-role', access_key_id: 'AKIA1' },
    });
    const paths = found.map((text) => text.slice(0, text.indexOf(':')));
    assert.deepEqual(paths.sort(), [
      'bucket',
      'credentials.access_key_id',
      'credentials.role_arn',
      'endpoint',
      'region',
    ]);
  });

  test('are checked against each other although one is missing', () => {
    assert.match(
      mistakes({ ...valid, bucket: undefined, region: 'us' }).join('\n'),
      /region: is not a specific region/,
    );
  });

  test('require a session token with a temporary key', () => {
    const temporary = { ...accessKey, access_key_id: 'ASIA1' };
    assert.match(mistakes({ ...valid, credentials: temporary }).join(), /^credentials\.session_token: is missing/);
    assert.deepEqual(mistakes({ ...valid, credentials: { ...temporary, session_token: 'token' } }), []);
  });

  test('allow only a source to have no credentials', () => {
    const open = { ...valid, credentials: { auth_type: 'anonymous' } };
    assert.ok(sourceSchema.safeParse(open).success);
    assert.match(mistakes(open).join(), /^credentials\.auth_type/);
  });

  test('accept 12 digits as the owner of the bucket, and an empty text for no owner', () => {
    assert.equal(resolveConnection(schema.parse(owned(' 111122223333\n'))).expectedBucketOwner, '111122223333');
    assert.equal('expectedBucketOwner' in resolveConnection(schema.parse(owned(''))), false);
    for (const wrong of ['1234', 'arn:aws:iam::111122223333:root', '1111-2222-3333']) {
      assert.match(mistakes(owned(wrong)).join(), /^expected_bucket_owner: is not an account: write the 12 digits/);
    }
  });

  test('refuse http except to this machine, or if it is allowed', () => {
    const far = { ...valid, endpoint: 'http://storage.example.com' };
    assert.match(mistakes(far).join(), /^endpoint: is not encrypted/);
    assert.deepEqual(mistakes({ ...far, allow_http: true }), []);
    assert.deepEqual(mistakes({ ...valid, endpoint: 'http://127.0.0.1:9000' }), []);
  });
});

suite('the form of a connection', () => {
  type Node = {
    title?: string;
    description?: string;
    airbyte_secret?: boolean;
    order?: number;
    properties?: Form;
    oneOf?: Node[];
  };
  type Form = Record<string, Node>;
  const form = (z.toJSONSchema(schema, { io: 'input' }) as Node).properties ?? {};
  const options = form['credentials']?.oneOf ?? [];

  test('has a title and a full sentence on every field', () => {
    const fields = [form, ...options.map((option) => option.properties ?? {})].flatMap((fields) =>
      Object.entries(fields),
    );
    for (const [name, { title, description }] of fields) {
      assert.ok(title !== undefined && title !== '', `${name} has no title`);
      if (name !== 'auth_type') assert.match(description ?? '', /\.$/, `${name} is not described`);
    }
  });

  test('marks every secret, and nothing else', () => {
    const secrets = options.flatMap((option) =>
      Object.entries(option.properties ?? {})
        .filter(([, node]) => node.airbyte_secret === true)
        .map(([name]) => name),
    );
    assert.deepEqual([...new Set(secrets)].sort(), ['access_key_id', 'secret_access_key', 'session_token']);
  });

  test('gives each field its own place', () => {
    for (const fields of [form, ...options.map((option) => option.properties ?? {})]) {
      const orders = Object.values(fields).map((node) => node.order);
      assert.equal(new Set(orders).size, orders.length);
    }
  });
});
