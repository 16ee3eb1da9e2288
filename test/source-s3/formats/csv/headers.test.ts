// First rows that are not headers, and files without a header that differ in width: a warning by discover and read, a near miss of
// inspect.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { array, assert as check, constantFrom, date, double, integer, property, tuple } from 'fast-check';

import { CsvRecords } from '../../../../source-s3/src/formats/csv/csv-records.ts';
import { isLikeData } from '../../../../source-s3/src/formats/csv/header-doubt.ts';
import { discoverHere, readHere, serverWith, type Json } from '../../support/source.ts';
import { reportOf, tableOf } from '../../verbs/inspect/support.ts';

type Seen = { readonly warnings: readonly string[]; readonly nearMisses: readonly string[] };

async function seen(files: Readonly<Record<string, string>>, options: Json = {}): Promise<Seen> {
  const objects = Object.entries(files).map(([name, body]) => [`lake/t/${name}`, body] as const);
  await using server = await serverWith(Object.fromEntries(objects));
  const config = { data_format: { format: 'csv', ...options } };
  // Only `read` knows the catalog, whose columns files can lack.
  const warnings = (said: readonly string[]) =>
    said.filter((line) => line.startsWith('WARN') && !line.includes('lack columns that the catalog declares'));
  const { said } = await discoverHere(server, config);
  const read = await readHere(server, { config });
  assert.equal(warnings(read.said).length, warnings(said).length);
  const { near_misses: misses } = tableOf(await reportOf(server, config), 't');
  return { warnings: warnings(said), nearMisses: misses.map(({ code }) => code) };
}

suite('A header of CSV', () => {
  test('that looks like the rows after it is a warning and a near miss, which hold no value', async () => {
    const { warnings, nearMisses } = await seen({
      'a.csv': '17,2026-01-01,secretvalue\n18,2026-01-02,y\n',
      'b.csv': '17,2026-01-01,secretvalue\n19,2026-01-03,z\n',
    });
    assert.match(
      warnings.join('\n'),
      /header looks like a row of data in 2 files, first "lake\/t\/[ab].csv".*header to false/u,
    );
    assert.doesNotMatch(warnings.join('\n'), /secretvalue|2026|17/u);
    assert.deepEqual(nearMisses, ['header_like_data']);
  });

  test('that shares no name with another file’s is a warning and a near miss', async () => {
    const { warnings, nearMisses } = await seen({ 'a.csv': 'x,y\nz,w\n', 'b.csv': 'k,l\nm,n\n' });
    assert.match(
      warnings.join('\n'),
      /header of "lake\/t\/[ab].csv" shares no name with the header of "lake\/t\/[ab].csv"/u,
    );
    assert.deepEqual(nearMisses, ['headers_differ']);
  });

  test('with years as names, with the same names in another order, or with more names is in no doubt', async () => {
    const fine = {
      'a.csv': 'id,2024,2025\n7,1,2\n',
      'b.csv': '2025,id,2024\n7,1,2\n',
      'c.csv': 'id,2024,2025,more\n1,2,3,4\n',
    };
    assert.deepEqual(await seen(fine), { warnings: [], nearMisses: [] });
  });

  test('of names that differ in case from another file’s is a near miss', async () => {
    const { nearMisses } = await seen({ 'a.csv': 'id,UserId\n1,2\n', 'b.csv': 'id,userid\n3,4\n' });
    assert.deepEqual(nearMisses, ['column_spelled_twice_in_files']);
  });

  test('with both spellings in one file is what the file says', async () => {
    const { nearMisses } = await seen({ 'a.csv': 'id,UserId,userid\n1,2,3\n' });
    assert.deepEqual(nearMisses, []);
  });
});

suite('Files without a header', () => {
  test('of different widths are a warning and a near miss', async () => {
    const { warnings, nearMisses } = await seen(
      { 'a.csv': '1,2\n', 'b.csv': '1,2,3\n', 'c.csv': '1,2,3\n' },
      { header: false },
    );
    assert.match(warnings.join('\n'), /"lake\/t\/[abc].csv" \([23]\)/u);
    assert.deepEqual(nearMisses, ['widths_differ']);
  });

  test('of one width, or whose columns the config names, are in no doubt', async () => {
    assert.deepEqual(await seen({ 'a.csv': '1,2\n', 'b.csv': '3,4\n' }, { header: false }), {
      warnings: [],
      nearMisses: [],
    });
    const named = { header: false, column_names: ['a', 'b'] };
    assert.deepEqual(await seen({ 'a.csv': '1,2\n', 'b.csv': '3,4\n' }, named), { warnings: [], nearMisses: [] });
  });
});

function likeData(rows: readonly (readonly string[])[]): boolean {
  const records = new CsvRecords(
    { delimiter: 0x2c, quote: 0x22, escape: undefined },
    { key: 'k', origin: 0, columns: 0 },
  );
  records.push(Buffer.from(rows.map((row) => `${row.join(',')}\n`).join('')));
  assert.ok(records.next());
  return isLikeData(rows[0] ?? [], records);
}

suite('The doubt about a header', () => {
  const day = date({ min: new Date('2001-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  const row = tuple(
    integer({ min: 0, max: 1_000_000 }).map(String),
    double({ min: 0, max: 1e6, noNaN: true }).map((number) => number.toFixed(2)),
    day.map((one) => one.toISOString().slice(0, 10)),
    constantFrom('a', 'b', ''),
  );
  const rows = array(row, { minLength: 1, maxLength: 30 });
  const names = constantFrom('id', 'name', 'amount', 'day', 'x1', '_', 'column_1', 'a b', '2026', '1.5', '2026-01-01');

  test('never falls on a header in which a column of numbers or dates has a name that is a word', () => {
    const header = tuple(constantFrom('id', 'name', 'n'), names, names, names);
    check(
      property(header, rows, (first, others) => assert.equal(likeData([first, ...others]), false)),
      { numRuns: 1000, seed: 16 },
    );
  });

  test('always falls on a first row that is like the others', () => {
    check(
      property(row, rows, (first, others) => assert.equal(likeData([first, ...others]), true)),
      { numRuns: 1000, seed: 16 },
    );
  });
});
