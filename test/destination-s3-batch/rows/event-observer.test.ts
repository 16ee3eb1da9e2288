// Raw events are noted in the shape of their table while their line is scanned. The model is a second walk over the rows that are
// made of them.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { NOT_JSON } from '@s3-connectors/common/json/json-bytes.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { skippingWalk } from '@s3-connectors/common/records/data-walk.ts';
import { emptyEnvelope, forgetFields } from '@s3-connectors/common/records/envelope.ts';
import { ownTime } from '@s3-connectors/common/records/record-times.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import * as fc from 'fast-check';
import { RowObserver } from '../../../destination-s3-batch/src/columns/observe/row-observer.ts';
import { seen, type Shape } from '../../../destination-s3-batch/src/columns/observe/shape.ts';
import { EventObserver } from '../../../destination-s3-batch/src/rows/event-observer.ts';
import { EventTables } from '../../../destination-s3-batch/src/rows/event-tables.ts';
import { eventRow } from '../../../destination-s3-batch/src/rows/published-rows.ts';
import { BatchTables } from '../../../destination-s3-batch/src/tables/table.ts';
import { anyRow, anyValue } from '../support/typed-rows.ts';

const fields = [
  'organization_id',
  'time',
  'event_id',
  'event_name',
  'user_id',
  'project_id',
  'segments',
  'cohorts',
  'properties',
];
const eventName = fields.indexOf('event_name');
const nowMs = Date.parse('2026-03-01');

/** What was seen of each value, by path. Nulls of the row are missing, because they are not written. */
function seenIn(shape: Shape, path = '', into: Record<string, unknown> = {}): Record<string, unknown> {
  const { counts, votes, rest, twins, usual, children, items } = shape;
  const kinds = Array.from(counts, (count, kind) => (kind === seen.nothing ? 0 : count));
  if (kinds.some((count) => count > 0) || rest > 0 || twins > 0) {
    into[path] = { kinds, votes: Array.from(votes?.counts ?? []), rest, twins, usual };
  }
  for (const child of children) seenIn(child, `${path}/${child.name}`, into);
  if (items !== undefined) seenIn(items, `${path}[]`, into);
  return into;
}

/** The BatchTables of events, and the path of a record into them. */
function eventTables() {
  const tables = new BatchTables(fields);
  const events = new EventTables({ prefix: 'p', stream: 0, descriptor: { name: 'events' }, tables, log: silentLog });
  const found = emptyEnvelope(fields.length);
  const out = new RowBuffer();
  const [own, other] = [false, true].map((isNamed) => eventRow(fields, { isNamed }));
  return {
    tables,
    found,
    /** Makes the row of the record that was walked. */
    make(bytes: Buffer) {
      const start = found.fieldStarts[eventName] as number;
      const name = start >= 0 && bytes[start] === 0x22 ? undefined : Buffer.from('"unnamed"');
      const table = name
        ? events.tableOf(name, 0, name.length)
        : events.tableOf(bytes, start, found.fieldEnds[eventName] as number);
      assert.ok(table);
      out.clear();
      const time = ownTime(bytes, found, fields.indexOf('time'), nowMs);
      const isPlainTime = (table === events.other ? other : own)?.(bytes, found, time, out) ?? false;
      return { table, row: { out, isPlainTime } };
    },
    events,
  };
}

const text = fc.constantFrom(
  '"x"',
  '"ü"',
  '"\\u00e9"',
  '"\\n"',
  '"2026-01-15T14:30:00Z"',
  '""',
  '"a longer text than others"',
);
const time = fc.constantFrom(
  '"1772323200000"',
  '1772323200000',
  '"2026-03-01T00:00:00.123456Z"',
  '"2026-03-01 00:00:00"',
  '"no"',
);
const eventNames = fc.constantFrom('"Pageview"', '"LinkClick"', '"Page\\u0076iew"', '"."', '5');
const usual: Readonly<Record<string, fc.Arbitrary<string>>> = {
  time,
  event_name: eventNames,
  segments: fc.array(fc.integer(), { maxLength: 4 }).map((codes) => JSON.stringify(codes)),
  cohorts: fc.array(text, { maxLength: 3 }).map((codes) => `[${codes.join(', ')}]`),
  properties: anyRow,
};
const blank = fc.constantFrom('', '', ' ', '\t ');
const member = fc.constantFrom(...fields, 'more', 'TIME').chain((name) => {
  const value = fc.oneof({ weight: 5, arbitrary: usual[name] ?? text }, { weight: 1, arbitrary: anyValue });
  const key = fc.constantFrom(JSON.stringify(name), JSON.stringify(name), JSON.stringify(name).replace('e', '\\u0065'));
  return fc.tuple(blank, key, blank, value, blank).map(([a, k, b, v, c]) => `${a}${k}${b}:${v}${c}`);
});
/** Members in any order, some omitted, some repeated, or in the order of the published type. */
const inOrder = fc
  .tuple(time, text, eventNames, usual['segments'] as fc.Arbitrary<string>, anyRow)
  .map(([at, id, name, segments, properties]) => {
    return `{"time":${at},"event_id":${id},"event_name":${name},"segments":${segments},"properties":${properties}}`;
  });
const anyOrder = fc.array(member, { maxLength: 12 }).map((members) => `{${members.join(',')}}`);
/** `cut`: the number of missing bytes at the end, so that it is not JSON. `isKept`: it is not rejected. */
const record = fc.record({
  row: fc.oneof(inOrder, anyOrder),
  cut: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) }),
  isKept: fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

suite('raw events that are noted while they are scanned', () => {
  test('leave in the shapes of their tables what their rows leave, and mark the same rows (1,000 inputs)', () => {
    let notedEarly = 0;
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 30 }), (records) => {
        const [fast, slow] = [eventTables(), eventTables()];
        const observer = new EventObserver(fields);
        const model = new RowObserver();
        const skip = skippingWalk(fields);
        for (const { row, cut, isKept } of records) {
          const bytes = Buffer.from(`${row.slice(0, Math.max(1, row.length - cut))}\n`);
          forgetFields(fast.found);
          forgetFields(slow.found);
          const end = observer.walk(fast.events, bytes, 0, fast.found);
          slow.found.dataStart = fast.found.dataStart = 0;
          assert.equal(end, skip(bytes, 0, slow.found), row);
          if (end === NOT_JSON || !isKept) {
            observer.forget();
            continue;
          }
          assert.deepEqual(fast.found, slow.found);
          const [made, expected] = [fast.make(bytes), slow.make(bytes)];
          assert.equal(made.row.out.bytes.toString(), expected.row.out.bytes.toString());
          assert.equal(made.table.name, expected.table.name);
          const isUnusual = observer.accept(made.table, bytes, fast.found, made.row);
          const line = Buffer.concat([expected.row.out.bytes, Buffer.from('\n')]);
          assert.ok(expected.table.shape);
          const isExpected = model.accept(expected.table.shape, line, 0);
          // A row that repeats a field may be marked because of the value that does not count.
          assert.ok(isUnusual || !isExpected, row);
          if (isUnusual === isExpected) notedEarly += 1;
        }
        const shapes = ({ tables }: typeof fast) => tables.all.map(({ name, shape }) => [name, shape && seenIn(shape)]);
        assert.deepEqual(shapes(fast), shapes(slow));
      }),
      { numRuns: 1000 },
    );
    assert.ok(notedEarly > 5000);
  });
});
