import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { readLines } from '@s3-connectors/common/protocol/lines.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { TargetLines } from '@s3-connectors/common/singer/target-lines.ts';
import { writeRuns } from '@s3-connectors/common/singer/target-runs.ts';
import * as fc from 'fast-check';

type Run = { readonly catalog: readonly ConfiguredStream[]; readonly lines: string[]; readonly tooLong: number[] };
type Sent = { readonly runs: readonly Run[]; readonly printed: readonly string[]; readonly error: unknown };

const now = /"emitted_at":\d{13}\}\}$/u;

const limits = { maxLineBytes: 100_000, outlineDepth: 2 };

/** A destination that gives each state back when it comes, and keeps what it was sent. */
async function send(input: string, target = new TargetLines(silentLog), chunk = input.length): Promise<Sent> {
  const runs: Run[] = [];
  const printed: string[] = [];
  async function* write(catalog: readonly ConfiguredStream[], lines: AsyncIterable<Uint8Array>) {
    const run: Run = { catalog, lines: [], tooLong: [] };
    runs.push(run);
    for await (const batch of readLines(lines, limits)) {
      if (batch.tooLong !== undefined) run.tooLong.push(batch.tooLong.size);
      for (const line of batch.bytes.toString().split('\n').slice(0, -1)) {
        run.lines.push(line);
        if (line.startsWith('{"type":"STATE"')) yield Buffer.from(`${line.slice(0, -2)},"more":1}}\n`);
      }
    }
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(input);
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  let error: unknown;
  try {
    for await (const line of writeRuns(target, readLines(chunks(), limits), write))
      printed.push(Buffer.from(line).toString());
  } catch (thrown) {
    error = thrown;
  }
  return { runs, printed, error };
}

function schema(stream: string, keys: readonly string[] = [], properties: object = {}): string {
  const message = { type: 'SCHEMA', stream, schema: { properties }, key_properties: keys };
  return `${JSON.stringify(message)}\n`;
}

function record(stream: string, row: string, more = ''): string {
  return `{"type":"RECORD","stream":"${stream}","record":${row}${more}}\n`;
}

const state = (value: string): string => `{"type":"STATE","value":${value}}\n`;
const activate = (stream: string, version: number): string =>
  `${JSON.stringify({ type: 'ACTIVATE_VERSION', stream, version })}\n`;

function withoutTime(line: string): string {
  return line.replaceAll(/"emitted_at":\d+/gu, '');
}

function names({ catalog }: Run): readonly string[] {
  return catalog.map(({ name }) => name);
}

suite('a target', () => {
  test('passes rows on unchanged, with their extraction time', async () => {
    const row = '{"id": 12345678901234567890,"x":1.10}';
    const { runs } = await send(schema('a') + record('a', row, ',"time_extracted":"2026-01-15T12:00:00.123456Z"'));
    const data = `{"type":"RECORD","record":{"stream":"a","data":${row},"emitted_at":1768478400123}}`;
    assert.deepEqual(runs[0]?.lines, [data]);
  });

  test('uses the current time for a record without an extraction time', async () => {
    const { runs } = await send(schema('a') + record('a', '{}') + record('a', '{}', ',"time_extracted":null'));
    for (const line of runs[0]?.lines ?? []) assert.match(line, now);
    assert.equal(runs[0]?.lines.length, 2);
  });

  test('prints the values of states, byte for byte', async () => {
    const value = '{"bookmarks": {"a": {"n": 1.0}}}';
    const { printed } = await send(schema('a') + record('a', '{}') + state(value));
    assert.deepEqual(printed, [`${value}\n`]);
  });

  test('prints a state before all records at once, and nothing without a state', async () => {
    assert.deepEqual((await send(state('{}') + schema('a') + state('[1]'))).printed, ['{}\n', '[1]\n']);
    assert.deepEqual((await send('')).printed, []);
  });

  test('begins a run with all known streams, and the next one for a record of another stream', async () => {
    const input = schema('a') + schema('b') + record('b', '{}') + schema('c') + record('a', '{}') + record('c', '{}');
    const { runs, printed } = await send(input + state('1'));
    assert.deepEqual(runs.map(names), [
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
    assert.deepEqual(
      runs.map(({ lines }) => lines.length),
      [2, 2],
    );
    assert.deepEqual(printed, ['1\n']);
  });

  test('begins no run for a known schema', async () => {
    const { runs } = await send(schema('a') + record('a', '{}') + schema('a') + record('a', '{}'));
    assert.equal(runs.length, 1);
  });

  test('begins a run for another schema of a stream', async () => {
    const wider = schema('a', [], { id: { type: 'integer' } });
    const { runs } = await send(schema('a') + record('a', '{}') + wider + state('1') + record('a', '{"id":1}'));
    assert.deepEqual(
      runs.map(({ catalog }) => catalog[0]?.jsonSchema),
      [{ properties: {} }, { properties: { id: { type: 'integer' } } }],
    );
  });

  test('finds the same rows and states however the input is cut', async () => {
    const input =
      schema('a', ['id']) + record('a', '{"id":1}') + state('1') + schema('é') + record('é', '{"t":"ü"}') + state('2');
    const whole = await send(input);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: input.length }), async (chunk) => {
        const cut = await send(input, new TargetLines(silentLog), chunk);
        assert.deepEqual(cut.printed, whole.printed);
        assert.deepEqual(
          cut.runs.map(({ lines }) => lines.map(withoutTime)),
          whole.runs.map(({ lines }) => lines.map(withoutTime)),
        );
      }),
      { numRuns: 50, seed: 14, endOnFailure: true },
    );
  });
});

