// Odd layouts that occur: each gives the right values, or a report that names what was not read. None ends a run.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { avroFile, recordOf } from '../support/avro.ts';
import { configured, discoverHere, readHere, serverWith, type Json } from '../support/source.ts';

const files: Record<string, Buffer> = {};
before(async () => {
  files['plain'] = await parquet('SELECT 1 AS id');
  files['day'] = await parquet("SELECT 1 AS id, DATE '2026-01-15' AS day");
  files['Day'] = await parquet('SELECT 1 AS id, DATE \'2026-01-15\' AS "Day"');
  files['DAY'] = await parquet('SELECT 1 AS id, DATE \'2026-01-15\' AS "DAY"');
});

/** The files that discover sees, the first and the last, lack the column: its name comes from the folders. */
function otherCases(): Readonly<Record<string, Buffer>> {
  const { plain = assert.fail(), Day = assert.fail(), DAY = assert.fail() } = files;
  return {
    'day=2026-01-14/1': plain,
    'day=2026-01-14/2': Day,
    'day=2026-01-14/3': DAY,
    x4: Day,
    'day=2026-01-14/5': plain,
  };
}

/** Path below the table → the columns of its row except `id`, without null ones. */
type Expected = Readonly<Record<string, Json>>;
const prefix = 's3://customer-data/lake/t/';

/** `known`: a glob of the files that exist when discover runs. */
async function rowsByPath(bodies: Readonly<Record<string, Buffer>>, config: Json = {}, known = '**') {
  const objects = Object.entries(bodies).map(([path, body]) => [`lake/t/${path}`, body] as const);
  await using server = await serverWith(Object.fromEntries(objects));
  const { catalog, said: discovered } = await discoverHere(server, { ...config, file_pattern: known });
  const { messages, said, failures } = await readHere(server, { config, catalog: configured(catalog) });
  assert.deepEqual(failures, []);
  const rows = ofType(messages, 'RECORD').map(({ record }) => {
    const { id, _ab_source_file_url: url, _ab_source_file_last_modified: _, ...columns } = record.data;
    assert.equal(id, 1);
    const own = Object.entries(columns).filter(([, value]) => value !== null);
    assert.ok(typeof url === 'string');
    return [url.slice(prefix.length), Object.fromEntries(own)] as const;
  });
  return { rows: Object.fromEntries(rows), count: rows.length, said: [...discovered, ...said] };
}

