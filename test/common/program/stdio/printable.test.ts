import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { AirbyteMessage } from '@s3-connectors/common/protocol/messages.ts';
import { printable } from '@s3-connectors/common/program/stdio/printable.ts';
import { redactor } from '@s3-connectors/common/program/stdio/redact.ts';
import { isPrintable, oneLine, plainJson, plainLines } from '@s3-connectors/common/protocol/text/text.ts';
import * as fc from 'fast-check';

const seed = { seed: 20_260_115, numRuns: 1000 };
/** Texts in which what can steer a terminal is common. */
const hostileChars = [
  '\u001b[2J',
  '\n',
  '\r',
  '\t',
  '\u0000',
  '\u007f',
  '\u009b',
  '\u202e',
  '\u2066',
  '\u2028',
  '\ud800',
];
const hostile = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...hostileChars)), { minLength: 1 })
  .map((parts) => parts.join(''));
const raw = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Every text for people in a message. */
function textsOf(message: AirbyteMessage): readonly string[] {
  if (message.type === 'LOG') return [message.log.message];
  if (message.type === 'CONNECTION_STATUS') return [message.connectionStatus.message ?? ''];
  if (message.type !== 'TRACE' || message.trace.type !== 'ERROR') return [];
  const { message: text, internal_message: internal = '', stack_trace: stack = '' } = message.trace.error;
  return [text, internal, ...stack.split('\n')];
}

function identities(name: string): readonly AirbyteMessage[] {
  const descriptor = { name, namespace: name };
  const status = { stream_descriptor: descriptor, status: 'COMPLETE' } as const;
  const estimate = { name, namespace: name, type: 'STREAM', row_estimate: 1 } as const;
  const state = {
    stream_descriptor: descriptor,
    stream_state: { version: 1, unfinished: { key: name, [name]: name } },
  };
  const json_schema = { type: 'object', properties: { [name]: { type: 'string', description: name } } };
  return [
    { type: 'STATE', state: { type: 'STREAM', stream: state } },
    { type: 'CATALOG', catalog: { streams: [{ ...descriptor, json_schema, supported_sync_modes: [] }] } },
    { type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: status } },
    { type: 'TRACE', trace: { type: 'ESTIMATE', emitted_at: 1, estimate } },
    { type: 'RECORD', record: { ...descriptor, stream: name, data: { [name]: name }, emitted_at: 1 } },
    {
      type: 'SPEC',
      spec: { documentationUrl: name, connectionSpecification: { [name]: name }, protocol_version: '1' },
    },
  ];
}

function texts(text: string, name: string): readonly AirbyteMessage[] {
  const failure = { failure_type: 'config_error', stream_descriptor: { name, namespace: name } } as const;
  const error = { message: text, internal_message: text, stack_trace: `Error\n    at ${text}`, ...failure };
  return [
    { type: 'LOG', log: { level: 'INFO', message: text } },
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: text } },
    { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error } },
  ];
}

suite('a printed message', () => {
  test('keeps every byte of its identities, whatever word is secret', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.constantFrom('test', 'minioadmin', 'name', 'STATE')), (word) => {
        for (const message of identities(`a${word}b`)) {
          assert.equal(JSON.stringify(printable(message, redactor([word]))), JSON.stringify(message));
        }
      }),
      seed,
    );
  });

  test('keeps the stream name of an error, and hides the secret in its texts', () => {
    for (const message of texts('the stream "test" failed', 'test')) {
      const cleaned = printable(message, redactor(['test']));
      for (const text of textsOf(cleaned)) assert.doesNotMatch(text, /test/u);
      if (cleaned.type !== 'TRACE' || cleaned.trace.type !== 'ERROR') continue;
      assert.deepEqual(cleaned.trace.error.stream_descriptor, { name: 'test', namespace: 'test' });
    }
  });

  test('contains no secret in any text, in any encoding', () => {
    const secrets = fc.array(
      fc.constantFrom('k', "'", '"', '&', '<', ' ', '%', '\\', '\n', '\u001b', '\u009b', 'é', '/'),
    );
    fc.assert(
      fc.property(secrets, (middle) => {
        const secret = `canary${middle.join('')}canary`;
        const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
        const forms = [secret, JSON.stringify(secret), encodeURIComponent(secret), oneLine(secret), xml];
        forms.push(
          secret.replaceAll("'", "''"),
          secret.replaceAll('"', '""'),
          new URLSearchParams({ secret }).toString(),
        );
        forms.push(JSON.stringify(xml), oneLine(JSON.stringify(secret)));
        for (const form of forms) {
          for (const message of texts(`before ${form} after`, 'x')) {
            for (const text of textsOf(printable(message, redactor([secret]))))
              assert.doesNotMatch(text, /canary/u, form);
          }
        }
      }),
      seed,
    );
  });

  test('shows no character that can steer a terminal or begin a line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const message of texts(text, 'x').slice(0, 2)) {
          for (const cleaned of textsOf(printable(message, (same) => same))) assert.doesNotMatch(cleaned, raw);
        }
        for (const line of plainLines(text).split('\n')) assert.doesNotMatch(line, raw);
        assert.ok(isPrintable(oneLine(text)));
      }),
      seed,
    );
  });

  test('as JSON for programs has the same value, and no such character', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, hostile), (value) => {
        const json = plainJson(JSON.stringify(value, null, 2));
        assert.deepEqual(parseJson(json), parseJson(JSON.stringify(value)));
        for (const line of json.split('\n')) assert.doesNotMatch(line, raw);
      }),
      seed,
    );
  });
});
