// What common writers put into a bucket by default, and the rows that it stands for, by the blocks of docs/how-to/coming-from.md. The text of
// Postgres 15, Spark 3.5, DuckDB 2 and pandas 3 is what they wrote; the others’ is named and written as their own documents say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { avroFile } from '../../source-s3/support/avro.ts';
import { parquet } from '../../support/parquet.ts';

type Row = Readonly<Record<string, unknown>>;
type Settings = Row & { readonly data_format: Row };
type Written = { readonly objects: Readonly<Record<string, string | Uint8Array>>; readonly rows: readonly Row[] };

export const page = readFileSync(join(import.meta.dirname, '../../../docs/how-to/coming-from.md'), 'utf8');
/** The settings of each block of the page, by its name. */
export const blocks: ReadonlyMap<string, Settings> = new Map(
  Array.from(page.matchAll(/^```json (\w+)\n(.*?)^```$/gmsu), ([, name = '', text = '']) => [
    name,
    JSON.parse(text) as Settings,
  ]),
);

export function settingsOf(block: string): Settings {
  return blocks.get(block) ?? { data_format: {} };
}

const uuid = '1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9';
const utc = '2026-01-15T14:30:00.123456Z';
const local = '2026-01-15T14:30:00.123456';
const row = (id: unknown, name: unknown, active: unknown, at: unknown, more: Row = {}): Row => ({
  id,
  name,
  active,
  at,
  ...more,
});
const typed = (time: string) => `
  SELECT 1 AS id, 'Zoë, "Z"' AS name, true AS active, ${time} '2026-01-15 14:30:00.123456' AS at
  UNION ALL SELECT 2, '', false, NULL UNION ALL SELECT 3, NULL, NULL, NULL`;
const typedRows = (at: string, more: Row = {}): readonly Row[] => [
  row(1, 'Zoë, "Z"', true, at, more),
  row(2, '', false, null, more),
  row(3, null, null, null, more),
];
const day = { day: '2026-01-15' };
const athena = `20260115_143000_00012_abcde_${uuid}`;
const part = `part-00000-${uuid}.c000`; // Without partitionBy it is -c000.
const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');

const dms = {
  'LOAD00000001.csv': lines('1,"Zoë, ""Z""",1,2026-01-15 14:30:00.123456', '2,"",0,NULL'),
  '20260115-143000123.csv': lines('U,1,"NULL",1,2026-01-15 14:30:00.123456', 'D,2,NULL,0,NULL'),
};

