import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { collectSecrets, redactor } from '@s3-connectors/common/program/stdio/redact.ts';
import { oneLine } from '@s3-connectors/common/protocol/text/text.ts';
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

  test('finds them in a config with other mistakes', () => {
    const config = {
      token: 12345678,
      credentials: { kind: 'kye', secret_access_key: ' padded-secret\n' },
      keys: 'no array',
    };
    assert.deepEqual([...collectSecrets(schema, config)].sort(), [' padded-secret\n', '12345678', 'padded-secret']);
    for (const odd of [null, undefined, 7, 'text', [], [[]]]) assert.deepEqual(collectSecrets(schema, odd), []);
  });

  test('finds them in a list or an object that is there instead of a text', () => {
    const config = {
      token: ['in-a-list', 87654321, null],
      credentials: [{ access_key_id: { value: 'in-an-object', more: [{ deep: 'in-both' }] } }],
    };
    assert.deepEqual([...collectSecrets(schema, config)].sort(), ['87654321', 'in-a-list', 'in-an-object', 'in-both']);
  });

  test('takes values of four characters, and texts with as many between their blanks, but none that is shorter', () => {
    for (const token of ['abc', ' abc', 'abc ', 123, true, '']) {
      const found = collectSecrets(schema, { token });
      assert.deepEqual(found, typeof token === 'string' && token.length > 3 ? [token] : []);
    }
    assert.deepEqual(collectSecrets(schema, { token: 'abcd' }), ['abcd']);
    assert.deepEqual(collectSecrets(schema, { token: 1234 }), ['1234']);
    assert.deepEqual(collectSecrets(schema, { token: ' abcd' }), [' abcd', 'abcd']);
  });

  test('finds only what is marked', () => {
    const nowhere = { properties: { token: { airbyte_secret: false }, name: {} }, items: secret };
    assert.deepEqual(collectSecrets(nowhere, { token: 'token-1', name: 'name-1', other: 'other-1' }), []);
    assert.deepEqual(collectSecrets({}, { token: 'token-1' }), []);
    assert.deepEqual(collectSecrets({ properties: { keys: {} } }, { keys: ['key-one'] }), []);
  });

  test('returns the longest first, so that a secret inside another does not cut it in two', () => {
    const config = { token: 'abcd', keys: ['abcd-efgh', 'abcd-efgh-ijkl', 'abcdef'] };
    assert.deepEqual(collectSecrets(schema, config), ['abcd-efgh-ijkl', 'abcd-efgh', 'abcdef', 'abcd']);
  });
});

const replaced = (text: string, what: RegExp | string, by: string) => text.replaceAll(what, by);
const inXml = (text: string) => replaced(replaced(replaced(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
const rfc3986 = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/gu, (one) => `%${Buffer.from(one).toString('hex').toUpperCase()}`);
const lowerCase = (text: string) => text.replaceAll(/%../gu, (one) => one.toLowerCase());
const inJson = (text: string) => JSON.stringify({ text }).slice('{"text":"'.length, -2);
/** How others write a text, each by its own means. */
const writers: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in JSON': inJson,
  'in one line': oneLine,
  'in JSON that is shown in one line': (text) => oneLine(inJson(text)),
  'in a URL': encodeURIComponent,
  'in a URL by RFC 3986': rfc3986,
  'in a URL with slashes, as in paths': (text) => replaced(rfc3986(text), '%2F', '/'),
  'in a URL with lower-case escapes': (text) => lowerCase(rfc3986(text)),
  'in a form': (text) => new URLSearchParams({ text }).toString().slice('text='.length),
  'in a form with lower-case escapes': (text) => lowerCase(new URLSearchParams({ text }).toString()).slice(5),
  'in a form by RFC 3986': (text) => replaced(rfc3986(text), '%20', '+'),
  'in XML': inXml,
  'in XML in double quotes': (text) => replaced(inXml(text), '"', '&quot;'),
  'in XML in single quotes': (text) => replaced(inXml(text), "'", '&apos;'),
  'in XML in any quotes': (text) => replaced(replaced(inXml(text), '"', '&quot;'), "'", '&apos;'),
  'in XML in JSON': (text) => inJson(inXml(text)),
  'in a string of SQL': (text) => replaced(text, "'", "''"),
  'in a name of SQL': (text) => replaced(text, '"', '""'),
  'in a string of SQL in JSON': (text) => inJson(replaced(text, "'", "''")),
  'in a name of SQL in one line': (text) => oneLine(replaced(text, '"', '""')),
};
const part = fc.constantFrom(
  ...'aZ09+/=-_.~%&<>"\'`()*!:;,?#@[]{}|^$ \\\n\t'.split(''),
  '%2f',
  '&amp;',
  "''",
  'é',
  '😀',
  '\u200b',
);
const anySecret = fc.array(part, { minLength: 4, maxLength: 12 }).map((parts) => parts.join(''));

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

  test('hides the complete secret that contains another one', () => {
    assert.equal(redactor(['secret', 'secret-longer'])('a secret-longer b secret c'), 'a **** b **** c');
  });

  for (const [how, write] of Object.entries(writers)) {
    test(`hides any secret ${how}, and nothing around it (1,000 secrets)`, () => {
      fc.assert(
        fc.property(anySecret, fc.boolean(), (one, isFirst) => {
          const secrets = isFirst ? [one, 'another secret'] : ['another secret', one];
          assert.equal(redactor(secrets)(`«${write(one)}» and «${write(one)}»`), '«****» and «****»');
        }),
        { seed: 20_260_115, numRuns: 1000 },
      );
    });
  }

  test('keeps any other text unchanged', () => {
    fc.assert(fc.property(fc.string(), (text) => redactor([])(text) === text));
    assert.equal(redactor(['hidden'])('nothing to hide'), 'nothing to hide');
  });

  test('accepts a secret that is not well-formed Unicode', () => {
    assert.equal(redactor(['\ud800abcd'])('x \ud800abcd y'), 'x **** y');
  });
});
