import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { TargetLines } from '@s3-connectors/common/singer/target-lines.ts';
import * as fc from 'fast-check';

import { activate, names, now, record, schema, send, state, withoutTime } from './target-input.ts';

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

  test('understands an extraction time in the same way in every time zone of the machine (1,000 times)', async () => {
    const forms = [
      (iso: string) => iso,
      (iso: string) => iso.slice(0, -1),
      (iso: string) => iso.replace('T', ' ').replace('Z', '000+00:00'),
      (iso: string) => iso.replace(':', String.raw`\u003a`),
    ];
    const range = { min: new Date('2000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true };
    const time = fc.tuple(fc.date(range), fc.constantFrom(...forms));
    await inZone('America/New_York', async () => {
      const property = fc.asyncProperty(fc.array(time, { minLength: 10, maxLength: 10 }), async (times) => {
        const lines = times.map(([date, form]) => {
          return record('a', '{}', `,"time_extracted":"${form(date.toISOString())}"`);
        });
        const { runs } = await send(schema('a') + lines.join(''));
        assert.deepEqual(
          runs[0]?.lines.map(emittedAt),
          times.map(([date]) => date.getTime()),
        );
      });
      await fc.assert(property, { seed: 1, numRuns: 100 });
    });
  });

  test('uses the current time for an extraction time that is not a time, or is before the year 2000', async () => {
    const texts = ['"page 7"', '"May 1"', '[2026]', '{"a":1}', 'true', '""', '"1970-02-01T00:00:00Z"', '"0000-01-01"'];
    const lines = texts.map((text) => record('a', '{}', `,"time_extracted":${text}`));
    const started = Date.now();
    const { runs } = await send(schema('a') + lines.join(''));
    const emitted = runs[0]?.lines.map(emittedAt) ?? [];
    assert.equal(emitted.length, texts.length);
    assert.ok(
      emitted.every((ms) => ms >= started && ms <= Date.now()),
      JSON.stringify(emitted),
    );
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

function emittedAt(line: string): number {
  return Number(/"emitted_at":(-?\d+)/u.exec(line)?.[1]);
}

async function inZone(zone: string, run: () => Promise<void>): Promise<void> {
  const { TZ: previous } = process.env;
  process.env['TZ'] = zone;
  try {
    await run();
  } finally {
    if (previous === undefined) delete process.env['TZ'];
    else process.env['TZ'] = previous;
  }
}
