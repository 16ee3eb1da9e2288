import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { RecordLines, type Included, type Message } from '../../../destination-s3-streaming/src/kafka/record-lines.ts';

const now = 1_796_021_069_309;

function message(value: Buffer | undefined, more: Partial<Message> = {}): Message {
  return { value, headerEntries: [], topic: 't', partition: 3, offset: 12n, timestamp: 1_796_021_000_000n, ...more };
}

function lineOf(value: Buffer | string, include: readonly Included[] = [], more: Partial<Message> = {}): string {
  const line = new RecordLines('st"ream', include).line(message(Buffer.from(value), more), now);
  return line?.toString() ?? '';
}

/** The `data` of the line, which must be one line and a RECORD of the stream. */
function dataOf(line: string): Readonly<Record<string, unknown>> {
  assert.equal(line.indexOf('\n'), line.length - 1);
  const { type, record } = JSON.parse(line) as {
    type: string;
    record: { stream: string; data: object; emitted_at: number };
  };
  assert.deepEqual([type, record.stream, record.emitted_at], ['RECORD', 'st"ream', now]);
  return { ...record.data };
}

function asObject(payload: Buffer): object | undefined {
  if (!isUtf8(payload)) return undefined;
  try {
    const json: unknown = JSON.parse(payload.toString());
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

const pieces = [
  '{',
  '}',
  '[',
  ']',
  '"a"',
  ':',
  ',',
  '1',
  ' ',
  '\n',
  '\r\n',
  '"data":',
  '"stream":"x"',
  '}}\n{',
  '\\',
  '"',
  '\u2028',
  'é',
  '\u0000',
  'NaN',
  '_kafka',
];
const object = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 });
const valid = fc
  .tuple(object, fc.constantFrom(undefined, 2, '\n\t'), fc.constantFrom('', ' ', '\n'))
  .map(([json, indent, edge]) => {
    return `${edge}${JSON.stringify(json, undefined, indent)}${edge}`;
  });
const damaged = fc.tuple(valid, fc.nat(), fc.constantFrom('', ...pieces)).map(([text, at, piece]) => {
  const place = at % (text.length + 1);
  return text.slice(0, place) + piece + text.slice(place + (piece === '' ? 1 : 0));
});
const payload = fc.oneof(
  fc
    .oneof(
      valid,
      damaged,
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
      fc.json(),
    )
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
);

suite('messages as RECORD lines', () => {
  test('are rows as they came, or kept as text, whatever the payload is', () => {
    const seen = { rows: 0, unreadable: 0 };
    fc.assert(
      fc.property(payload, fc.subarray(['key', 'headers', 'offset'] as const), (bytes, include) => {
        const expected = asObject(bytes);
        seen[expected === undefined ? 'unreadable' : 'rows'] += 1;
        const { _kafka, ...data } = dataOf(lineOf(bytes, include));
        assert.equal(_kafka === undefined, include.length === 0 && !(expected !== undefined && '_kafka' in expected));
        const { _kafka: _, ...row } = { ...(expected ?? { unreadable: bytes.toString() }) } as Record<string, unknown>;
        // An object with a member named __proto__ changes when it is spread.
        assert.deepEqual(JSON.parse(JSON.stringify(data)), JSON.parse(JSON.stringify(row)));
      }),
      { seed: 18, numRuns: 6000 },
    );
    assert.ok(seen.rows > 1000 && seen.unreadable > 1000, JSON.stringify(seen));
  });

  test('have the bytes of the payload, with spaces for line breaks between its tokens', () => {
    const line = lineOf('{"b": 1.50,\n  "a":"\\u00e9"}\n');
    assert.ok(line.includes('"data":{"b": 1.50,   "a":"\\u00e9"} ,"emitted_at":'));
  });

  test('are none for a tombstone, and one for a payload that is empty', () => {
    assert.equal(new RecordLines('s', []).line(message(undefined), now), undefined);
    assert.deepEqual(dataOf(lineOf('')), { unreadable: '' });
  });

  for (const payload of [
    '{}},"record":{"stream":"x","data":{}',
    '{"a":1},"stream":"other"',
    '{"a":1},"data":{"b":2}',
    '{"a":{"b":1}',
  ]) {
    test(`keep ${payload} as text, which would be JSON inside a line`, () => {
      assert.deepEqual(dataOf(lineOf(payload)), { unreadable: payload });
      assert.equal(dataOf(lineOf(payload, ['key']))['unreadable'], payload);
    });
  }

  test('have the key, the headers and the place on request', () => {
    const key = Buffer.from('k"1');
    const headerEntries = [
      [Buffer.from('trace'), Buffer.from('x')],
      [Buffer.from('trace'), Buffer.from([0xff])],
      [Buffer.from('none'), undefined],
    ] as const;
    const headers = [
      { name: 'trace', value: 'x' },
      { name: 'trace', value_base64: '/w==' },
      { name: 'none', value: null },
    ];
    const more = { key, headerEntries, offset: 2n ** 60n + 1n };
    assert.deepEqual(dataOf(lineOf('{"a":1}', ['key'], more)), { a: 1, _kafka: { key: 'k"1' } });
    assert.deepEqual(dataOf(lineOf('{ }', ['headers'], more)), { _kafka: { headers } });
    assert.ok(
      lineOf('{}', ['offset'], more).includes(
        '"topic":"t","partition":3,"offset":1152921504606846977,"timestamp":1796021000000}',
      ),
    );
    assert.deepEqual(dataOf(lineOf('no', ['key'], { key: Buffer.from([0xff]) })), {
      unreadable: 'no',
      _kafka: { key_base64: '/w==' },
    });
    assert.deepEqual(dataOf(lineOf('{}', ['key'])), { _kafka: { key: null } });
  });
});
