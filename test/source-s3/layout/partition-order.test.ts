// How values of partitions compare.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { comparePartitions, meets, refinesTime } from '../../../source-s3/src/layout/partition-order.ts';
import type { DeclaredType } from '../../../source-s3/src/layout/declared-column.ts';

suite('a value is between bounds, both included', () => {
  type Case = readonly [
    type: DeclaredType,
    from: string | undefined,
    to: string | undefined,
    inside: string,
    outside: string,
  ];
  const cases: readonly Case[] = [
    ['string', 'b', 'c', 'c', 'ca'],
    ['string', '2026-01', undefined, '2026-01-15', '2025-12-31'],
    ['string', '1', '3', '10', '4'],
    ['integer', '9', '10', '010', '11'],
    ['integer', '9007199254740993', '9007199254740993', '9007199254740993', '9007199254740992'],
    ['number', '0.5', '1e2', '100', '100.5'],
    ['boolean', 'true', undefined, 'TRUE', 'false'],
    ['date', '2026-01-31', '2026-02-01', '2026-02-01', '2026-02-02'],
    ['timestamp', '2026-01-15T12:00:00+02:00', undefined, '2026-01-15 10:00', '2026-01-15T09:59:59.999999Z'],
    ['timestamp', undefined, '2026-01-15T12:00:00.5Z', '2026-01-15T12:00:00.500Z', '2026-01-15T12:00:00.5000001Z'],
  ];
  for (const [type, from, to, inside, outside] of cases) {
    test(`${type} ${from ?? ''} … ${to ?? ''}: ${inside}, but not ${outside}`, () => {
      const judged = [inside, outside].map((value) =>
        meets({ column: 'c', from: value, to: value }, { from, to }, type, 'k'),
      );
      assert.deepEqual(judged, [true, false]);
    });
  }

  test('and one that does not fit its type is named with its folder', () => {
    assert.throws(
      () => meets({ column: 'day', from: 'soon', to: 'soon' }, { from: '2026-01-01' }, 'date', 'lake/t/day=soon/'),
      { code: 'PARTITION_VALUE_INVALID', message: /"day=soon" of "lake\/t\/day=soon\/"/u },
    );
  });
});

suite('the newest partition is the last', () => {
  const cases: readonly (readonly [type: DeclaredType, sorted: readonly (string | null)[]])[] = [
    ['string', [null, '2025-12-31', '2026-1-9', '2026-1-10']],
    ['string', ['9', '10', 'v1', 'v1.2', 'v1.10', 'v2']],
    ['integer', [null, '-5', '3', '20']],
    ['timestamp', ['2026-01-15T12:00:00+02:00', '2026-01-15T11:00:00Z']],
  ];
  for (const [type, sorted] of cases) {
    test(`${type}: ${sorted.join(' < ')}`, () => {
      const values = sorted.map((value) => ({ column: 'c', value }));
      assert.deepEqual(
        values.toReversed().toSorted((a, b) => comparePartitions(a, b, type, 'k')),
        values,
      );
    });
  }

  test('of values that are equal as numbers none is', () => {
    assert.equal(comparePartitions({ column: 'm', value: '1' }, { column: 'm', value: '01' }, 'string', 'k'), 0);
  });
});

test('columns of time cut a partition further, from coarse to fine, other columns do not', () => {
  const cases: readonly (readonly [readonly string[], string, boolean])[] = [
    [[], 'country', true],
    [['year'], 'Month', true],
    [['year', 'month'], 'day', true],
    [['year', 'month', 'day'], 'hour', true],
    [['dt'], 'hour', true],
    [['date'], 'country', false],
    [['country'], 'date', false],
    [['month'], 'year', false],
    [['day'], 'date', false],
  ];
  for (const [columns, next, expected] of cases)
    assert.equal(refinesTime(columns, next), expected, `${columns.join()} ${next}`);
});
