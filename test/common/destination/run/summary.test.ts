import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sentenceOf, Tally } from '@s3-connectors/common/destination/run/summary.ts';
import { maxTextBytes } from '@s3-connectors/common/protocol/capped.ts';
import { oneLine } from '@s3-connectors/common/protocol/text/text.ts';
import * as fc from 'fast-check';

const none = {
  rejected: 0,
  untimed: 0,
  invalid: 0,
  late: 0,
  early: 0,
  nulled: 0,
  repairedTexts: 0,
  repeatedKeys: 0,
  outOfRange: 0,
  files: 0,
  storedBytes: 0,
};
const figures = { records: 5000, states: 1, bytes: 1, ...none };

type Summary = { readonly rows: number; readonly tables: readonly object[]; readonly more_tables?: number };

test('a summary counts one of anything in the singular, and several in the plural', () => {
  const counts = [
    'untimed',
    'invalid',
    'nulled',
    'repairedTexts',
    'repeatedKeys',
    'outOfRange',
    'rejected',
    'late',
    'early',
  ];
  const all = (count: number): string => {
    const each = Object.fromEntries(counts.map((name) => [name, count]));
    const late = { maxLatenessMs: count * 3_600_000, policy: 'own_partition' } as const;
    return sentenceOf({ ...figures, ...each, records: count, states: count, files: count }, { late });
  };
  assert.match(all(1), /^1 record and 1 state read \(.*\); 1 file stored/u);
  assert.doesNotMatch(all(1), /\b1 (?:[a-z]+s|halves|were|are|[a-z]+ (?:were|are))\b/u);
  assert.match(all(1), / 1 record had no valid time and is placed by emitted_at\. 1 record breaks its schema/u);
  assert.match(all(2), / 2 records had no valid time and are placed by emitted_at\. 2 records break their schema/u);
});

test('a summary reports what became of the records of a backfill, in the terms of its policy', () => {
  const places = {
    own_partition: 'in the hour of the event',
    current_hour: 'in the hour of arrival',
    dead_letter: 'below _rejected/',
  };
  for (const [policy, place] of Object.entries(places) as [keyof typeof places, string][]) {
    const late = { maxLatenessMs: 48 * 3_600_000, policy };
    const text = sentenceOf({ ...figures, late: 3_000_000 }, { late });
    assert.ok(text.endsWith(`. 3,000,000 records are more than 48 hours old and are stored ${place}.`), text);
  }
});

test('a summary is one message of valid JSON, however many tables there are, and counts those it does not show', () => {
  for (const count of [1, 3, 5000]) {
    const tally = new Tally();
    for (let index = 0; index < count; index++) {
      tally.replaced(`table_${index}`, { rows: 1, bytes: 1, files: 1, deletedFiles: 0, burstSeconds: 0 });
    }
    const line = tally.json(figures, 1);
    const { rows, tables, more_tables: more = 0 } = JSON.parse(line) as Summary;
    assert.ok(Buffer.byteLength(line) <= maxTextBytes, String(line.length));
    assert.deepEqual([rows, tables.length + more], [count, count]);
    assert.ok(tables.length >= Math.min(count, 10));
  }
});

test('a summary stays valid JSON in the log, whatever the names of tables, streams and fields (1,000 cases)', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u{202e}', '\u{7f}\u{9b}', '\u{2028}', '\ud83d'),
  );
  const property = fc.property(name, name, (table, field) => {
    const tally = new Tally();
    const counts = new Map([[field, 1]]);
    tally.add({ name: table, isRejected: false }, { rows: 1, size: 1 });
    const repairs = { label: table, nulled: counts, repairedTexts: counts, repeatedKeys: counts, outOfRange: counts };
    const { tables, streams } = JSON.parse(oneLine(tally.json(figures, 1, [repairs]))) as {
      readonly tables: readonly { readonly table: string }[];
      readonly streams: readonly { readonly stream: string; readonly nulled: object }[];
    };
    const stream = streams[0];
    assert.deepEqual([tables[0]?.table, stream?.stream, Object.keys(stream?.nulled ?? {})], [table, table, [field]]);
  });
  fc.assert(property, { seed: 1, numRuns: 1000 });
});

test('a summary names the fields of values that are not as they came, and the sum of those that do not fit', () => {
  for (const count of [2, 50, 5000]) {
    const fields = (head: string) => new Map(Array.from({ length: count }, (_, index) => [`${head}_${index}`, 1]));
    const tally = new Tally();
    tally.values('visits', { misfits: fields('m'), cut: fields('c'), coerced: new Map() });
    const none = new Map<string, number>();
    const repairs = { label: 'visits', nulled: fields('n'), repairedTexts: none, repeatedKeys: none, outOfRange: none };
    const line = tally.json({ ...figures, nulled: count }, 1, [repairs]);
    assert.ok(Buffer.byteLength(line) <= maxTextBytes, String(line.length));
    type Counts = Readonly<Record<string, number>>;
    const summary = JSON.parse(line) as {
      readonly misfit_values: number;
      readonly tables: readonly { readonly misfits: Counts; readonly cut: Counts; readonly coerced?: Counts }[];
      readonly streams: readonly { readonly stream: string; readonly nulled: Counts }[];
    };
    assert.equal(summary.misfit_values, count);
    const sum = (counts: Counts = {}): number => Object.values(counts).reduce((all, one) => all + one, 0);
    const [table, stream] = [summary.tables[0], summary.streams[0]];
    assert.deepEqual(
      [sum(table?.misfits), sum(table?.cut), table?.coerced, sum(stream?.nulled)],
      [count, count, undefined, count],
    );
    assert.equal(table?.misfits['*'] === undefined, count < 5000);
  }
});