suite('every file is read, with the columns of its folders', () => {
  const cases: readonly (readonly [name: string, rows: Expected])[] = [
    ['percent-encoded values', { 'city=S%C3%A3o%20Paulo/a': { city: 'São Paulo' }, 'city=a%2Fb/a': { city: 'a/b' } }],
    ['a name in percent signs', { 'my%20day=1/a': { 'my day': '1' } }],
    ['percent signs that encode nothing', { 'p=100%/a': { p: '100%' }, 'p=%zz/a': { p: '%zz' }, 'p=%/a': { p: '%' } }],
    ['bytes that are not UTF-8', { 'p=%FF/a': { p: '%FF' }, 'p=%C3/a': { p: '%C3' } }],
    ['plus signs', { 'p=a+b/a': { p: 'a+b' } }],
    ['an empty value', { 'k=/a': { k: '' }, 'k=1/a': { k: '1' } }],
    ['an empty name', { '=v/a': {}, 'k=1/a': { k: '1' } }],
    ['nothing but an equals sign', { '=/a': {}, '==/a': {} }],
    ['several equals signs', { 'a=b=c/a': { a: 'b=c' }, 'a==/a': { a: '=' } }],
    ['the null of Hive', { 'k=__HIVE_DEFAULT_PARTITION__/a': {}, 'k=1/a': { k: '1' } }],
    ['what looks like that null', { 'k=__hive_default_partition__/a': { k: '__hive_default_partition__' } }],
    ['the word null', { 'k=null/a': { k: 'null' }, 'k=NULL/a': { k: 'NULL' }, 'k=\\N/a': { k: '\\N' } }],
    ['one value in two spellings', { 'month=1/a': { month: '1' }, 'month=01/a': { month: '01' } }],
    [
      'numbers longer than any type',
      { 'n=00123456789012345678901234567890/a': { n: '00123456789012345678901234567890' } },
    ],
    [
      'columns that some files lack',
      { a: {}, 'k=1/a': { k: '1' }, 'k=1/m=2/a': { k: '1', m: '2' }, 'm=3/a': { m: '3' } },
    ],
    ['columns in another order', { 'k=1/m=2/a': { k: '1', m: '2' }, 'm=3/k=4/a': { k: '4', m: '3' } }],
    ['one column twice in a path', { 'k=1/k=2/a': { k: '1' } }],
    ['one column twice in a path, in two cases', { 'Year=1/year=2/a': { Year: '1' } }],
    ['one column in two cases', { 'Year=1/a': { Year: '1' }, 'year=2/a': { Year: '2' } }],
    ['folders that carry no column', { 'x/a': {}, 'x/y/k=1/z/a': { k: '1' }, 'k=2/x/a': { k: '2' } }],
    ['folders named as files', { 'x.parquet/a': {}, 'x.csv/a': {}, 'k=1.csv/a': { k: '1.csv' } }],
    ['files named as partitions', { 'k=1': {}, 'k=1/m=2': { k: '1' } }],
    ['slashes in a row', { '/a': {}, 'k=1//a': { k: '1' }, '//k=2/a': { k: '2' } }],
    ['blanks at the ends', { ' /a': {}, 'k= 1 /a': { k: ' 1 ' }, ' k =1/a': { ' k ': '1' }, 'a ': {}, ' a': {} }],
    ['control characters', { 'k=\t/a': { k: '\t' }, 'k=a\nb/a': { k: 'a\nb' }, '\u0001/a\u007f': {} }],
    ['letters of all scripts', { 'país=Perú/日本': { país: 'Perú' }, 'k=😀/😀': { k: '😀' } }],
    ['one letter in two encodings', { 'k=\u00e9/a': { k: '\u00e9' }, 'k=e\u0301/a': { k: 'e\u0301' } }],
    ['column names in two encodings', { '\u00e9=1/a': { '\u00e9': '1' }, 'e\u0301=1/a': { 'e\u0301': '1' } }],
    [
      'the characters of globs',
      { '*?/a': {}, 'k=[a-z]/{x,y}': { k: '[a-z]' }, '**': {}, 'k=!/#~&$@:;,^`|<>\\': { k: '!' } },
    ],
    ['quotes', { "k='/it's": { k: "'" }, 'k="/"x"': { k: '"' }, '"k"=1/a': { '"k"': '1' } }],
    ['markup', { 'k=<a>&amp;/]]>': { k: '<a>&amp;' } }],
    [
      'names that objects have by birth',
      { '__proto__=1/a': {}, 'constructor=2/a': { constructor: '2' }, 'toString=3/a': { toString: '3' } },
    ],
    ['keys as long as they may be', { [`k=${'v'.repeat(500)}/${'a'.repeat(510)}`]: { k: 'v'.repeat(500) } }],
    [
      'many columns',
      {
        [`${Array.from({ length: 60 }, (_, i) => `c${i}=${i}`).join('/')}/a`]: Object.fromEntries(
          Array.from({ length: 60 }, (_, i) => [`c${i}`, String(i)]),
        ),
      },
    ],
    ['folders a hundred deep', { [`${'x/'.repeat(100)}k=1/a`]: { k: '1' } }],
    ['columns named as ours', { '_ab_source_file_url=1/a': {}, 'k=1/a': { k: '1' } }],
    ['an underscore before a column', { '_day=1/a': { _day: '1' } }],
    ['dots in values', { 'v=1.2.3/a': { v: '1.2.3' }, 'v=.5/a': { v: '.5' }, 'v=../a': { v: '..' } }],
  ];
  for (const [name, expected] of cases) {
    test(name, async () => {
      const bodies = Object.keys(expected).map((path) => [path, files['plain'] ?? assert.fail()] as const);
      const { rows, count } = await rowsByPath(Object.fromEntries(bodies));
      assert.deepEqual(rows, expected);
      assert.equal(count, bodies.length);
    });
  }
});

