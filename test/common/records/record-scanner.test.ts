import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { createRecordScanner } from '@s3-connectors/common/records/record-scanner.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

const fields = ['time', 'at'];
const scanner = createRecordScanner(fields);

type Found = {
  readonly kind: string;
  readonly stream?: unknown;
  readonly namespace?: unknown;
  /** The slice, or its value. */
  readonly data?: unknown;
  readonly emittedAt?: unknown;
  readonly fields?: readonly unknown[];
};

function scan(line: string | Buffer): Found {
  const text = typeof line === 'string' ? Buffer.from(line) : line;
  const bytes = Buffer.concat([Buffer.from('before\n'), text, Buffer.from('\nafter')]);
  const kind = scanner.scan(bytes, 7, 7 + text.length);
  if (kind !== 'record') return { kind };
  const found = scanner.envelope;
  const slice = (start: number, end: number): string => bytes.toString('utf8', start, end);
  const value = (start: number, end: number): unknown => (start < 0 ? undefined : parseJson(slice(start, end)));
  return {
    kind,
    stream: value(found.streamStart, found.streamEnd),
    namespace: value(found.namespaceStart, found.namespaceEnd),
    data: slice(found.dataStart, found.dataEnd),
    emittedAt: value(found.emittedAtStart, found.emittedAtEnd),
    fields: fields.map((_, index) => value(found.fieldStarts[index] ?? -1, found.fieldEnds[index] ?? -1)),
  };
}

/** What a connector that parses each line would find. */
function parseInstead(line: string): Found {
  const message: unknown = tryParse(line);
  if (!isObject(message) || typeof message['type'] !== 'string') return { kind: 'malformed' };
  if (message['type'] === 'STATE') return { kind: 'state' };
  if (message['type'] !== 'RECORD') return { kind: 'other' };
  const record = message['record'];
  if (!isObject(record) || typeof record['stream'] !== 'string') return { kind: 'malformed' };
  if (!isObject(record['data'])) return { kind: 'dataless' };
  const data = record['data'];
  return {
    kind: 'record',
    stream: record['stream'],
    namespace: record['namespace'],
    data,
    emittedAt: record['emitted_at'],
    fields: fields.map((field) => (Object.hasOwn(data, field) ? data[field] : undefined)),
  };
}

/** With the value of `data` instead of its slice. */
function parsed(found: Found): Found {
  return typeof found.data === 'string' ? { ...found, data: parseJson(found.data) } : found;
}

function tryParse(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

suite('scanning a line', () => {
  test('finds the parts of a RECORD and leaves the data as it is', () => {
    const data = '{"n":12345678901234567890,"d":1.10,"s":"\\u00e9é","time":"1665851625945"}';
    const line = `{"type":"RECORD","record":{"stream":"events","data":${data},"emitted_at":1665851625945}}`;
    assert.deepEqual(scan(line), {
      kind: 'record',
      stream: 'events',
      namespace: undefined,
      data,
      emittedAt: 1665851625945,
      fields: ['1665851625945', undefined],
    });
  });

  test('takes PyAirbyte’s explicit nulls and keys in any order, with white space', () => {
    const record =
      '"record" : { "data":{"at":1, "x":{"time":2}} ,"emitted_at":1665851625,"meta":null,"namespace":null,"stream":"s" }';
    const line = ` {"log":null,"state":null, ${record},"trace":null,"type" : "RECORD" } \r`;
    assert.deepEqual(scan(line), {
      kind: 'record',
      stream: 's',
      namespace: null,
      data: '{"at":1, "x":{"time":2}}',
      emittedAt: 1665851625,
      fields: [undefined, 1],
    });
  });

  test('lets the last of two equal keys count, as JSON.parse does', () => {
    const line =
      '{"type":"STATE","record":{"stream":"a","data":{"time":1},"emitted_at":1},"record":{"stream":"a","stream":"b","data":{"time":1},"data":{"at":2,"at":3}},"t\\u0079pe":"RECORD"}';
    assert.deepEqual(scan(line), {
      kind: 'record',
      stream: 'b',
      namespace: undefined,
      data: '{"at":2,"at":3}',
      emittedAt: undefined,
      fields: [undefined, 3],
    });
    assert.equal(scan('{"type":"RECORD","record":{"stream":"a","data":{}},"record":null}').kind, 'malformed');
    assert.equal(scan('{"type":"RECORD","record":{"stream":"a","data":{},"data":[]}}').kind, 'dataless');
  });

  const kinds = [
    ['{"type":"STATE","state":{}}', 'state'],
    ['{"type":"TRACE","trace":{"emitted_at":1.5}}', 'other'],
    ['{"type":"SOMETHING_NEW"}', 'other'],
    ['{"type":"REC\\u004fRD","record":{"stream":"a","data":{}}}', 'record'],
    ['{"type":"RECORD"}', 'malformed'],
    ['{"type":"RECORD","record":{"data":{}}}', 'malformed'],
    ['{"type":"RECORD","record":{"stream":7,"data":{}}}', 'malformed'],
    ['{"type":"RECORD","record":{"stream":"a"}}', 'dataless'],
    ['{"type":"RECORD","record":{"stream":"a","data":null}}', 'dataless'],
    ['{"type":7}', 'malformed'],
    ['{}', 'malformed'],
    ['[]', 'malformed'],
    ['"RECORD"', 'malformed'],
    ['garbage', 'malformed'],
    ['', 'malformed'],
    ['{"type":"RECORD","record":{"stream":"a","data":{}}} x', 'malformed'],
    ['{"type":"RECORD","record":{"stream":"a","data":{}}', 'malformed'],
    ['{"type":"RECORD","record":{"stream":"a","data":{"x":1,}}}', 'malformed'],
  ] as const;
  for (const [line, kind] of kinds) {
    test(`calls ${line === '' ? 'an empty line' : line} ${kind}`, () => {
      assert.equal(scan(line).kind, kind);
    });
  }

  const key = fc.constantFrom('time', 'at', 'x', 'stream', 'data', 'é', '__proto__');
  const data = fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.constant('1665851625945')));
  const record = fc.record(
    { stream: fc.string(), namespace: fc.option(fc.string()), data, emitted_at: fc.integer(), extra: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const message = fc.record(
    {
      type: fc.constantFrom('RECORD', 'RECORD', 'STATE', 'LOG', 5),
      record,
      state: fc.constant(null),
      more: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );

  test('finds what a parser finds in any message', () => {
    fc.assert(
      fc.property(message, (value) => {
        const line = JSON.stringify(value);
        assert.deepEqual(parsed(scan(line)), parseInstead(line));
      }),
      { numRuns: 2000 },
    );
  });

  test('finds what a parser finds in any damaged message', () => {
    const damage = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 2 }),
      add: fc.constantFrom('', '"', ',', '}', '{', ']', '\\', '5', ' '),
    });
    fc.assert(
      fc.property(message, damage, (value, { at, remove, add }) => {
        const whole = JSON.stringify(value);
        const from = at % (whole.length + 1);
        const line = whole.slice(0, from) + add + whole.slice(from + remove);
        assert.deepEqual(parsed(scan(line)), parseInstead(line), line);
      }),
      { numRuns: 5000 },
    );
  });
});

