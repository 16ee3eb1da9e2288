// Changes at the ends of lines: counted by field, and removed if a frame does not have them.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import {
  airbyteFrame,
  changesText,
  withChanges,
  type RecordFrame,
  singerFrame,
} from '@s3-connectors/common/protocol/record-frame.ts';

import * as fc from 'fast-check';

import { lineChanges } from '../../../source-s3/src/records/line-changes.ts';

type Row = { readonly data: string; readonly fields: readonly string[] };

const field = fc.constantFrom('a', 'b.c', 'é', '"},{"field":"x"', '],"meta":{"changes":[', '}}}\\n');
const row: fc.Arbitrary<Row> = fc.record({
  data: fc.constantFrom(
    '"a":1',
    '"s":"]}}}"',
    '"meta":{"changes":[{"field":"a"}]}',
    '"é":"\\n]}}}\\n"',
    '"l":[[1]],"x":{"y":{}}',
    '"z":"é日"',
  ),
  fields: fc.uniqueArray(field, { maxLength: 3 }),
});

function lineOf({ data, fields }: Row, frame: RecordFrame): string {
  const changed = changesText({ ...frame, tellsChanges: true }, fields);
  return `${frame.start}${data}${frame.end(1)}${fields.length > 0 ? changed : frame.unchanged}${frame.close}\n`;
}

const frames: Readonly<Record<string, RecordFrame>> = {
  Airbyte: airbyteFrame({ name: 't' }),
  'Airbyte with what is null in all rows': withChanges(airbyteFrame({ name: 't' }), ['day', 'a']),
  Singer: singerFrame('t', 1),
};

suite('changes in lines', () => {
  for (const [name, frame] of Object.entries(frames)) {
    test(`are counted by field, and the lines are what their frame tells, as ${name}`, () => {
      fc.assert(
        fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
          const bytes = Buffer.from(rows.map((one) => lineOf(one, frame)).join(''));
          const { lines, nulled } = lineChanges(frame)({ bytes, rows: rows.length });
          const told = frame.tellsChanges ? rows : rows.map((one) => ({ ...one, fields: [] }));
          assert.equal(lines.bytes.toString(), told.map((one) => lineOf(one, frame)).join(''));
          assert.equal(lines.rows, rows.length);
          const expected = new Map<string, number>();
          for (const own of rows.flatMap(({ fields }) => fields)) expected.set(own, (expected.get(own) ?? 0) + 1);
          assert.deepEqual(new Map(nulled.map((count) => [count.field, count.rows])), expected);
        }),
        { numRuns: 3000, seed: 16 },
      );
    });
  }
});