suite('a column of folders that files hold in another case', () => {
  test('has the file’s value where the file’s counts', async () => {
    const config = { data_partitioning: { mode: 'partitioned', on_conflict: 'file' } };
    const { rows } = await rowsByPath(otherCases(), config, '**/[15]');
    const values = Object.values(rows).map(({ day }) => day);
    assert.deepEqual(values, ['2026-01-14', '2026-01-15', '2026-01-15', '2026-01-15', '2026-01-14']);
    assert.deepEqual(new Set(Object.values(rows).flatMap(Object.keys)), new Set(['day']));
  });

  test('has the folder’s value where that counts, and the file’s in no such folder', async () => {
    const { rows, said } = await rowsByPath(otherCases(), {}, '**/[15]');
    const values = Object.values(rows).map(({ day }) => day);
    assert.deepEqual(values, ['2026-01-14', '2026-01-14', '2026-01-14', '2026-01-15', '2026-01-14']);
    assert.ok(said.some((line) => line.startsWith('WARN') && line.includes('"Day" differs in 1 of 1 row,')));
  });

  test('has them from CSV too', async () => {
    const config = {
      data_format: { format: 'csv', column_types: [{ name: 'id', type: 'integer' }] },
      data_partitioning: { mode: 'partitioned', on_conflict: 'file' },
    };
    const { rows } = await rowsByPath(
      {
        'day=1/a': Buffer.from('id,x\n1,\n'),
        'day=1/b': Buffer.from('id,DAY\n1,2\n'),
        'day=1/c': Buffer.from('id,x\n1,\n'),
      },
      config,
      '**/[ac]',
    );
    assert.deepEqual(Object.values(rows), [{ day: '1' }, { day: '2' }, { day: '1' }]);
  });
});

test('a column of folders that JSON lines hold in another case has their value', async () => {
  const config = {
    data_format: { format: 'jsonl' },
    data_partitioning: { mode: 'partitioned', on_conflict: 'file' },
  };
  const { rows } = await rowsByPath(
    {
      'day=1/a': Buffer.from('{"id":1}\n'),
      'day=1/b': Buffer.from('{"x":0, "DAY" : "2" , "id":1}\n'),
      'day=1/c': Buffer.from('{"id":1}\n'),
    },
    config,
    '**/[ac]',
  );
  assert.deepEqual(Object.values(rows), [{ day: '1' }, { day: '2' }, { day: '1' }]);
});

test('a column of folders that Avro files hold in another case has their value', async () => {
  const config = { data_format: { format: 'avro' }, data_partitioning: { mode: 'partitioned', on_conflict: 'file' } };
  const plain = avroFile(recordOf({ id: 'int' }), [{ id: 1 }]);
  const own = avroFile(recordOf({ DAY: 'string', id: 'int' }), [{ DAY: '2', id: 1 }]);
  const { rows } = await rowsByPath({ 'day=1/a': plain, 'day=1/b': own, 'day=1/c': plain }, config, '**/[ac]');
  assert.deepEqual(Object.values(rows), [{ day: '1' }, { day: '2' }, { day: '1' }]);
});

test('one column that folders spell in two ways is said so', async () => {
  const plain = files['plain'] ?? assert.fail();
  const { said } = await rowsByPath({ 'Year=1/a': plain, 'year=2/a': plain });
  const remark = 'WARN lake.t: folders name one column "Year=" and "year="; it is read as "Year"';
  assert.deepEqual(
    said.filter((line) => line.includes('Year=')),
    [remark, remark],
  ); // By discover and by read.
});
