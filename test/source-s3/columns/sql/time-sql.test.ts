// Texts of times in a column that is stored as a dictionary. The engine makes some of them for each entry of the dictionary, also for
// entries that the guards of a CASE exclude.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { columnJsonSql } from '../../../../source-s3/src/columns/sql/value-sql.ts';
import { dateText, timestampText, timeText, type TimeText } from '../../../../source-s3/src/columns/sql/time-sql.ts';
import { openEngine } from '../../../../source-s3/src/engine/engine.ts';
import { parquet } from '../../../support/parquet.ts';
import { temporaryFolder } from '../../../support/temp-folder.ts';

const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];
const border = -9_223_372_022_400_000_000n; // The first timestamp that the engine can write.
const day = 86_400_000_000_000n; // In nanoseconds.

function near(...limits: readonly bigint[]): fc.Arbitrary<bigint> {
  const close = limits.map((limit) => {
    const [min, max] = [limit - 2n, limit + 2n];
    return fc.bigInt({ min: min < least ? least : min, max: max > greatest ? greatest : max });
  });
  return fc.oneof(...close, fc.bigInt({ min: least, max: greatest }));
}

function timestampOf(count: bigint, unit: '' | '_ns'): string {
  if (count === greatest) return `'infinity'::TIMESTAMP${unit}`;
  return count <= least + 1n ? `'-infinity'::TIMESTAMP${unit}` : `make_timestamp${unit}(${count})`;
}

const stored = {
  'local timestamp': { kind: 'timestamp', utc: false, nanoseconds: false },
  'timestamp in nanoseconds': { kind: 'timestamp', utc: false, nanoseconds: true },
  date: { kind: 'date' },
} as const;

/** `value`: SQL of the stored value of a count. */
const types: Record<string, { value: (count: bigint) => string; text: TimeText; count: fc.Arbitrary<bigint> }> = {
  'local timestamp': {
    value: (count) => timestampOf(count, ''),
    text: timestampText('v', stored['local timestamp']),
    count: near(least, border, 0n, greatest),
  },
  'timestamp in nanoseconds': {
    value: (count) => timestampOf(count, '_ns'),
    text: timestampText('v', stored['timestamp in nanoseconds']),
    count: near(least, 0n, greatest),
  },
  'time in nanoseconds': {
    value: (count) => `'${count}'::BIGINT`,
    text: timeText('v', { kind: 'time', as: 'nanoseconds' }),
    count: fc.oneof(near(least, 0n, day, greatest), fc.bigInt({ min: 0n, max: day })),
  },
  date: {
    value: (count) => `DATE '1970-01-01' + (${count % 2_000_000_000n})`,
    text: dateText('v'),
    count: near(0n, greatest),
  },
};

const casts: readonly (readonly [from: keyof typeof stored, to: ColumnType])[] = [
  ['local timestamp', { kind: 'date' }],
  ['local timestamp', { kind: 'timestamp', utc: true }],
  ['timestamp in nanoseconds', { kind: 'date' }],
  ['timestamp in nanoseconds', { kind: 'timestamp', utc: true }],
  ['date', { kind: 'timestamp', utc: false }],
  ['date', { kind: 'timestamp', utc: true }],
];
for (const [from, to] of casts) {
  const { json, losses } = columnJsonSql('v', stored[from], { name: 'v', type: to });
  const text = { sql: json, lost: losses.map(({ condition }) => condition).join(' OR ') };
  types[`${from} as ${JSON.stringify(to)}`] = { ...(types[from] ?? assert.fail()), text };
}

suite('the texts of times in a dictionary are those of the same times alone', () => {
  for (const [name, { value, text, count }] of Object.entries(types)) {
    test(name, async () => {
      const counts = fc.sample(count, { numRuns: 1000, seed: 21 });
      const values = `SELECT n, v FROM (VALUES ${counts.map((one, index) => `(${index}, ${value(one)})`).join(', ')}) t(n, v)`;
      const body = await parquet(`SELECT n, v FROM (${values}), range(20) ORDER BY n`, 'DICTIONARY_SIZE_LIMIT 100000');
      await using folder = await temporaryFolder();
      await using engine = await openEngine(folder, 64 * 1024 * 1024);
      const path = join(folder.path, 'a.parquet');
      await writeFile(path, body);
      const found = (from: string): ReturnType<typeof engine.rows> => {
        const forms = `${text.sql} AS text, ${text.json ?? 'NULL'} AS json, ${text.lost ?? 'NULL'} AS lost`;
        return engine.rows(`SELECT DISTINCT n, ${forms} FROM ${from} ORDER BY n`);
      };
      assert.deepEqual(await found(`read_parquet('${path}')`), await found(`(${values})`));
    });
  }
});
