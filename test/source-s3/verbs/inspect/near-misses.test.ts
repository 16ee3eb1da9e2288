// What is read in another way than it was probably meant, and that proper layouts give no note.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';

import { NEAR_MISS_CODES } from '../../../../source-s3/src/verbs/inspect/report.ts';
import { SKIP_REASONS } from '../../../../source-s3/src/layout/layout.ts';
import { parquet } from '../../../support/parquet.ts';
import { serverWith, type Json } from '../../support/source.ts';
import { reportOf, tableWith } from './support.ts';

let file: Buffer;
before(async () => {
  file = await parquet('SELECT 1 AS id');
});

suite('near misses', () => {
  const cases: readonly (readonly [code: string, paths: readonly string[], message: RegExp, config?: Json])[] = [
    ['column_spelled_twice', ['Year=1/a.pq', 'year=2/a.pq'], /"Year=" and "year="; it is read as "Year"/u],
    ['value_spelled_twice', ['month=1/a.pq', 'month=01/a.pq'], /"month=01" and "month=1" are two values of a string/u],
    ['files_beside_folders', ['a.pq', 'day=1/a.pq'], /1 file is next to folders/u],
    ['columns_differ', ['day=1/a.pq', 'hour=1/a.pq'], /different columns.*day \(1\), hour \(1\)/u],
    ['columns_differ', ['day=1/a.pq', 'day=1/hour=1/a.pq'], /day \(1\), day\/hour \(1\)/u],
    ['columns_differ', ['day=1/a.pq', 'plain/a.pq'], /day \(1\), none \(1\)/u],
    ['mixed_formats', ['a.pq', 'b.csv', 'c.json.gz'], /1 \.csv, 1 \.json\.gz/u],
    ['table_too_deep', ['orders/a.pq', 'users/a.pq'], /"orders\/", "users\/".*give "lake\/t" as a schema prefix/u],
    ['odd_folder_names', ['=v/a.pq'], /1 file is in a folder "=…", which names no column/u],
    ['odd_folder_names', ['k=/a.pq'], /without a value, which is read as empty text/u],
    ['odd_folder_names', ['x//a.pq'], /without a name/u],
    ['odd_folder_names', ['k=1 /a.pq'], /begins or ends with a blank/u],
    ['odd_folder_names', ['k=50%/a.pq'], /encodes nothing/u],
    ['no_data_files', ['a.txt'], /1 object there is skipped/u],
    [
      'value_misfit',
      ['day=1/a.pq', 'day=x/a.pq'],
      /"day=x" does not fit the declared type integer, so the stream fails/u,
      { data_partitioning: { mode: 'partitioned', column_types: [{ name: 'day', type: 'integer' }] } },
    ],
  ];
  for (const [code, paths, message, config] of cases) {
    test(`${code}: ${paths.join(', ')}`, async () => {
      const { near_misses: found } = await tableWith(Object.fromEntries(paths.map((path) => [path, file])), config);
      const note = found.find((one) => one.code === code) ?? assert.fail(JSON.stringify(found));
      assert.match(note.message, message);
    });
  }

  const fine: readonly (readonly string[])[] = [
    ['a.pq', 'b.pq'],
    ['day=1/a.pq', 'day=2/a.pq', 'day=10/a.pq', 'day=100/a.pq'],
    ['v1/day=1/a.pq', 'v1/day=2/b.pq'],
    ['year=2026/month=01/a.pq', 'year=2025/month=12/a.pq'],
  ];
  for (const paths of fine) {
    test(`none: ${paths.join(', ')}`, async () => {
      const { near_misses: found } = await tableWith(Object.fromEntries(paths.map((path) => [path, file])));
      assert.deepEqual(found, []);
    });
  }

  test('of a schema prefix: files in no table, names alike, partitions taken for tables', async () => {
    const keys = ['a.pq', 'Users/a.pq', 'users/a.pq', 'caf\u00e9/a.pq', 'cafe\u0301/a.pq', 'day=1/a.pq', '_x/a.pq'];
    await using server = await serverWith(Object.fromEntries(keys.map((key) => [`lake/${key}`, file])));
    const { schema_prefixes: prefixes } = await reportOf(server);
    const [{ near_misses: found, skipped, namespace } = assert.fail()] = prefixes;
    assert.equal(namespace, 'lake');
    assert.deepEqual(
      found.map(({ code }) => code),
      ['files_in_no_table', 'partitions_as_tables', 'similar_table_names', 'similar_table_names'],
    );
    assert.deepEqual(
      skipped.map(({ reason, examples }) => [reason, examples]),
      [
        ['no_table', ['lake/a.pq']],
        ['hidden', ['lake/_x/']],
      ],
    );
  });
});

test('the page about inspect explains every reason and near miss, and no other', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/how-to/inspect.md'), 'utf8');
  const explained = (heading: string): readonly string[] => {
    const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    return Array.from(section.matchAll(/^\| `(\w+)`/gmu), ([, code = '']) => code).toSorted();
  };
  assert.deepEqual(explained('Why a key is skipped'), Object.keys(SKIP_REASONS).toSorted());
  assert.deepEqual(explained('Near misses'), [...NEAR_MISS_CODES]);
});
