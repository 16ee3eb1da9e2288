// Files whose columns are not the catalog's: no column is omitted or null without a report.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { fewestRecords } from '../../../source-s3/src/columns/missing-columns.ts';
import { parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { catalogJson, readHere, serverWith, type Json } from '../support/source.ts';

const text = { type: 'string' };
const csv = { data_format: { format: 'csv' } };

async function warningsOf(
  objects: Parameters<typeof serverWith>[0],
  columns: Readonly<Record<string, Json>>,
  config: Json = {},
): Promise<{ warnings: readonly string[]; rows: readonly Json[] }> {
  await using server = await serverWith(objects);
  const { messages, said, failures } = await readHere(server, { config, catalog: catalogJson({ t: columns }) });
  assert.deepEqual(failures, []);
  const rows = ofType(messages, 'RECORD').map(({ record }) => {
    const { _ab_source_file_url, _ab_source_file_last_modified, ...own } = record.data;
    return own;
  });
  return { rows, warnings: said.filter((line) => line.includes('catalog')) };
}

suite('a column of files that the catalog does not declare', () => {
  test('is named once with its first file, from Parquet', async () => {
    const objects = {
      'lake/t/a.parquet': await parquet('SELECT 1 AS id'),
      'lake/t/b.parquet': await parquet('SELECT 2 AS id, 3 AS late'),
      'lake/t/c.parquet': await parquet('SELECT 4 AS id, 5 AS late, 6 AS later'),
    };
    const { warnings } = await warningsOf(objects, { id: { type: 'integer' } });
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /declare are omitted: "late" \(first in "lake\/t\/b\.parquet"\), "later" \(first in "lake\/t\/c\.parquet"\)\./u,
    );
  });

  test('is named by its place from CSV, whose header may be missing', async () => {
    const { warnings } = await warningsOf({ 'lake/t/a.csv': 'id,late\n1,2\n' }, { id: text }, csv);
    assert.match(warnings[0] ?? '', /omitted: column 2 \(first in "lake\/t\/a\.csv"\)/u);
  });

  test('is not remarked where folders carry it, or where the row came from', async () => {
    const objects = { 'lake/t/Day=1/a.csv': 'id,day,_ab_source_file_url\n1,1,x\n' };
    const config = { ...csv, data_partitioning: { mode: 'partitioned' } };
    assert.deepEqual((await warningsOf(objects, { id: text }, config)).warnings, []);
  });

  test('is one of ten that are named, and of any number that are counted', async () => {
    const names = Array.from({ length: 40 }, (_, place) => `c${place}`);
    const row = names.map(() => '1').join(',');
    const { warnings } = await warningsOf({ 'lake/t/a.csv': `id,${names.join(',')}\n1,${row}\n` }, { id: text }, csv);
    assert.match(warnings[0] ?? '', /column 11 \(first in "lake\/t\/a\.csv"\) and 30 more\. Run discover again/u);
  });
});

suite('a file that has none of the catalog’s columns', () => {
  test('is counted and named, since its rows are null', async () => {
    const objects = {
      'lake/t/a.csv': 'id,name\n1,x\n',
      'lake/t/b.csv': 'id;name\n2;y\n3;z\n',
      'lake/t/c.csv': 'id;name\n4;y\n',
    };
    const { warnings, rows } = await warningsOf(objects, { id: text, name: text }, csv);
    assert.equal(rows.length, 4);
    assert.match(
      warnings[1] ?? '',
      /none of the catalog’s columns, so that these are null in all their rows: 2, first "lake\/t\/b\.csv", which has 1 column\./u,
    );
  });

  test('is one too when all it shares is a column of folders', async () => {
    const config = { ...csv, data_partitioning: { mode: 'partitioned' } };
    const objects = { 'lake/t/day=1/a.csv': 'day,x\n1,2\n' };
    const { warnings } = await warningsOf(objects, { id: text, day: text }, config);
    assert.match(warnings[1] ?? '', /null in all their rows: 1, first "lake\/t\/day=1\/a\.csv"/u);
  });

  test('is none when the catalog asks for columns of folders only, or the file is empty', async () => {
    const config = { ...csv, data_partitioning: { mode: 'partitioned' } };
    const objects = { 'lake/t/day=1/a.csv': 'id\n1\n', 'lake/t/day=2/b.csv': '\n' };
    const { warnings, rows } = await warningsOf(objects, { day: text }, config);
    assert.deepEqual(rows, [{ day: '1' }]);
    assert.ok(warnings.every((line) => !line.includes('none of')));
  });

  test('never shows what may be a row of a CSV file without a header', async () => {
    const objects = { 'lake/t/a.csv': 'id,name\n1,x\n', 'lake/t/b.csv': '2,alice@example.org\n3,bob@example.org\n' };
    const { warnings } = await warningsOf(objects, { id: text, name: text }, csv);
    assert.match(warnings.join('\n'), /first "lake\/t\/b\.csv", which has 2 columns/u);
    assert.doesNotMatch(warnings.join('\n'), /alice/u);
  });
});

