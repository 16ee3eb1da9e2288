// CSV files through discover and read: every value exactly, in any dialect, encoding and compression.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { readHere, serverWith, type Json } from '../../support/source.ts';
import { textRows } from '../../support/text.ts';
import { simpleCsv } from './simple-csv.ts';

type Value = Json[string];
const text = 'id,name\n007,"Zoë, ""Z"""\n2,\n';
const rows = [
  { id: '007', name: 'Zoë, "Z"' },
  { id: '2', name: null },
];

function csv(format: Json = {}, more: Json = {}): Json {
  return { data_format: { format: 'csv', ...format }, ...more };
}

const rowsOf = (objects: Parameters<typeof textRows>[0], config = csv()): ReturnType<typeof textRows> =>
  textRows(objects, config);

suite('a CSV file', () => {
  const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
  const forms: readonly (readonly [name: string, body: string | Uint8Array, format?: Json])[] = [
    ['of plain text', text],
    ['without a newline at its end', text.trimEnd()],
    ['with a byte order mark', `\uFEFF${text}`],
    ['with CRLF', text.replaceAll('\n', '\r\n')],
    ['with CR', text.replaceAll('\n', '\r')],
    ['with blank lines', text.replaceAll('\n', '\n\n\r\n')],
    ['that is gzipped', gzipSync(text)],
    ['of several gzip members', Buffer.concat([gzipSync(text.slice(0, 12)), gzipSync(text.slice(12))])],
    ['compressed with zstd', zstdCompressSync(text)],
    ['of several zstd frames', Buffer.concat([zstdCompressSync(text.slice(0, 12)), zstdCompressSync(text.slice(12))])],
    ['in UTF-16 with a mark', utf16],
    ['in big-endian UTF-16 with a mark', Buffer.from(utf16).swap16(), { encoding: 'utf-16' }],
    ['in UTF-16 without a mark', Buffer.from(text, 'utf16le'), { encoding: 'utf-16' }],
    ['in Latin-1', Buffer.from(text, 'latin1'), { encoding: 'latin-1' }],
    ['in Windows-1252', Buffer.from(text, 'latin1'), { encoding: 'windows-1252' }],
    ['with tabs', 'id\tname\n007\t"Zoë, ""Z"""\n2\t\n', { delimiter: '\\t' }],
    ['with other quotes', 'id;name\n007;\'Zoë, "Z"\'\n2;\n', { delimiter: ';', quote: "'" }],
    ['without quotes', 'id|name\n007|Zoë, "Z"\n2|\n', { delimiter: '|', quote: '' }],
    ['with escapes', 'id,name\n007,"Zoë, \\"Z\\""\n2,\n', { escape: '\\' }],
    ['with escapes outside quotes', 'id,name\n007,Zoë\\, "Z"\n2,\n', { escape: '\\' }],
    ['with lines before the header', `# made by "x\n\n${text}`, { skip_rows: 2 }],
    ['without a header', text.slice(8), { header: false, column_names: ['id', 'name'] }],
    ['whose header is not wanted', text.replace('id', 'ID'), { column_names: ['id', 'name'] }],
  ];
  for (const [name, body, format] of forms) {
    test(`${name} is read`, async () => {
      const result = await rowsOf({ 'lake/t/a.csv': body }, csv(format));
      assert.deepEqual(result.failures, []);
      assert.deepEqual(result.rows, rows);
      assert.deepEqual(result.said, []);
    });
  }

  test('named .tsv is cut at its tabs, and at commas where its header has commas', async () => {
    const { rows: found, said } = await rowsOf({
      'lake/t/a.tsv': text.replaceAll(/,(?! )/gu, '\t'),
      'lake/t/b.TSV.gz': gzipSync(text.replaceAll(/,(?! )/gu, '\t')),
      'lake/t/c.tsv': text,
    });
    assert.deepEqual(found, [...rows, ...rows, ...rows]);
    assert.deepEqual(said, []);
  });

  test('that ends within skip_rows says so', async () => {
    const files = { 'lake/t/a.csv': '# one\n# two\n', 'lake/t/b.csv': '# one\n# two\n# three\nid\n1\n' };
    const { said } = await textRows(files, { data_format: { format: 'csv', skip_rows: 3 } });
    assert.match(said.join(), /WARN "lake\/t\/a\.csv" has no row after the 3 lines that data_format\.skip_rows/u);
    assert.doesNotMatch(said.join('\n'), /"lake\/t\/b\.csv" has no row/u);
  });

  test('whose header is one column that another delimiter would cut says so', async () => {
    for (const delimiter of [';', '|', '\t']) {
      const { said } = await rowsOf({ 'lake/t/a.csv': `a${delimiter}b\n1${delimiter}2\n` });
      assert.match(
        said.join('\n'),
        /WARN The header of "lake\/t\/a\.csv" is one column\. .* set data_format\.delimiter/u,
      );
    }
    assert.deepEqual((await rowsOf({ 'lake/t/a.csv': 'a;b,c\n1,2\n' })).said, []);
  });

  test('whose name says another compression than its bytes is read, with a WARN', async () => {
    const { rows: found, said } = await rowsOf({ 'lake/t/a.csv.gz': text, 'lake/t/b.csv.zst': gzipSync(text) });
    assert.deepEqual(found, [...rows, ...rows]);
    assert.match(said.join('\n'), /"lake\/t\/a\.csv\.gz" is named as gzip, but its compression is none/u);
    assert.match(said.join('\n'), /"lake\/t\/b\.csv\.zst" is named as zstd, but its compression is gzip/u);
  });

  for (const [name, cut] of [
    ['gzip', gzipSync(text.repeat(50)).subarray(0, -9)],
    ['zstd', zstdCompressSync(text.repeat(50)).subarray(0, -3)],
    ['gzip with text after it', Buffer.concat([gzipSync(text), Buffer.from('more text')])],
    ['zstd with text after it', Buffer.concat([zstdCompressSync(text), Buffer.from('more text')])],
  ] as const) {
    test(`of damaged ${name} fails its stream by name`, async () => {
      await using server = await serverWith({ 'lake/t/a.csv': text, 'lake/t/b.csv': cut, 'lake/t/c.csv': text });
      const { failures } = await readHere(server, { config: csv() });
      assert.equal(failures.length, 1);
      assert.equal(failures[0]?.code, 'FILE_UNREADABLE');
      assert.match(failures[0]?.message ?? '', /"lake\/t\/b\.csv" cannot be read: its compressed data/u);
    });
  }

  test('that is not of the encoding configured fails by name', async () => {
    const odd = Buffer.concat([Buffer.from('\uFEFFa\nb', 'utf16le'), Buffer.from([0x00, 0xdc, 0x0a, 0x00])]);
    await using server = await serverWith({ 'lake/t/a.csv': 'a\n1\n', 'lake/t/b.csv': odd, 'lake/t/c.csv': 'a\n1\n' });
    const { failures } = await readHere(server, { config: csv() });
    assert.match(
      failures[0]?.message ?? '',
      /"lake\/t\/b\.csv" cannot be read: it is not text in the configured encoding/u,
    );
  });

  test('of nothing but a header or a mark has no records', async () => {
    const { rows: found, failures } = await rowsOf(
      {
        'lake/t/a.csv': 'id,name',
        'lake/t/b.csv': '\uFEFF',
        'lake/t/c.csv': text,
      },
      csv(),
    );
    assert.deepEqual(failures, []);
    assert.deepEqual(found, rows);
  });

  test('with newlines, control characters and megabytes in its fields is read', async () => {
    const values = ['a\nb\r\nc', '\u0000\u0001\t\\"', 'x'.repeat(5_000_000), '"'.repeat(300_000), '日本\u2028'];
    const body = `v,w\n${values.map((value) => `"${value.replaceAll('"', '""')}",1\n`).join('')}`;
    const { rows: found } = await rowsOf({ 'lake/t/a.csv.gz': gzipSync(body) });
    assert.deepEqual(
      found.map(({ v }) => v),
      values,
    );
  });

  test('with names twice or none gets unique ones, and says so once', async () => {
    const body = 'a,a,,a_2\n1,2,3,4\n';
    const { rows: found, said } = await rowsOf({ 'lake/t/a.csv': body, 'lake/t/b.csv': body }, csv());
    assert.deepEqual(found[0], { a: '1', a_3: '2', column_3: '3', a_2: '4' });
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /get a name with a number: 2, 3\./u);
  });

  test('without names has numbered columns', async () => {
    const { rows: found } = await rowsOf({ 'lake/t/a.csv': '1,2\n3,4\n' }, csv({ header: false }));
    assert.deepEqual(found, [
      { column_1: '1', column_2: '2' },
      { column_1: '3', column_2: '4' },
    ]);
  });

  test('has its columns taken by name, next to those of folders', async () => {
    const objects = { 'lake/t/day=01/a.csv': 'a,b\n1,2\n', 'lake/t/day=02/b.csv': 'b,c,day\n3,4,x\n' };
    const { rows: found } = await rowsOf(objects);
    assert.deepEqual(found, [
      { b: '2', c: null, day: '01', a: '1' },
      { b: '3', c: '4', day: '02', a: null },
    ]);
  });

  test('shares a table with no other format', async () => {
    const objects = {
      'lake/t/a.csv': text,
      'lake/t/b.parquet': 'x',
      'lake/t/c.TXT.GZ': gzipSync(text),
      'lake/t/d': text,
    };
    assert.equal((await rowsOf(objects)).rows.length, 6);
  });

  test('treats the texts configured as null and no others', async () => {
    const body = 'a,b\nNA,""\n"NA",\nna,N/A\n';
    const { rows: found } = await rowsOf({ 'lake/t/a.csv': body }, csv({ null_values: ['NA', 'N/A'] }));
    const expected: readonly (readonly [Value, Value])[] = [
      [null, ''],
      [null, ''],
      ['na', null],
    ];
    assert.deepEqual(
      found.map(({ a, b }) => [a, b]),
      expected,
    );
  });
});

suite('public CSV files', () => {
  for (const name of ['zipcodes.csv', 'airports.csv']) {
    test(`${name} comes out as an independent reader has it`, async () => {
      const body = await readFile(
        join(import.meta.dirname, '../../../../node_modules/vega-datasets/data', name),
        'utf8',
      );
      const [header = [], ...records] = simpleCsv(body);
      const { rows: found, failures } = await rowsOf({ 'lake/t/a.csv.zst': zstdCompressSync(body) });
      assert.deepEqual(failures, []);
      assert.deepEqual(
        found.map((row) => header.map((column) => row[column] ?? '')),
        records,
      );
    });
  }
});
