import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { collectSecrets, redactor } from '@s3-connectors/common/program/redact.ts';
import * as fc from 'fast-check';

const secret = { type: 'string', airbyte_secret: true };
const schema = {
  type: 'object',
  properties: {
    bucket: { type: 'string' },
    token: secret,
    credentials: {
      oneOf: [
        { properties: { kind: { const: 'key' }, access_key_id: secret, secret_access_key: secret } },
        { properties: { kind: { const: 'role' }, external_id: secret } },
      ],
    },
    keys: { type: 'array', items: secret },
    named: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' }, password: secret } } },
  },
};

suite('collecting secrets', () => {
  test('finds them wherever the schema marks them, longest first', () => {
    const config = {
      bucket: 'public',
      token: 'token-1',
      credentials: { kind: 'key', access_key_id: 'AKIA', secret_access_key: 'longest-of-all-secrets' },
      keys: ['key-one', 'key-three'],
      named: [{ name: 'shown', password: 'hidden' }],
    };
    assert.deepEqual([...collectSecrets(schema, config)].sort(), [
      'AKIA',
      'hidden',
      'key-one',
      'key-three',
      'longest-of-all-secrets',
      'token-1',
    ]);
    assert.equal(collectSecrets(schema, config)[0], 'longest-of-all-secrets');
  });

  test('finds them in a config that is wrong otherwise', () => {
    const config = {
      token: 12345678,
      credentials: { kind: 'kye', secret_access_key: ' padded-secret\n' },
      keys: 'no array',
    };
    assert.deepEqual([...collectSecrets(schema, config)].sort(), [' padded-secret\n', '12345678', 'padded-secret']);
    for (const odd of [null, undefined, 7, 'text', [], [[]]]) assert.deepEqual(collectSecrets(schema, odd), []);
  });

  test('takes a value of three characters for no secret', () => {
    assert.deepEqual(collectSecrets(schema, { token: 'abc' }), []);
  });
});

suite('redacting', () => {
  const canary = 'p+q/r=s "t"\\u\tv\u00e9%w!';
  const inUrl = encodeURIComponent(canary);
  const written: Readonly<Record<string, readonly [string, string]>> = {
    'as it is': [`key ${canary}!`, 'key ****!'],
    'in JSON': [JSON.stringify({ key: canary }), '{"key":"****"}'],
    'in a URL': [`https://example.com/?key=${inUrl}&b=c`, 'https://example.com/?key=****&b=c'],
    'in a URL with lower-case escapes': [inUrl.replaceAll(/%../gu, (escape) => escape.toLowerCase()), '****'],
    'in a URL that escapes all but letters and digits': [inUrl.replaceAll('!', '%21'), '****'],
  };
  for (const [form, [text, expected]] of Object.entries(written)) {
    test(`hides a secret ${form}`, () => assert.equal(redactor([canary])(text), expected));
  }

  test('hides a secret that is part of another one whole', () => {
    assert.equal(redactor(['secret', 'secret-longer'])('a secret-longer b secret c'), 'a **** b **** c');
  });

  test('leaves any other text as it is', () => {
    fc.assert(fc.property(fc.string(), (text) => redactor([])(text) === text));
    assert.equal(redactor(['hidden'])('nothing to hide'), 'nothing to hide');
  });

  test('accepts a secret that is no well-formed text', () => {
    assert.equal(redactor(['\ud800abcd'])('x \ud800abcd y'), 'x **** y');
  });
});
