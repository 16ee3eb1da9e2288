// Lines of a tap that a target refuses, ignores, or cuts because they are too long.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TargetLines } from '@s3-connectors/common/singer/target-lines.ts';
import * as fc from 'fast-check';

import { activate, record, schema, send, state } from './target-input.ts';

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
    ['a schema with an invalid one inside', schema('a', [], { x: { items: 1 } }), /schema\.properties\.x\.items/u],
    ['a schema without a stream', '{"type":"SCHEMA","schema":{"properties":{}}}\n', /^Line 1 .* lacks stream/u],
    ['a state without a value', '{"type":"STATE"}\n', /STATE without a "value"/u],
    ['a batch', '{"type":"BATCH","stream":"a"}\n', /BATCH/u],
    ['a record whose type is in small letters', '{"type":"record","stream":"a","record":{}}\n', /"RECORD"/u],
    ['a version of an unknown stream', activate('a', 1), /without a SCHEMA/u],
    [
      'garbage',
      `${schema('a')}\n\ngarbage\n`,
      /^Line 4 of the input is not a message of the Singer protocol\. Correct the program that writes the input\.$/u,
    ],
    [
      'a state with what is no number',
      `${schema('a')}{"type":"STATE","value":{"n":NaN}}\n`,
      /^Line 2 of the input holds NaN or Infinity/u,
    ],
    [
      'half a line',
      `${schema('a')}{"type":"RECO`,
      /^Line 2 .* The input ended in the middle of it: look for the failure .*, and run again\.$/u,
    ],
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