suite('scanning a line of a Singer tap', () => {
  const singer = createRecordScanner(fields, 'singer');

  function scanSinger(line: string): Found & { readonly version?: unknown } {
    const bytes = Buffer.from(`before\n${line}\nafter`);
    const kind = singer.scan(bytes, 7, bytes.length - 6);
    const found = singer.envelope;
    const text = (start: number, end: number): string | undefined =>
      start < 0 ? undefined : bytes.toString('utf8', start, end);
    return {
      kind,
      stream: text(found.streamStart, found.streamEnd),
      data: text(found.dataStart, found.dataEnd),
      emittedAt: text(found.emittedAtStart, found.emittedAtEnd),
      version: text(found.versionStart, found.versionEnd),
      fields: fields.map((_, index) => text(found.fieldStarts[index] ?? -1, found.fieldEnds[index] ?? -1)),
    };
  }

  test('finds the parts of a record wherever they stand', () => {
    const record = '"record": {"at": [1], "x":1.10, "time":"t"}';
    const found = {
      kind: 'record',
      stream: '"s"',
      data: '{"at": [1], "x":1.10, "time":"t"}',
      emittedAt: '"2026-01-15T12:00:00Z"',
      version: '7',
      fields: ['"t"', '[1]'],
    };
    const rest = '"time_extracted": "2026-01-15T12:00:00Z", "version":7';
    assert.deepEqual(scanSinger(`{"type": "RECORD", "stream": "s", ${record}, ${rest}}`), found);
    assert.deepEqual(scanSinger(`{${rest}, "more": {"record":{}}, ${record}, "stream":"s", "type":"RECORD"}`), found);
  });

  test('forgets the parts of the line before', () => {
    scanSinger('{"type":"RECORD","stream":"s","record":{"time":1},"version":1,"time_extracted":"t"}');
    const { version, emittedAt, fields: none } = scanSinger('{"type":"RECORD","stream":"s","record":{}}');
    assert.deepEqual([version, emittedAt, none], [undefined, undefined, [undefined, undefined]]);
  });

  for (const [line, kind] of [
    ['{"type":"STATE","value":1}', 'state'],
    ['{"type":"SCHEMA","stream":"s","schema":{}}', 'other'],
    ['{"type":"RECORD","stream":"s"}', 'dataless'],
    ['{"type":"RECORD","record":{}}', 'malformed'],
    ['{"type":"RECORD","stream":"s","record":[]}', 'dataless'],
    ['{"type":"RECORD","stream":"s","record":{"a":}}', 'malformed'],
    ['{"type":"RECORD","record":{"stream":"s","data":{}}}', 'malformed'],
  ] as const) {
    test(`calls ${line} ${kind}`, () => assert.equal(scanSinger(line).kind, kind));
  }
});
