// What the destinations write is read whole by the readers that people use, each without help, and all of them see the same rows.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite } from 'node:test';

import { administrator, createBucket, download, endpoint, freshName, region } from './support/account.ts';
import { ask, type Json, judgePrintedLines, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { runnerTest } from './support/runner-table.ts';
import { accessKey } from './support/setting.ts';

type Format = 'parquet' | 'json';
const readers = ['duckdb', 'pyarrow', 'polars', 'clickhouse', 'spark'] as const;
type Reader = (typeof readers)[number];
type Row = Readonly<Record<string, unknown>>;
type Found = { readonly version: string; readonly rows: readonly Row[] };

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
};
const time = '2026-01-15T10:00:00Z';
/** `seen`: what a reader sees in the columns; `rest` has what lies beside them, too, or is of another form in each reader. */
const rows: readonly { readonly seen: Row; readonly sent: Json }[] = [
  {
    sent: { at: '1600-01-01T00:00:00Z', local: '1850-06-01T12:00:00', born: '1500-03-01', clock: '14:30:00.5' },
    seen: {
      at: '1600-01-01T00:00:00.000000',
      local: '1850-06-01T12:00:00.000000',
      born: '1500-03-01',
      clock: '14:30:00.5',
    },
  },
  {
    sent: { at: '0001-01-02T00:00:00Z', local: '1899-12-31T23:59:59.999999', born: '1582-10-14', clock: '14:30' },
    seen: { at: '0001-01-02T00:00:00.000000', local: '1899-12-31T23:59:59.999999', born: '1582-10-14', clock: '14:30' },
  },
  {
    sent: { at: time, local: '2026-01-15T10:00:00', born: '2026-01-15', clock: '23:59:59.999999', flag: true },
    seen: {
      at: '2026-01-15T10:00:00.000000',
      local: '2026-01-15T10:00:00.000000',
      born: '2026-01-15',
      clock: '23:59:59.999999',
      flag: true,
    },
  },
  { sent: { big: 9007199254740991, price: 0.1 }, seen: { big: '9007199254740991', price: '0.1' } },
  { sent: { big: -5, price: 1e300 }, seen: { big: '-5', price: '1e+300' } },
  {
    sent: { name: 'ü “"\\\n” 😀\u0007\u2028', tags: ['a', null, ''] },
    seen: { name: 'ü “"\\\n” 😀\u0007\u2028', tags: ['a', null, ''] },
  },
  { sent: { name: '', tags: [] }, seen: { name: '', tags: [] } },
];

/** ClickHouse has no list that is null. */
const nullOf: Readonly<Partial<Record<Reader, Row>>> = { clickhouse: { tags: [] } };
/** ClickHouse has dates and times from 1900 to 2299 only. */
const olderThanClickHouse = new Set(['0', '1']);
const temporal = ['at', 'local', 'born'];

/** Columns whose values look the same to all readers in JSON lines, where a date is a text to one and a date to another. */
const inJson = ['id', 'big', 'price', 'flag', 'name', 'tags'];

function expected(reader: Reader, format: Format): readonly Row[] {
  return rows.map(({ seen }, index) => {
    const id = String(index);
    const isBlind = reader === 'clickhouse' && olderThanClickHouse.has(id);
    return Object.fromEntries(
      (format === 'parquet' ? Object.keys(properties) : inJson)
        .filter((name) => !(isBlind && temporal.includes(name)))
        .map((name) => [name, name === 'id' ? id : (seen[name] ?? nullOf[reader]?.[name] ?? null)]),
    );
  });
}

/** Writes the rows as a destination does. @returns the folder with its files. */
async function written(side: 'batch' | 'destination', more: Json): Promise<string> {
  const bucket = await createBucket();
  const credentials = accessKey({ credentials: administrator });
  const config = { bucket, region, endpoint: endpoint(), credentials, ...more };
  const stream = { name: 'visits', json_schema: { type: 'object', properties } };
  const catalog = { streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append' }] };
  const lines = rows.map(({ sent }, id) => {
    const record = { stream: 'visits', emitted_at: 1768487400000, data: { id, time, ...sent } };
    return `${JSON.stringify({ type: 'RECORD', record })}\n`;
  });
  const { exitCode, messages } = await ask(side, 'write', { config, catalog }, lines.join(''));
  assert.equal(exitCode, 0, JSON.stringify(messages));
  const folder = join(await temporaryFolder(), freshName('files'));
  await download(bucket, side === 'batch' ? 'data/visits/' : 'type=visits/', folder);
  return folder;
}

for (const { file, format, side, more } of [
  { file: 'batch Parquet', format: 'parquet', side: 'batch', more: { output_format: 'parquet' } },
  { file: 'batch JSON lines', format: 'json', side: 'batch', more: { output_format: 'json' } },
  { file: 'hourly JSON lines', format: 'json', side: 'destination', more: {} },
] as const) {
  suite(`the rows of ${file}`, () => {
    let folder = '';
    before(async () => {
      folder = await written(side, more);
    });

    for (const reader of readers) {
      runnerTest({ runner: reader, connector: file }, 'sees every row and every value', async (context) => {
        const answer = await runScript('read_table.py', [reader, format, folder], { runner: 'readers' });
        const { version, rows: found } = JSON.parse(answer) as Found;
        context.diagnostic(`${reader} ${version}`);
        const wanted = expected(reader, format);
        const seen = found.map((row, index) =>
          Object.fromEntries(Object.keys(wanted[index] ?? {}).map((name) => [name, forms[reader](row[name] ?? null)])),
        );
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
      const folder = await written('batch', { output_format: 'parquet', time_as: 'time_micros' });
      await assert.rejects(
        runScript('read_table.py', ['spark', 'parquet', folder], { runner: 'readers' }),
        /TIME\(MICROS/u,
      );
    },
  );
});

type Form = (value: unknown) => unknown;
const same: Form = (value) => value;
/** What a reader prints in a form of its own. */
const forms: Readonly<Record<Reader, Form>> = {
  duckdb: same,
  pyarrow: same,
  polars: same,
  clickhouse: (value) => (typeof value === 'string' ? value.replace(/Z$/u, '') : value),
  spark: same,
};

judgePrintedLines();
