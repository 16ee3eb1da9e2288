// Objects that name a member twice: each such row is suspected whatever rows came before, and its last values alone stay.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { withLastValues } from '@s3-connectors/common/records/last-values.ts';
import { createRecordScanner } from '@s3-connectors/common/records/record-scanner.ts';
import { repeatsSuspected } from '@s3-connectors/common/records/repeated-keys.ts';

import * as fc from 'fast-check';

/** A JSON text whose objects may name members twice, and whether one does. */
type Text = { readonly text: string; readonly repeats: boolean };

const { object } = fc.letrec<{ value: Text; object: Text; list: Text }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('1', '"a"', 'null').map((text) => ({ text, repeats: false })),
    tie('object'),
    tie('list'),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom('a', 'b', '\\u0061', 'long_name_of_a_member', 'ü', '\\u00fc'), tie('value')), {
      maxLength: 4,
    })
    .map((members) => {
      const names = members.map(([key]) => parseJson(`"${key}"`));
      return {
        text: `{${members.map(([key, { text }]) => `"${key}":${text}`).join()}}`,
        repeats: new Set(names).size < names.length || members.some(([, { repeats }]) => repeats),
      };
    }),
  list: fc.array(tie('value'), { maxLength: 3 }).map((items) => ({
    text: `[${items.map(({ text }) => text).join()}]`,
    repeats: items.some(({ repeats }) => repeats),
  })),
}));

suite('a name that an object has twice', () => {
  test('is suspected in every row that has one, and leaves the last value, as JSON.parse does (5,000 rows of one scanner)', () => {
    const scanner = createRecordScanner([]);
    let suspectedFalsely = 0;
    for (const { text, repeats } of fc.sample(object, { seed: 20_261_130, numRuns: 5000 })) {
      const line = Buffer.from(`{"type":"RECORD","record":{"stream":"s","data":${text},"emitted_at":1}}\n`);
      const before = repeatsSuspected;
      assert.equal(scanner.scan(line, 0, line.length - 1), 'record');
      const isSuspected = repeatsSuspected !== before;
      assert.ok(isSuspected || !repeats, text);
      const { dataStart } = scanner.envelope;
      const stored = withLastValues(line, { start: 0, end: line.length - 1, value: dataStart }, () => undefined);
      assert.equal(stored !== undefined, repeats, text);
      assert.deepEqual(parseJson((stored ?? line).toString()), parseJson(line.toString()));
      if (stored !== undefined)
        assert.equal(
          withLastValues(stored, { start: 0, end: stored.length - 1, value: dataStart }, () => undefined),
          undefined,
        );
      if (isSuspected && !repeats) suspectedFalsely += 1;
    }
    assert.ok(suspectedFalsely < 1000, String(suspectedFalsely));
  });
});
