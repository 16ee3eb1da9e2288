// The readers that people use read everything that the destinations write, each without help, and all of them see the same rows; so
// does our own source. The rows are those that break readers, with the settings that change rows: json_columns, partition_by and
// airbyte_metadata.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite } from 'node:test';

import { administrator, createBucket, download, endpoint, freshName, region } from './support/account.ts';
import { ask, type Json, judgePrintedLines, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { runnerTest } from './support/runner-table.ts';
import { accessKey, discoverCatalog } from './support/setting.ts';

type Format = 'parquet' | 'json';
type Side = 'batch' | 'destination';
const readers = ['duckdb', 'pyarrow', 'polars', 'clickhouse', 'spark', 'source-s3'] as const;
type Reader = (typeof readers)[number];
type Row = Readonly<Record<string, unknown>>;

const text = { type: ['null', 'string'] };
const properties = {
  id: { type: 'integer' },
  at: { ...text, format: 'date-time' },
  local: { ...text, format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  born: { ...text, format: 'date' },
  clock: { ...text, airbyte_type: 'time_without_timezone' },
  big: { type: 'integer' },
  price: { type: 'number' },
  flag: { type: 'boolean' },
  name: text,
  tags: { type: 'array', items: text },
  shape: { type: 'object', properties: { a: { type: 'integer' } } },
  traits: { type: 'object' },
  kind: text,
};
const time = '2026-01-15T10:00:00Z';
const seconds = '2026-01-15T10:00:00';

type Sent = {
  /** Members of the record, as text. */
  readonly sent: string;
  /** The columns as a reader sees them. The siblings have another form in each reader. */
  readonly seen: Row;
  /** Values of another type than their column's: the hourly files keep them as they come, and readers guess types. */
  readonly isCoerced?: true;
};

const rows: readonly Sent[] = [
  {
    sent: '"at":"1600-01-01T00:00:00Z","local":"1850-06-01T12:00:00","born":"1500-03-01","clock":"14:30:00.5"',
    seen: {
      at: '1600-01-01T00:00:00.000000',
      local: '1850-06-01T12:00:00.000000',
      born: '1500-03-01',
      clock: '14:30:00.5',
    },
  },
  {
    sent: '"at":"0001-01-02T00:00:00Z","local":"1899-12-31T23:59:59.999999","born":"1582-10-14","clock":"14:30"',
    seen: { at: '0001-01-02T00:00:00.000000', local: '1899-12-31T23:59:59.999999', born: '1582-10-14', clock: '14:30' },
  },
  {
    sent: `"at":"${time}","local":"${seconds}","born":"2026-01-15","clock":"23:59:59.999999","flag":true`,
    seen: {
      at: `${seconds}.000000`,
      local: `${seconds}.000000`,
      born: '2026-01-15',
      clock: '23:59:59.999999',
      flag: true,
    },
  },
  { sent: '"big":9007199254740991,"price":0.1', seen: { big: '9007199254740991', price: '0.1' } },
  { sent: '"big":-5,"price":1e300', seen: { big: '-5', price: '1e+300' } },
  {
    sent: `"name":${JSON.stringify('ü “"\\\n” 😀\u0007\u2028')},"tags":["a",null,""]`,
    seen: { name: 'ü “"\\\n” 😀\u0007\u2028', tags: ['a', null, ''] },
  },
  { sent: '"name":"","tags":[]', seen: { name: '', tags: [] } },
  { sent: '"price":9.9900000000000002', seen: { price: '9.99' } },
  { sent: '"price":NaN,"tags":["b"]', seen: { tags: ['b'] } },
  { sent: '"name":"first","price":1,"name":"last","price":2.5', seen: { name: 'last', price: '2.5' } },
  { sent: '"price":1e400,"name":"far"', seen: { name: 'far' } },
  { sent: '"price":-Infinity,"flag":false', seen: { flag: false } },
  { sent: String.raw`"name":"cut \ud83d","tags":["\ude00"]`, seen: { name: 'cut \ufffd', tags: ['\ufffd'] } },
  {
    sent: `"at":"${seconds}.1234567Z","local":"${seconds}.123456789"`,
    seen: { at: `${seconds}.123456`, local: `${seconds}.123456` },
  },
  {
    sent: '"name":5,"price":"12","big":"7","flag":"true","tags":[1,false]',
    seen: { name: '5', price: '12', big: '7', flag: true, tags: ['1', 'false'] },
    isCoerced: true,
  },
  { sent: '"shape":[]', seen: { shape: {} }, isCoerced: true },
  {
    sent: '"shape":{"a":1},"traits":{"k 1":1,"k.2":{"x":[]}}',
    seen: { shape: { a: '1' }, traits: '{"k 1":1,"k.2":{"x":[]}}' },
  },
];
/** As folders: `kind=a%2Fb%3A x`, `kind=ü` and the one that means null. */
const kinds = ['a/b: x', 'ü', null];
const metadata = { _airbyte_generation_id: '7', _airbyte_extracted_at: '2026-01-15T14:30:00.000000' };

/** ClickHouse has dates and times from 1900 to 2299 only. */
const olderThanClickHouse = new Set(['0', '1']);
const temporal = ['at', 'local', 'born', '_airbyte_extracted_at'];
/** Columns whose values look the same to all readers in JSON lines, where a date is a text to one and a date to another. */
const inJson = ['id', 'big', 'price', 'flag', 'name', 'tags', '_airbyte_generation_id', 'kind'];

function expected(reader: Reader, { format, side }: Made): readonly Row[] {
  return rows.flatMap(({ seen, isCoerced = false }, index): readonly Row[] => {
    if (isCoerced && side === 'destination') return [];
    const id = String(index);
    const isBlind = reader === 'clickhouse' && olderThanClickHouse.has(id);
    const wanted: Row = { ...seen, id, kind: kinds[index % kinds.length], ...metadata };
    const names = format === 'parquet' ? [...Object.keys(properties), ...Object.keys(metadata)] : inJson;
    return [
      Object.fromEntries(
        names
          .filter((name) => !(isBlind && temporal.includes(name)))
          .filter((name) => !(reader === 'polars' && format === 'json' && name === 'kind'))
          .map((name) => [name, common(wanted[name] ?? null, name, reader)]),
      ),
    ];
  });
}

type Made = { readonly side: Side; readonly format: Format };
type Written = Made & { readonly folder: string; readonly place: Json };

/** Writes the rows as a destination does. */
async function written(made: Made, more: Json): Promise<Written> {
  const { side } = made;
  const bucket = await createBucket();
  const credentials = accessKey({ credentials: administrator });
  const place = { bucket, region, endpoint: endpoint(), credentials };
  const entry = { stream: 'visits', partition_by: ['kind'], ...(side === 'batch' && { json_columns: ['traits'] }) };
  const config = { ...place, streams: [entry], airbyte_metadata: true, ...more };
  const stream = { name: 'visits', json_schema: { type: 'object', properties } };
  const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };
  const generation = { generation_id: 7, minimum_generation_id: 0, sync_id: 3 };
  const catalog = { streams: [{ stream, ...modes, ...generation }] };
  const lines = rows.flatMap(({ sent, isCoerced = false }, id) => {
    if (isCoerced && side === 'destination') return [];
    const data = `{"id":${id},"time":"${time}","kind":${JSON.stringify(kinds[id % kinds.length])},${sent}}`;
    return [`{"type":"RECORD","record":{"stream":"visits","data":${data},"emitted_at":1768487400000}}\n`];
  });
  const { exitCode, messages } = await ask(side, 'write', { config, catalog }, lines.join(''));
  assert.equal(exitCode, 0, JSON.stringify(messages));
  const folder = join(await temporaryFolder(), freshName('files'));
  await download(bucket, side === 'batch' ? 'data/visits/' : 'type=visits/', folder);
  return { ...made, folder, place };
}

/** As our own source reads them. */
async function readBySource({ side, format, place }: Written): Promise<readonly Row[]> {
  const config = {
    ...place,
    schema_prefixes: [side === 'batch' ? 'data' : ''],
    data_format: { format: format === 'parquet' ? 'parquet' : 'jsonl' },
    data_partitioning: { mode: 'partitioned' },
  };
  const catalog = await discoverCatalog(config);
  const { exitCode, messages } = await ask('source', 'read', { config, catalog });
  assert.equal(exitCode, 0, JSON.stringify(messages));
  const records = messages.flatMap(({ type, record }) =>
    type === 'RECORD' ? [(record as { readonly data: Row }).data] : [],
  );
  return records.sort((a, b) => Number(a['id']) - Number(b['id']));
}

async function read(
  reader: Reader,
  files: Written,
): Promise<{ readonly version: string; readonly rows: readonly Row[] }> {
  if (reader === 'source-s3') return { version: '', rows: await readBySource(files) };
  const answer = await runScript('read_table.py', [reader, files.format, files.folder], { runner: 'readers' });
  const { version, rows: found } = JSON.parse(answer) as { readonly version: string; readonly rows: readonly Row[] };
  return { version, rows: found.toSorted((a, b) => Number(a['id']) - Number(b['id'])) };
}

for (const { file, more, ...made } of [
  { file: 'batch Parquet', format: 'parquet', side: 'batch', more: { output_format: 'parquet' } },
  { file: 'batch JSON lines', format: 'json', side: 'batch', more: { output_format: 'json' } },
  { file: 'hourly JSON lines', format: 'json', side: 'destination', more: {} },
] as const) {
  suite(`the rows of ${file}`, () => {
    let files: Written;
    before(async () => {
      files = await written(made, more);
    });

    for (const reader of readers) {
      runnerTest({ runner: reader, connector: file }, 'sees every row and every value', async (context) => {
        const { version, rows: found } = await read(reader, files);
        context.diagnostic(`${reader} ${version}`);
        const wanted = expected(reader, made);
        const seen = found.map((row, index) => {
          const names = Object.keys(wanted[index] ?? {});
          return Object.fromEntries(names.map((name) => [name, common(row[name] ?? null, name, reader)]));
        });
        assert.deepEqual(seen, wanted);
      });
    }
  });
}

suite('a table with a column of the Parquet type TIME (time_as: time_micros)', () => {
  runnerTest(
    { runner: 'spark', connector: 'batch Parquet' },
    'refuses it, which is why text is the default',
    async () => {
      const { folder } = await written(
        { side: 'batch', format: 'parquet' },
        { output_format: 'parquet', time_as: 'time_micros' },
      );
      await assert.rejects(
        runScript('read_table.py', ['spark', 'parquet', folder], { runner: 'readers' }),
        /TIME\(MICROS/u,
      );
    },
  );
});

/** Readers print the same value in different forms: numbers, instants, and what they have for null. */
function common(value: unknown, name: string, reader: Reader): unknown {
  if (name === 'kind' && reader === 'clickhouse' && value !== null) return decoded(value as string);
  // ClickHouse has no list and no group that is null.
  if (value === null) return reader === 'clickhouse' && name === 'tags' ? [] : null;
  if (temporal.includes(name) && typeof value === 'string' && value.includes('T')) return instant(value);
  if (['id', 'big', 'price', '_airbyte_generation_id'].includes(name)) return String(Number(value));
  if (name !== 'shape' || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  if (members.length === 0) return reader === 'clickhouse' ? null : {};
  return Object.fromEntries(members.map(([member, held]) => [member, String(held)]));
}

/** ClickHouse leaves the names of folders as they are. */
function decoded(text: string): string | null {
  return text === '__HIVE_DEFAULT_PARTITION__' ? null : decodeURIComponent(text);
}

function instant(text: string): string {
  const [seconds = '', fraction = ''] = text.replace(/(?:Z|\+00:00)$/u, '').split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}`;
}

judgePrintedLines();