export const writers: Readonly<Record<string, () => Written | Promise<Written>>> = {
  redshift_text: () => ({
    objects: {
      users_0000_part_00: lines('1|Zoë, "Z"|t|2026-01-15 14:30:00.123456', '2||f|'),
      users_0001_part_00: lines('3|C:\\x||'),
      users_manifest: '{"entries":[{"url":"s3://customer-data/lake/users/users_0000_part_00"}]}',
    },
    rows: [row(1, 'Zoë, "Z"', true, utc), row(2, null, false, null), row(3, 'C:\\x', null, null)],
  }),
  redshift_quoted: () => ({
    objects: {
      users_0000_part_00: lines(
        String.raw`"1"|"a\|b \"c\" \\"|"t"|"2026-01-15 14:30:00.123456"`,
        '"2"|"two\\\nlines"|"f"|"2026-01-15 14:30:00"',
      ),
    },
    rows: [row(1, 'a|b "c" \\', true, utc), row(2, 'two\nlines', false, '2026-01-15T14:30:00Z')],
  }),
  redshift_csv: () => ({
    objects: { users_0000_part_00: lines('1,"Zoë, ""Z""",t,2026-01-15 14:30:00.123456', '2,"",f,', '3,,,') },
    rows: typedRows(utc),
  }),
  redshift_parquet: async () => ({
    objects: { 'day=2026-01-15/0000_part_00.parquet': await parquet(typed('TIMESTAMP'), 'COMPRESSION snappy') },
    rows: typedRows(local, day),
  }),
  snowflake_csv: () => ({
    objects: {
      'data_0_0_0.csv.gz': gzipSync(lines('1,Zoë\\, "Z",true,2026-01-15 15:30:00.123 +0100', '2,,false,\\N')),
      'data_0_1_0.csv.gz': gzipSync(lines('3,\\N,\\N,\\N', '4,two\\\nlines \\\\N,true,2026-01-15 14:30:00.123 Z')),
    },
    rows: [
      row(1, 'Zoë, "Z"', true, '2026-01-15T14:30:00.123000Z'),
      row(2, '', false, null),
      row(3, null, null, null),
      row(4, 'two\nlines \\N', true, '2026-01-15T14:30:00.123000Z'),
    ],
  }),
  snowflake_json: () => ({
    objects: {
      'data_0_0_0.json.gz': gzipSync(
        lines(
          '{"ACTIVE":true,"AT":"2026-01-15 15:30:00.123 +0100","ID":1,"NAME":"Zoë, \\"Z\\""}',
          '{"ID":2,"NAME":""}',
        ),
      ),
    },
    rows: [
      { ACTIVE: true, AT: '2026-01-15 15:30:00.123 +0100', ID: 1, NAME: 'Zoë, "Z"' },
      { ID: 2, NAME: '' },
    ],
  }),
  snowflake_parquet: async () => ({
    objects: { 'data_0_0_0.snappy.parquet': await parquet(typed('TIMESTAMP'), 'COMPRESSION snappy') },
    rows: typedRows(local),
  }),
  athena_parquet: async () => ({
    objects: { [`day=2026-01-15/${athena}`]: await parquet(typed('TIMESTAMP'), 'COMPRESSION gzip') },
    rows: typedRows(local, day),
  }),
  athena_text: () => ({
    objects: {
      [`${athena}.gz`]: gzipSync(
        lines(
          '1\u0001Zoë, "Z"\u0001true\u00012026-01-15 14:30:00.123',
          '2\u0001\u0001false\u0001\\N',
          '3\u0001\\N\u0001\\N\u0001\\N',
        ),
      ),
    },
    rows: typedRows('2026-01-15T14:30:00.123000Z'),
  }),
  athena_json: () => ({
    objects: {
      [`${athena}.gz`]: gzipSync(
        lines('{"id":1,"name":"Zoë, \\"Z\\"","active":true}', '{"id":2,"name":"","active":null}'),
      ),
    },
    rows: [
      { id: 1, name: 'Zoë, "Z"', active: true },
      { id: 2, name: '', active: null },
    ],
  }),
  athena_results: () => ({
    objects: {
      [`${uuid}.csv`]: lines(
        '"id","name","active","at"',
        '"1","Zoë, ""Z""","true","2026-01-15 14:30:00.123456"',
        '"2","","false",',
        '"3",,,',
      ),
      [`${uuid}.csv.metadata`]: '\u0001binary',
      [`${uuid}-manifest.csv`]: 's3://customer-data/lake/users/a\n',
    },
    rows: typedRows(utc),
  }),
  bigquery_csv: () => ({
    objects: {
      '000000000000.csv': lines(
        'id,name,active,at',
        '1,"Zoë, ""Z""",true,2026-01-15 14:30:00.123456 UTC',
        '2,"",false,',
      ),
      '000000000001.csv': lines('id,name,active,at', '3,,,'),
    },
    rows: typedRows(utc),
  }),
  bigquery_json: () => ({
    objects: {
      '000000000000.json': lines(
        '{"id":"1","name":"a \\u003c b","active":true,"at":"2026-01-15 14:30:00.123456 UTC"}',
        '{"id":"2","name":""}',
      ),
    },
    rows: [row('1', 'a < b', true, '2026-01-15 14:30:00.123456 UTC'), { id: '2', name: '' }],
  }),
  bigquery_avro: () => {
    const fields = [
      { name: 'id', type: ['null', 'long'] },
      { name: 'name', type: ['null', 'string'] },
      { name: 'active', type: ['null', 'boolean'] },
      { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-micros' }] },
    ];
    const at = BigInt(Date.parse('2026-01-15T14:30:00Z')) * 1000n + 123_456n;
    const rows = [
      row({ long: 1n }, { string: 'Zoë, "Z"' }, { boolean: true }, { long: at }),
      row({ long: 2n }, { string: '' }, { boolean: false }, null),
      row({ long: 3n }, null, null, null),
    ];
    return {
      objects: { '000000000000.avro': avroFile({ type: 'record', name: 'Root', fields }, rows) },
      rows: typedRows(utc),
    };
  },
  bigquery_parquet: async () => ({
    objects: { '000000000000.parquet': await parquet(typed('TIMESTAMPTZ'), 'COMPRESSION snappy') },
    rows: typedRows(utc),
  }),
  spark_csv: () => ({
    objects: {
      [`day=2026-01-15/${part}.csv`]: lines(
        String.raw`1,"Zoë, \"Z\"",true,2026-01-15T14:30:00.123Z`,
        '2,"",false,',
        '3,,,',
      ),
      _SUCCESS: '',
    },
    rows: typedRows('2026-01-15T14:30:00.123000Z', day),
  }),
  spark_json: () => ({
    objects: {
      [`day=2026-01-15/${part}.json`]: lines(
        '{"id":1,"name":"Zoë, \\"Z\\"","active":true,"at":"2026-01-15T14:30:00.123Z"}',
        '{"id":2,"name":"","active":false}',
        '{"id":3}',
      ),
      _SUCCESS: '',
    },
    rows: [
      row(1, 'Zoë, "Z"', true, '2026-01-15T14:30:00.123Z', day),
      { id: 2, name: '', active: false, ...day },
      { id: 3, ...day },
    ],
  }),
  spark_parquet: async () => ({
    objects: {
      [`day=2026-01-15/${part}.snappy.parquet`]: await parquet(typed('TIMESTAMPTZ'), 'COMPRESSION snappy'),
      _SUCCESS: '',
    },
    rows: typedRows(utc, day),
  }),
  firehose: () => ({
    objects: {
      [`2026/01/15/14/events-1-2026-01-15-14-30-00-${uuid}`]: '{"id":1,"ok":true}{"id":2,"ok":null}',
      [`2026/01/15/15/events-1-2026-01-15-15-30-00-${uuid}.gz`]: gzipSync('{"id":3,"ok":false,"at":"x}{"}'),
    },
    rows: [
      { id: 1, ok: true, arrived: '2026-01-15T14:00:00Z' },
      { id: 2, ok: null, arrived: '2026-01-15T14:00:00Z' },
      { id: 3, ok: false, at: 'x}{', arrived: '2026-01-15T15:00:00Z' },
    ],
  }),
  dms_full_load: () => ({ objects: dms, rows: [row(1, 'Zoë, "Z"', 1, utc), row(2, '', 0, null)] }),
  dms_changes: () => ({
    objects: dms,
    rows: [row(1, 'NULL', 1, utc, { op: 'U' }), row(2, null, 0, null, { op: 'D' })],
  }),
  mysql: () => ({
    objects: {
      'users.part_00000': lines('1\tZoë, "Z"\t1\t2026-01-15 14:30:00.123456', '2\t\t0\t\\N'),
      'users.part_00001': lines('3\t\\N\t\\N\t\\N', '4\ta\\\tb\\\nc \\\\N\t1\t2026-01-15 14:30:00'),
      'users.manifest': '{"entries": [{"url":"s3://customer-data/lake/users/users.part_00000"}]}',
    },
    rows: [...typedRows(utc), row(4, 'a\tb\nc \\N', true, '2026-01-15T14:30:00Z')],
  }),
  postgres_text: () => ({
    objects: {
      users: lines('1\tZoë, "Z"\tt\t2026-01-15 14:30:00.123456+00', '2\t\tf\t\\N'),
      users_part2: lines('3\t\\N\t\\N\t\\N', '4\ta\\tb\\nc \\\\N\tt\t2026-01-15 14:30:00+00'),
    },
    rows: [...typedRows(utc), row(4, 'a\tb\nc \\N', true, '2026-01-15T14:30:00Z')],
  }),
  postgres_csv: () => ({
    objects: {
      'users.csv': lines('id,name,active,at', '1,"Zoë, ""Z""",t,2026-01-15 14:30:00.123456+00', '2,"",f,', '3,,,'),
    },
    rows: typedRows(utc),
  }),
  duckdb: () => ({
    objects: {
      'users.csv': lines('id,name,active,at', '1,"Zoë, ""Z""",true,2026-01-15 14:30:00.123456', '2,"",false,', '3,,,'),
    },
    rows: typedRows(utc),
  }),
  pandas: () => ({
    objects: {
      'users.csv': lines(
        'id,name,active,at',
        '1.0,"Zoë, ""Z""",True,2026-01-15 14:30:00.123456+00:00',
        ',,False,',
        '3.0,,,',
      ),
    },
    rows: [row(1, 'Zoë, "Z"', true, utc), row(null, null, false, null), row(3, null, null, null)],
  }),
};