suite('a column that no record of a newer JSON file has', () => {
  const jsonl = { data_format: { format: 'jsonl' } };
  const columns = { id: { type: 'integer' }, v: text };

  async function missingOf(...bodies: readonly string[]): Promise<readonly string[]> {
    const objects = Object.fromEntries(bodies.map((body, file) => [`lake/t/${file}.jsonl`, body]));
    const { warnings } = await warningsOf(objects, columns, jsonl);
    return warnings.filter((line) => line.includes('newest files lack'));
  }
  const without = (count: number): string => '{"id":2}\n'.repeat(count);

  test('is named once with the first file', async () => {
    const missing = await missingOf('{"id":1,"v":"x"}\n', `{"id":3,"w":1}\n${without(fewestRecords)}`, '{"id":4}\n');
    assert.equal(missing.length, 1);
    assert.match(missing[0] ?? '', /"v" \(2 files, first "lake\/t\/1\.jsonl"\)/u);
  });

  test('is not remarked where so few records lack it that it may be optional', async () => {
    assert.deepEqual(await missingOf('{"id":1,"v":"x"}\n', without(fewestRecords - 1)), []);
    assert.equal((await missingOf('{"id":1,"v":"x"}\n', without(fewestRecords))).length, 1);
    assert.equal((await missingOf(without(fewestRecords - 1), without(1))).length, 1, 'together in several files');
    assert.deepEqual(await missingOf(without(fewestRecords), '{"v":null}\n', without(fewestRecords - 1)), []);
  });

  test('is not remarked where some record of the file has it, wherever it is and whatever its value', async () => {
    const rows = Array.from({ length: 40_000 }, (_, id) => `{"id":${id}}\n`);
    rows[35_000] = '{"v":null,"id":35000}\n';
    const { warnings } = await warningsOf({ 'lake/t/a.jsonl': rows.join('') }, columns, jsonl);
    assert.deepEqual(warnings, []);
  });

  test('is not remarked where the file is empty', async () => {
    const { warnings } = await warningsOf({ 'lake/t/a.jsonl': '\n' }, columns, jsonl);
    assert.deepEqual(warnings, []);
  });

  test('is said of the file where it has none of the columns', async () => {
    const { warnings } = await warningsOf({ 'lake/t/a.jsonl': '{"x":1}\n' }, columns, jsonl);
    assert.match(warnings[1] ?? '', /none of the catalog’s columns.*: 1, first "lake\/t\/a\.jsonl"\. Move/u);
  });

  test('is searched in the complete file, so that nothing is reported for a file that was read in part before', async () => {
    const pad = 'x'.repeat(600);
    const rows = Array.from(
      { length: 30_000 },
      (_, id) => `{"id":${id},${id === 0 ? '"v":"x",' : ''}"pad":"${pad}"}\n`,
    );
    await using server = await serverWith({ 'lake/t/a.jsonl': rows.join('') });
    const catalog = catalogJson({ t: { ...columns, pad: text } });
    const { messages } = await readHere(server, { config: jsonl, catalog });
    const [first, second] = ofType(messages, 'STATE');
    assert.ok(first !== undefined && second !== undefined);
    const { said, failures } = await readHere(server, { config: jsonl, catalog, state: [first.state] });
    assert.deepEqual(failures, []);
    assert.doesNotMatch(said.join('\n'), /lack columns/u);
  });
});
