// Names in a bucket that would steer a terminal, forge a line of the log, or equal a secret: the complete program.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import * as fc from 'fast-check';

import { ofType, type ProtocolMessage } from '../../support/models/protocol-schema.ts';
import {
  bucket,
  catalogJson,
  configJson,
  configured,
  runOperatorVerb,
  runSource,
  serverWith,
} from '../support/source.ts';

const chars = [
  '\u001b[2J',
  '\n',
  '\r\n',
  '\t',
  '\u0001',
  '\u007f',
  '\u009b',
  '\u202e',
  '\u2066',
  '\u2028',
  'é',
  'a',
  ' ',
];
const names = fc.sample(fc.array(fc.constantFrom(...chars), { minLength: 1, maxLength: 6 }), { seed: 7, numRuns: 60 });
const hostileNames = [...new Set(names.map((parts) => parts.join('')))];
const raw = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function assertPlain(texts: readonly string[]): void {
  for (const text of texts) assert.doesNotMatch(text, raw);
}

function textsOf(messages: readonly ProtocolMessage[]): readonly string[] {
  return messages.flatMap((message) => {
    if (message.type === 'LOG') return [message.log.message];
    if (message.type === 'CONNECTION_STATUS')
      return 'message' in message.connectionStatus ? [message.connectionStatus.message] : [];
    if (message.type !== 'TRACE' || message.trace.type !== 'ERROR') return [];
    const { message: text, internal_message: internal = '', stack_trace: stack = '' } = message.trace.error;
    return [text, internal ?? '', ...(stack ?? '').split('\n')];
  });
}

/** Tables, files, partitions, columns and strays by each name; every other file is damaged. */
function hostileBucket(): Record<string, string> {
  const objects: Record<string, string> = {};
  for (const [index, name] of hostileNames.entries()) {
    const body = index % 2 === 0 ? `${JSON.stringify({ [name]: 1, n: 1 })}\n` : `{"${name}": broken\n`;
    objects[`lake/${name}/p=${name}/${name}.jsonl`] = body;
    objects[`lake/${name}/${name}.exe`] = body;
    objects[`lake/${name}`] = body;
  }
  return objects;
}

const jsonl = { data_format: { format: 'jsonl' } };

suite('names that steer a terminal', () => {
  test('appear in no text of discover and read as they are, and keep their bytes in every identity', async () => {
    await using server = await serverWith(hostileBucket());
    const config = configJson(server, jsonl);
    const { messages, stderr } = await runSource('discover', { config });
    assertPlain([...textsOf(messages), stderr]);
    assert.ok(textsOf(messages).some((text) => text.includes('\\u{1b}')));
    const catalog = ofType(messages, 'CATALOG')[0]?.catalog ?? assert.fail();
    const found = new Set(catalog.streams.map(({ name }) => name));
    for (const [index, name] of hostileNames.entries())
      if (index % 2 === 0) assert.ok(found.has(name), JSON.stringify(name));
    const asked = configured(catalog as never);
    const missing = catalogJson({ [hostileNames[1] ?? '']: {}, 'not\u001bthere\n': {} });
    for (const wanted of [asked, missing]) {
      const read = await runSource('read', { config, catalog: wanted });
      assertPlain([...textsOf(read.messages), read.stderr]);
    }
  });

  test('appear in no text of check, inspect and the tap as they are', async () => {
    await using server = await serverWith(hostileBucket());
    for (const schema_prefixes of [['lake'], hostileNames.slice(0, 8)]) {
      const config = configJson(server, { ...jsonl, schema_prefixes });
      const { messages, stderr } = await runSource('check', { config });
      assertPlain([...textsOf(messages), stderr]);
      const text = await runOperatorVerb('inspect', config, []);
      assertPlain([...text.stdout.split('\n'), ...text.stderr.split('\n')]);
      const json = await runOperatorVerb('inspect', config, ['--json']);
      assertPlain([...json.stdout.split('\n'), ...json.stderr.split('\n')]);
      if (json.exitCode === 0) assert.equal((parseJson(json.stdout) as { bucket: string }).bucket, bucket);
    }
  });
});

suite('a secret that is the same word as a name', () => {
  const words = ['test', bucket];
  const objects = {
    'lake/test/a.jsonl': '{"test":"test","lake":1}\n',
    'lake/test/b.jsonl': '{"test":"test","lake":2}\n',
  };
  for (const word of words) {
    test(`changes no identity ("${word}")`, async () => {
      await using server = await serverWith(objects);
      const printed = async (secret: string) => {
        const credentials = { auth_type: 'access_key', access_key_id: secret, secret_access_key: secret };
        const config = configJson(server, { ...jsonl, credentials });
        const discovered = await runSource('discover', { config });
        const catalog = ofType(discovered.messages, 'CATALOG')[0]?.catalog ?? assert.fail();
        const { messages } = await runSource('read', { config, catalog: configured(catalog as never) });
        const told = [...discovered.messages, ...messages].filter(({ type }) => type !== 'LOG');
        const texts = textsOf([...discovered.messages, ...messages]);
        const json = await runOperatorVerb('inspect', config, ['--json']);
        const timeless = JSON.stringify(told).replaceAll(/"emitted_at":\d+/gu, '"emitted_at":0');
        return { identities: timeless, report: json.stdout, texts };
      };
      const [usual, same] = [await printed('canary-of-no-name'), await printed(word)];
      assert.equal(same.identities, usual.identities);
      assert.equal(same.report, usual.report);
      for (const text of usual.texts) assert.doesNotMatch(text, /canary/u);
      for (const text of same.texts) assert.ok(!text.includes(word), text);
    });
  }
});
