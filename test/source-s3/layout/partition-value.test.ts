// Partition folders as values: of their declared types, and against a column of the same name in the files.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { DeclaredType } from '../../../source-s3/src/layout/declared-column.ts';
import { partitionJson } from '../../../source-s3/src/layout/partition-value.ts';
import { parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { discoverHere, readHere, serverWith, type Json } from '../support/source.ts';

const key = 'lake/t/c=v/a.parquet';

suite('a folder’s value', () => {
  const cases: readonly (readonly [type: DeclaredType, value: string | null, json: string])[] = [
    ['string', '007', '"007"'],
    ['string', 'say "x"\n', '"say \\"x\\"\\n"'],
    ['string', '', '""'],
    ['string', null, 'null'],
    ['integer', null, 'null'],
    ['integer', '007', '7'],
    ['integer', '-12', '-12'],
    ['integer', '+5', '5'],
    ['integer', '123456789012345678901234567890', '123456789012345678901234567890'],
    ['integer', '1.0', '1'],
    ['number', '1.50', '1.50'],
    ['number', 'NaN', 'null'],
    ['number', '-2e3', '-2e3'],
    ['boolean', 'TRUE', 'true'],
    ['boolean', '1', 'true'],
    ['boolean', 'false', 'false'],
    ['date', '2026-01-15', '"2026-01-15"'],
    ['date', '2024-02-29', '"2024-02-29"'],
    ['timestamp', '2026-01-15T14:30:00Z', '"2026-01-15T14:30:00Z"'],
    ['timestamp', '2026-01-15', '"2026-01-15T00:00:00Z"'],
    ['timestamp', '2026-01-15 14:30', '"2026-01-15T14:30:00Z"'],
    ['timestamp', '2026-01-15 00:30:00.123456+02:00', '"2026-01-14T22:30:00.123456Z"'],
    ['timestamp', '2026-01-15T14:30:00-0330', '"2026-01-15T18:00:00Z"'],
  ];
  for (const [type, value, json] of cases) {
    test(`${JSON.stringify(value)} as ${type} is ${json}`, () => {
      assert.equal(partitionJson({ column: 'c', value }, type, key), json);
    });
  }

  const misfits: readonly (readonly [type: DeclaredType, value: string])[] = [
    ['integer', '1.5'],
    ['integer', '0x10'],
    ['integer', ''],
    ['integer', '1_000'],
    ['number', '1,5'],
    ['number', '1e999'],
    ['boolean', 'on'],
    ['date', '2026-1-5'],
    ['date', '2026-02-30'],
    ['date', '20260115'],
    ['timestamp', '2026-02-30T00:00:00Z'],
    ['timestamp', '2026-01-15T25:00:00Z'],
  ];
  for (const [type, value] of misfits) {
    test(`${JSON.stringify(value)} is no ${type}, which the error says with key, column and value`, () => {
      assert.throws(
        () => partitionJson({ column: 'c', value }, type, key),
        (error) => {
          assert.ok(error instanceof ConnectorError);
          assert.equal(error.code, 'PARTITION_VALUE_INVALID');
          for (const part of [key, '"c', value, type]) assert.ok(error.message.includes(part), part);
          return true;
        },
      );
    });
  }
});

async function rowsOf(objects: Readonly<Record<string, Buffer>>, partitioning: Json): Promise<readonly Json[]> {
  await using server = await serverWith(objects);
  const { messages, failures } = await readHere(server, { config: { data_partitioning: partitioning } });
  if (failures[0] !== undefined) throw failures[0];
  return ofType(messages, 'RECORD').map(({ record }) => record.data);
}

suite('partition columns of a table', () => {
  test('are strings, so that leading zeros stay, unless their type is declared', async () => {
    const body = await parquet('SELECT 1 AS id');
    await using server = await serverWith({
      'lake/t/month=01/x/hour=07/a.parquet': body,
      'lake/u/month=02/a.parquet': body,
    });
    const declared = [
      { name: 'month', type: 'integer', table: 'u' },
      { name: 'hour', type: 'integer' },
    ];
    const config = { data_partitioning: { mode: 'partitioned', column_types: declared } };
    const { catalog } = await discoverHere(server, config);
    const types = catalog.streams.map(({ json_schema }) => json_schema['properties'] as Record<string, object>);
    assert.deepEqual(types[0]?.['month'], { type: ['null', 'string'] });
    assert.deepEqual(types[0]['hour'], { type: ['null', 'integer'] });
    assert.deepEqual(types[1]?.['month'], { type: ['null', 'integer'] });
    const { messages } = await readHere(server, { config });
    const rows = ofType(messages, 'RECORD').map(({ record: { data } }) => [data['month'], data['hour']]);
    assert.deepEqual(rows, [
      ['01', 7],
      [2, undefined],
    ]);
  });

  test('are null where a file’s folders lack them or Hive says so', async () => {
    const body = await parquet('SELECT 1 AS id');
    const keys = ['lake/t/day=1/a.parquet', 'lake/t/a.parquet', 'lake/t/day=__HIVE_DEFAULT_PARTITION__/a.parquet'];
    const rows = await rowsOf(Object.fromEntries(keys.map((key) => [key, body])), { mode: 'partitioned' });
    assert.deepEqual(
      rows.map((row) => row['day']),
      ['1', null, null],
    );
  });

  test('are none where the table is not partitioned', async () => {
    const rows = await rowsOf(
      { 'lake/t/day=1/a.parquet': await parquet('SELECT 1 AS id') },
      { mode: 'not_partitioned' },
    );
    assert.deepEqual(Object.keys(rows[0] ?? {}), ['id', '_ab_source_file_url', '_ab_source_file_last_modified']);
  });

  test('are null where JSON has no such number, which each record reports, with the other nulls in it', async () => {
    const column_types = [{ name: 'x', type: 'number' }];
    const config = { data_partitioning: { mode: 'partitioned', column_types } };
    for (const [data_format, body] of [
      [{ format: 'parquet' }, await parquet("SELECT 'NaN'::DOUBLE AS d UNION ALL SELECT 1.5")],
      [{ format: 'csv', column_types: [{ name: 'd', type: 'number' }] }, 'd\nNaN\n1.5\n'],
    ] as const) {
      await using server = await serverWith({ [`lake/t/x=-Infinity/a.${data_format.format}`]: body });
      const { messages, failures } = await readHere(server, { config: { ...config, data_format } });
      assert.deepEqual(failures, []);
      const found = ofType(messages, 'RECORD').map(({ record: { data, meta } }) => {
        return [data['x'], data['d'], ...(meta?.changes ?? []).map(({ field }) => field)];
      });
      assert.deepEqual(found, [
        [null, null, 'x', 'd'],
        [null, 1.5, 'x'],
      ]);
    }
  });

  test('that do not fit fail the stream and name the folder', async () => {
    const partitioning = { mode: 'partitioned', column_types: [{ name: 'day', type: 'date' }] };
    const objects = { 'lake/t/day=today/a.parquet': await parquet('SELECT 1 AS id') };
    await assert.rejects(rowsOf(objects, partitioning), /"day=today" of "lake\/t\/day=today\/a\.parquet"/u);
  });
});

async function objects(): Promise<Readonly<Record<string, Buffer>>> {
  return { 'lake/t/day=5/a.parquet': await parquet('SELECT 7 AS day, 1 AS id') };
}

suite('a column in the folders and in the files', () => {
  test('comes from the folders by default', async () => {
    const rows = await rowsOf(await objects(), { mode: 'partitioned' });
    assert.deepEqual(
      rows.map((row) => row['day']),
      ['5'],
    );
  });

  test('comes from the files if asked for, in their type', async () => {
    const rows = await rowsOf(await objects(), { mode: 'partitioned', on_conflict: 'file' });
    assert.deepEqual(
      rows.map((row) => row['day']),
      [7],
    );
  });

  test('fails the stream if asked for, naming column and key', async () => {
    const read = rowsOf(await objects(), { mode: 'partitioned', on_conflict: 'error' });
    await assert.rejects(read, /"day".*"lake\/t\/day=5\/a\.parquet".*on_conflict/u);
  });
});
