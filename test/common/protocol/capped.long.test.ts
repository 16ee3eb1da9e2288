import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { capped, capText, maxStackBytes, maxTextBytes } from '@s3-connectors/common/protocol/capped.ts';
import type { AirbyteMessage } from '@s3-connectors/common/protocol/messages.ts';
import * as fc from 'fast-check';

const long = 'word '.repeat(2000);

suite('a text for people', () => {
  test('is unchanged up to its limit in bytes', () => {
    for (const text of ['', 'short', 'x'.repeat(maxTextBytes), 'ü'.repeat(maxTextBytes / 2)])
      assert.equal(capText(text), text);
  });

  test('is cut between characters above the limit, with a mark', () => {
    const text = fc.string({ unit: 'binary', minLength: 500, maxLength: 4000 });
    fc.assert(
      fc.property(text, fc.integer({ min: 60, max: 3000 }), (whole, maxBytes) => {
        const cut = capText(whole, maxBytes);
        assert.ok(Buffer.byteLength(cut) <= maxBytes);
        if (cut === whole) return;
        const [kept = ''] = cut.split(/ … \(cut, \d+ bytes in all\)$/u);
        assert.ok(cut.endsWith(` … (cut, ${Buffer.byteLength(whole)} bytes in all)`), cut.slice(-60));
        assert.ok(whole.startsWith(kept) && !/[\uD800-\uDBFF]$/u.test(kept));
        assert.ok(Buffer.byteLength(kept) > maxBytes - 60, 'no more is cut than must be');
      }),
      { numRuns: 1000, seed: 14 },
    );
  });
});

suite('a message', () => {
  const cases: readonly (readonly [what: string, message: AirbyteMessage, most: number])[] = [
    ['a log line', { type: 'LOG', log: { level: 'INFO', message: long } }, maxTextBytes],
    ['a log line with a stack', { type: 'LOG', log: { level: 'INFO', message: '', stack_trace: long } }, maxStackBytes],
    ['a status', { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: long } }, maxTextBytes],
    ['an error', trace({ message: long }), maxTextBytes],
    ['an error with details', trace({ message: '', internal_message: long }), maxTextBytes],
    ['an error with a stack', trace({ message: '', stack_trace: long }), maxStackBytes],
  ];
  for (const [what, message, most] of cases) {
    test(`with a long text is cut in it, such as ${what}`, () => {
      const line = JSON.stringify(capped(message));
      assert.ok(line.length < most + 250 && line.length > most - 50, String(line.length));
      assert.match(line, /\(cut, 10000 bytes in all\)/u);
      assert.equal(capped(message).type, message.type);
    });
  }

  test('keeps every name, state and schema, however long', () => {
    const stream = { name: long };
    const kept: readonly AirbyteMessage[] = [
      { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: stream, stream_state: { at: long } } } },
      { type: 'CATALOG', catalog: { streams: [{ name: long, json_schema: {}, supported_sync_modes: [] }] } },
      trace({ message: 'short', stream_descriptor: stream }),
    ];
    for (const message of kept) assert.deepEqual(capped(message), message);
  });
});

function trace(error: Record<string, unknown> & { readonly message: string }): AirbyteMessage {
  return {
    type: 'TRACE',
    trace: { type: 'ERROR', emitted_at: 0, error: { failure_type: 'system_error', ...error } },
  };
}