test('a target passes on a record that is not an object for the destination to reject, and continues', async () => {
  const values = ['["x"]', '"x"', 'null', '5', '{"id":null}', undefined];
  const rows = fc.array(fc.constantFrom(...values), { maxLength: 12 });
  const property = fc.asyncProperty(rows, fc.boolean(), async (all, hasVersion) => {
    const version = hasVersion ? ',"version":5' : '';
    const lines = all.map((value) => {
      return value === undefined ? `{"type":"RECORD","stream":"a"${version}}\n` : record('a', value, version);
    });
    const input = schema('a', ['id']) + lines.join('') + state('1');
    const { runs, error, printed } = await send(input);
    assert.deepEqual([error, printed], [undefined, ['1\n']]);
    const handed = runs.flatMap((run) => run.lines).filter((line) => line.startsWith('{"type":"RECORD"'));
    assert.deepEqual(
      handed.map((line) => line.replace(now, '')),
      all.map((value) => `{"type":"RECORD","record":{"stream":"a","data":${value ?? 'null'},`),
    );
  });
  await fc.assert(property, { numRuns: 1000, seed: 17, endOnFailure: true });
});

suite('a version', () => {
  const first = record('a', '{"n":1}', ',"version":5');

  test('that was never activated causes a warning', async () => {
    const target = new TargetLines(silentLog);
    await send(schema('a') + first + activate('a', 5) + first, target);
    assert.match(
      target.streams.unreplaced().join(),
      /^The rows of "a" were appended: no ACTIVATE_VERSION came after them/u,
    );
  });

  test('that was activated after its records is complete', async () => {
    const target = new TargetLines(silentLog);
    const { runs } = await send(schema('a') + first + activate('a', 5), target);
    assert.match(runs[0]?.lines.at(-1) ?? '', /"STREAM_STATUS".*\{"name":"a"\},"status":"COMPLETE"/u);
    assert.deepEqual(target.streams.unreplaced(), []);
  });

  test('of a stream that an earlier run failed to write is not complete', async () => {
    const target = new TargetLines(silentLog);
    await send(schema('a') + first, target);
    target.streams.fail('a');
    const { runs } = await send(activate('a', 5), target);
    assert.deepEqual(runs, []);
    assert.match(target.streams.unreplaced().join(), /^The previous rows of "a" stay current: the run failed/u);
  });

  test('of another number begins another run', async () => {
    const { runs } = await send(schema('a') + first + record('a', '{}', ',"version":6') + record('a', '{}'));
    assert.equal(runs.length, 3);
  });
});

test('a target passes on records with NaN and Infinity unchanged, for write to count them', async () => {
  const row = '{ "n":NaN , "m":[-Infinity,"NaN"]}';
  const { runs, error } = await send(
    schema('a', ['n']) + record('a', row, ',"time_extracted":NaN') + record('a', 'NaN') + record('a', '-Infinity'),
  );
  assert.equal(error, undefined);
  const handed = runs.flatMap((run) => run.lines).filter((line) => line.startsWith('{"type":"RECORD"'));
  const head = '{"type":"RECORD","record":{"stream":"a","data":';
  assert.deepEqual(
    handed.map((line) => line.replace(now, '')),
    [`${head}${row},`, `${head}null,`, `${head}null,`],
  );
});

