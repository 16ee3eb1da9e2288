// Columns that are both in folder names and in files: they are one column, and the log reports differences.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { StoredType } from '../../../source-s3/src/columns/sql/stored-type.ts';

import { differsSql } from '../../../source-s3/src/columns/folder-value.ts';
import { rowsOf, parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { discoverHere, readHere, serverWith, type Json } from '../support/source.ts';

suite('a folder’s text and a file’s value are compared as the file’s type', () => {
  const cases: readonly (readonly [value: string, stored: StoredType, same: string | null, other: string | null])[] = [
    ['1::BIGINT', { kind: 'integer' }, '01', '2'],
    ['NULL::BIGINT', { kind: 'integer' }, null, '1'],
    ['1::BIGINT', { kind: 'integer' }, '1', null],
    ['1::BIGINT', { kind: 'integer' }, '1', 'x'],
    ['1.50::DECIMAL(9,2)', { kind: 'decimal', width: 9, scale: 2 }, '1.5', '1.51'],
    ['0.1::FLOAT::DOUBLE', { kind: 'float' }, '0.10000000149011612', '0.2'],
    ['true', { kind: 'boolean' }, 'TRUE', 'false'],
    ["DATE '2026-01-15'", { kind: 'date' }, '2026-01-15', '2026-01-16'],
    [
      "TIMESTAMP '2026-01-15 10:00:00'",
      { kind: 'timestamp', utc: false, nanoseconds: false },
      '2026-01-15 10:00:00',
      '2026-01-15',
    ],
    [
      "TIMESTAMPTZ '2026-01-15 10:00:00Z'",
      { kind: 'timestamp', utc: true, nanoseconds: false },
      '2026-01-15T11:00:00+01:00',
      '2026-01-15T11:00:00Z',
    ],
    ["'01'", { kind: 'string' }, '01', '1'],
    ["'it''s'", { kind: 'string' }, "it's", 'its'],
    ["'é'::BLOB", { kind: 'encoded-string' }, 'é', 'e'],
    ["'a'::BLOB", { kind: 'binary' }, 'a', 'x'],
    ['NULL::INT[]', { kind: 'list', items: { kind: 'integer' } }, null, '[1]'],
  ];
  for (const [value, stored, same, other] of cases) {
    test(`${stored.kind} ${value}`, async () => {
      const columns = [same, other].map((text, index) => `${differsSql('v', stored, text)} AS d${index}`);
      const [row] = await rowsOf(
        `SELECT ${columns.join(', ')} FROM (SELECT ${value.replace("'é'::BLOB", "encode('é')")} AS v)`,
      );
      assert.deepEqual(row, { d0: false, d1: true });
    });
  }
});

async function readTable(
  objects: Readonly<Record<string, Buffer>>,
  partitioning: Json = {},
): Promise<{ rows: readonly Json[]; said: readonly string[]; columns: readonly string[] }> {
  const config = { data_partitioning: { mode: 'partitioned', ...partitioning } };
  await using server = await serverWith(objects);
  const { catalog } = await discoverHere(server, config);
  const { messages, said, failures } = await readHere(server, { config });
  assert.deepEqual(failures, []);
  const rows = ofType(messages, 'RECORD').map(({ record }) => record.data);
  const columns = Object.keys(catalog.streams[0]?.json_schema['properties'] as Json).filter(
    (name) => !name.startsWith('_ab_'),
  );
  return { rows, columns, said: said.filter((line) => line.includes('both in folder names and in files')) };
}

suite('a column both in folders and in files', () => {
  test('is counted where the two differ, in one line for the stream', async () => {
    const { rows, said } = await readTable({
      'lake/t/year=2025/a.parquet': await parquet(
        'SELECT i AS id, 2025 AS year FROM range(100) t(i)',
        'ROW_GROUP_SIZE 2048',
      ),
      'lake/t/year=2026/b.parquet': await parquet(
        'SELECT i AS id, 2025 + i % 2 AS year FROM range(5000) t(i)',
        'ROW_GROUP_SIZE 2048',
      ),
    });
    assert.deepEqual(new Set(rows.map(({ year }) => year)), new Set(['2025', '2026']));
    assert.deepEqual(said, [
      'WARN lake.t: columns both in folder names and in files: "year" differs in 2500 of 5100 rows, first in "lake/t/year=2026/b.parquet"; the folder’s value is used',
    ]);
  });

  test('is reported as equal where the two agree', async () => {
    const file = await parquet("SELECT DATE '2026-01-15' AS day");
    const { said, rows } = await readTable({ 'lake/t/day=2026-01-15/a.parquet': file }, { on_conflict: 'file' });
    assert.deepEqual(said, [
      'INFO lake.t: columns both in folder names and in files: "day" agrees in its 1 row; the file’s value is used',
    ]);
    assert.equal(rows[0]?.['day'], '2026-01-15');
  });

  test('is the same column when only the case of its name differs', async () => {
    const file = await parquet("SELECT 1 AS id, 'f' AS Country");
    const objects = { 'lake/t/country=p/a.parquet': file, 'lake/t/COUNTRY=f/b.parquet': file };
    const byPath = await readTable(objects);
    assert.deepEqual(byPath.columns, ['id', 'Country']);
    assert.deepEqual(
      byPath.rows.map(({ Country }) => Country),
      ['p', 'f'],
    );
    assert.match(byPath.said[0] ?? '', /"Country" differs in 1 of 2 rows/u);
    const byFile = await readTable(objects, { on_conflict: 'file' });
    assert.deepEqual(byFile.columns, ['id', 'Country']);
    assert.deepEqual(
      byFile.rows.map(({ Country }) => Country),
      ['f', 'f'],
    );
  });

  test('takes the folder’s value for files that lack it', async () => {
    const { rows, columns } = await readTable({
      'lake/t/Year=2025/a.parquet': await parquet('SELECT 1 AS id'),
      'lake/t/Year=2026/b.parquet': await parquet('SELECT 2 AS id, 2026 AS year'),
    });
    assert.deepEqual(columns, ['id', 'year']);
    assert.deepEqual(
      rows.map(({ year }) => year),
      ['2025', '2026'],
    );
  });

  test('is null in files and folders that lack it', async () => {
    const { rows } = await readTable({
      'lake/t/a.parquet': await parquet('SELECT 1 AS id'),
      'lake/t/day=1/b.parquet': await parquet("SELECT 2 AS id, 'x' AS extra"),
    });
    assert.deepEqual(
      rows.map(({ id, day, extra }) => [id, day, extra]),
      [
        [1, null, null],
        [2, '1', 'x'],
      ],
    );
  });
});

test('a column that folders spell in two ways has all their values where files spell it in both ways too', async () => {
  for (const onConflict of ['path', 'file']) {
    const objects = {
      'lake/t/d=01/a.parquet': await parquet('SELECT 1 AS id, 10 AS d'),
      'lake/t/D=02/b.parquet': await parquet('SELECT 2 AS id, 20 AS "D"'),
    };
    const { rows } = await readTable(objects, { on_conflict: onConflict });
    const values = rows.map(({ id, d, D }) => ({ id, d, D })).sort((a, b) => Number(a.id) - Number(b.id));
    const second = onConflict === 'path' ? '02' : 20;
    assert.deepEqual(values, [
      { id: 1, d: 10, D: '01' },
      { id: 2, d: null, D: second },
    ]);
  }
});
