// What keys below a table mean.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { namespaceOf, partitionsOf, skipReason, tableName } from '../../../source-s3/src/layout/layout.ts';

const naming = { extensions: ['parquet', 'parq', 'pq'], compressible: false };

suite('an object is skipped', () => {
  const cases: readonly (readonly [path: string, reason: string | undefined])[] = [
    ['a.parquet', undefined],
    ['A.PARQUET', undefined],
    ['a.pq', undefined],
    ['a.PARQ', undefined],
    ['part-00000', undefined],
    ['year=2026/any folder/a.snappy.parquet', undefined],
    ['_x=1/a.parquet', undefined],
    ['year=.5/a.parquet', undefined],
    ['', 'marker'],
    ['year=2026/', 'marker'],
    ['year=2026_$folder$', 'marker'],
    ['_SUCCESS', 'hidden'],
    ['_committed_123', 'hidden'],
    ['.part.parquet', 'hidden'],
    ['_staging/a.parquet', 'hidden'],
    ['.trash/year=1/a.parquet', 'hidden'],
    ['_temporary/0/a.parquet', 'temporary'],
    ['__magic_job-1/a.parquet', 'temporary'],
    ['a.parquet._COPYING_', 'temporary'],
    ['.a.parquet.crc', 'checksum'],
    ['a.parquet.md5', 'checksum'],
    ['a.SHA256', 'checksum'],
    ['a.csv', 'extension'],
    ['a.json.gz', 'extension'],
    ['a.parquet.gz', undefined],
    ['a.orc', 'extension'],
    ['a.parquet~', 'extension'],
    ['#a.parquet#', 'extension'],
  ];
  for (const [path, reason] of cases) {
    test(`${JSON.stringify(path)}: ${reason ?? 'not at all'}`, () => {
      assert.equal(skipReason({ path, size: 1, archived: false }, naming), reason);
    });
  }

  test('but for the compression after the extension of a text file', () => {
    const text = { extensions: ['csv', 'tsv'], compressible: true };
    for (const path of ['a.csv', 'a.TSV.GZ', 'a.csv.zst', 'a.csv.gzip', 'a.csv.bz2', 'a.gz', 'a']) {
      assert.equal(skipReason({ path, size: 1, archived: false }, text), undefined);
    }
    for (const path of ['a.parquet', 'a.json.gz']) {
      assert.equal(skipReason({ path, size: 1, archived: false }, text), 'extension');
    }
  });

  test('when it is empty or archived, but first for what its name says', () => {
    assert.equal(skipReason({ path: 'a.parquet', size: 0, archived: false }, naming), 'empty');
    assert.equal(skipReason({ path: 'a.parquet', size: 1, archived: true }, naming), 'archived');
    assert.equal(skipReason({ path: 'a.csv', size: 0, archived: true }, naming), 'extension');
    assert.equal(skipReason({ path: 'folder/', size: 0, archived: false }, naming), 'marker');
  });
});

suite('folders carry columns', () => {
  const cases: readonly (readonly [path: string, columns: Readonly<Record<string, string | null>>])[] = [
    ['a.parquet', {}],
    ['year=2026/month=01/a.parquet', { year: '2026', month: '01' }],
    ['in/between=no/x/day=1/a.parquet', { between: 'no', day: '1' }],
    ['a=b=c/f', { a: 'b=c' }],
    ['a=/f', { a: '' }],
    ['=a/f', {}],
    ['a=__HIVE_DEFAULT_PARTITION__/f', { a: null }],
    ['city=S%C3%A3o%20Paulo/f', { city: 'São Paulo' }],
    ['time=12%3A30%2f/f', { time: '12:30/' }],
    ['a%3Db=1/f', { 'a=b': '1' }],
    ['p=100%/f', { p: '100%' }],
    ['p=%zz/f', { p: '%zz' }],
    ['p=%E9/f', { p: '%E9' }],
    ['p=a+b/f', { p: 'a+b' }],
    ['k=1/k=2/f', { k: '1' }],
    ['year=2026/a=b.parquet', { year: '2026' }],
  ];
  for (const [path, columns] of cases) {
    test(path, () => {
      assert.deepEqual(Object.fromEntries(partitionsOf(path).map(({ column, value }) => [column, value])), columns);
    });
  }

  test('whose names and values come back from percent-encoding', () => {
    const text = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((value) => value !== '__HIVE_DEFAULT_PARTITION__');
    fc.assert(
      fc.property(text, text, (column, value) => {
        const folder = `${encodeURIComponent(column)}=${encodeURIComponent(value)}`;
        assert.deepEqual(partitionsOf(`${folder}/f`), [{ column, value }]);
      }),
    );
  });
});

test('a folder named type=x is the table x, any other the table of its name', () => {
  for (const [folder, name] of [
    ['events', 'events'],
    ['type=events', 'events'],
    ['type=sync%20aliases', 'sync aliases'],
    ['type=', 'type='],
    ['with%20percent', 'with%20percent'],
    ['a=b', 'a=b'],
  ] as const) {
    assert.equal(tableName(folder), name);
  }
});

test('a namespace is the schema prefix without slashes at its ends', () => {
  assert.deepEqual(['', '/', 'a/', 'a/b/', '/a'].map(namespaceOf), [undefined, undefined, 'a', 'a/b', 'a']);
});