suite('a target refuses', () => {
  const refused: readonly (readonly [what: string, input: string, words: RegExp])[] = [
    ['a record before its schema', record('a', '{}'), /^Line 1 .* record of "a" without a SCHEMA before it/u],
    [
      'a record without its key property',
      schema('b', ['k']) + schema('a', ['id']) + record('a', '{"k":1}'),
      /^Line 3 .* of "a" without its key property "id"/u,
    ],
    ['a schema without properties', '{"type":"SCHEMA","stream":"a","schema":{}}\n', /^Line 1 .* no "properties"/u],
    ['a schema of no known type', schema('a', [], { x: { type: 'integr' } }), /schema\.properties\.x\.type/u],
    ['a schema that is none inside', schema('a', [], { x: { items: 1 } }), /schema\.properties\.x\.items/u],
    ['a schema without a stream', '{"type":"SCHEMA","schema":{"properties":{}}}\n', /^Line 1 .* lacks stream/u],
    ['a state without a value', '{"type":"STATE"}\n', /STATE without a "value"/u],
    ['a batch', '{"type":"BATCH","stream":"a"}\n', /BATCH/u],
    ['a record whose type is in small letters', '{"type":"record","stream":"a","record":{}}\n', /"RECORD"/u],
    ['a version of an unknown stream', activate('a', 1), /without a SCHEMA/u],
    ['garbage', `${schema('a')}\n\ngarbage\n`, /^Line 4 of the input is not a message of the Singer protocol\.$/u],
    [
      'a state with what is no number',
      `${schema('a')}{"type":"STATE","value":{"n":NaN}}\n`,
      /^Line 2 of the input holds NaN or Infinity/u,
    ],
    ['half a line', `${schema('a')}{"type":"RECO`, /^Line 2 .* The input ended in the middle of it\.$/u],
  ];
  for (const [what, input, words] of refused) {
    test(what, async () => {
      const { error } = await send(input);
      assert.ok(error instanceof Error);
      assert.match(error.message, words);
    });
  }

  test('a line only after it has passed on all lines before it', async () => {
    const { runs, printed, error } = await send(schema('a') + record('a', '{}') + state('1') + record('b', '{}'));
    assert.ok(error instanceof Error);
    assert.equal(runs[0]?.lines.length, 2);
    assert.deepEqual(printed, ['1\n']);
  });
});

test('a target ignores messages of unknown types, with one warning for each type', async () => {
  const said: string[] = [];
  const target = new TargetLines((level, message) => void said.push(`${level} ${message}`));
  const { error } = await send('{"type":"NOISE"}\n{"type":"NOISE"}\n{"type":"OTHER"}\n', target);
  assert.equal(error, undefined);
  assert.deepEqual(said.length, 2);
  assert.match(said[0] ?? '', /^WARN .*"NOISE"/u);
});

suite('a line of a tap that is too long', () => {
  const long = 'x'.repeat(300_000);

  test('reaches the destination as a record of its stream, as long and cut at the same limit, wherever it comes', async () => {
    const row = (id: number): string => record('a', `{"id":${id}}`);
    const tooLongRow = record('a', `{"id":2,"text":"${long}"}`, ',"version":1');
    const place = fc.record({ before: fc.nat(3), after: fc.nat(3), chunk: fc.integer({ min: 1000, max: 400_000 }) });
    const property = fc.asyncProperty(place, async ({ before, after, chunk }) => {
      const rows = [...Array(before).fill(row(1)), tooLongRow, ...Array(after).fill(row(3))];
      const { runs, error, printed } = await send(
        [schema('a', ['id']), ...rows, state('1')].join(''),
        undefined,
        chunk,
      );
      assert.equal(error, undefined);
      const lines = runs.flatMap((run) => run.lines);
      assert.deepEqual(
        lines.map(
          (line) => /^\{"type":"(?:RECORD","record":\{"stream":"a","data":\{.*"id":(\d)|STATE)/u.exec(line)?.[1],
        ),
        [...Array(before).fill('1'), '2', ...Array(after).fill('3'), undefined],
      );
      assert.deepEqual(
        runs.flatMap((run) => run.tooLong),
        [tooLongRow.length - 1],
      );
      assert.deepEqual(printed, ['1\n']);
    });
    await fc.assert(property, { numRuns: 100, seed: 14 });
  });

  test('ends the run if it is not a record, names no stream, or its stream has no SCHEMA', async () => {
    const hopeless = {
      state: state(`"${long}"`),
      nameless: `{"type":"RECORD","record":{"text":"${long}","stream":"a"}}\n`,
      stranger: record('b', `{"text":"${long}"}`),
    };
    for (const [what, line] of Object.entries(hopeless)) {
      const { error, printed } = await send(schema('a') + record('a', '{}') + state('1') + line + state('2'));
      assert.ok(error instanceof Error && error.message.startsWith('Line 4 of the input'), `${what}: ${String(error)}`);
      assert.deepEqual(printed, ['1\n'], what);
    }
  });
});
