// One rule in all formats for whether a file's value equals its folder's.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet } from '../../support/parquet.ts';
import { avroFile, logical, recordOf } from '../support/avro.ts';
import { catalogJson, readHere, serverWith, type Json } from '../support/source.ts';

type Case = {
  readonly sql: string;
  readonly avro: readonly [type: unknown, value: unknown];
  readonly csv: readonly [type: string, text: string];
  /** Undefined if JSON has no such values. */
  readonly json?: string;
  readonly same: readonly string[];
  readonly other: readonly string[];
};

const hiveNull = '__HIVE_DEFAULT_PARTITION__';
const noon = Date.UTC(2026, 0, 15, 12);
const cases: Readonly<Record<string, Case>> = {
  integer: {
    sql: '1::BIGINT',
    avro: ['long', 1n],
    csv: ['integer', '1'],
    json: '1',
    same: ['1', '01', '+1', '1.0'],
    other: ['2', 'x', '1x', hiveNull, '1'.repeat(50)],
  },
  'large integer': {
    sql: '9007199254740993::BIGINT',
    avro: ['long', 9007199254740993n],
    csv: ['integer', '9007199254740993'],
    json: '9007199254740993',
    same: ['9007199254740993', '09007199254740993'],
    other: ['9007199254740992'],
  },
  number: {
    sql: '1.5::DOUBLE',
    avro: ['double', 1.5],
    csv: ['number', '1.5'],
    json: '1.5',
    same: ['1.5', '1.50', '15e-1'],
    other: ['1', '1,5', 'NaN', hiveNull],
  },
  boolean: {
    sql: 'true',
    avro: ['boolean', true],
    csv: ['boolean', 'true'],
    json: 'true',
    same: ['true', 'TRUE', '1'],
    other: ['false', '0', 'on', hiveNull],
  },
  string: {
    sql: "'01'",
    avro: ['string', '01'],
    csv: ['string', '01'],
    json: '"\\u00301"',
    same: ['01'],
    other: ['1', ' 01', hiveNull],
  },
  null: {
    sql: 'NULL::VARCHAR',
    avro: [['null', 'string'], null],
    csv: ['string', ''],
    json: 'null',
    same: [hiveNull],
    other: ['x', 'null'],
  },
  date: {
    sql: "DATE '2026-01-15'",
    avro: [logical('int', 'date'), noon / 86_400_000 - 0.5],
    csv: ['date', '2026-01-15'],
    same: ['2026-01-15', '2026-01-15 00:00:00'],
    other: ['2026-01-16', '2026-1-15', '2026-01-15 12:00:00', hiveNull],
  },
  timestamp: {
    sql: "TIMESTAMPTZ '2026-01-15 12:00:00Z'",
    avro: [logical('long', 'timestamp-millis'), BigInt(noon)],
    csv: ['timestamp', '2026-01-15 12:00:00'],
    same: ['2026-01-15T12:00:00Z', '2026-01-15 13:00:00+01:00', '2026-01-15T12:00'],
    other: ['2026-01-15', '2026-01-15T12:00:00.000000001Z', 'noon', hiveNull],
  },
};

const formats: Readonly<
  Record<string, (one: Case) => Promise<{ readonly body: Buffer | string; readonly format?: Json } | undefined>>
> = {
  parquet: async ({ sql }) => ({ body: await parquet(`SELECT ${sql} AS c`) }),
  avro: ({ avro: [type, c] }) => Promise.resolve({ body: avroFile(recordOf({ c: type }), [{ c }]) }),
  csv: ({ csv: [type, text] }) =>
    Promise.resolve({ body: `c,x\n"${text}",\n`, format: { column_types: [{ name: 'c', type }] } }),
  jsonl: ({ json }) => Promise.resolve(json === undefined ? undefined : { body: `{"c":${json}}\n` }),
};

for (const [kind, one] of Object.entries(cases)) {
  suite(`a folder’s name and the ${kind} of a file`, () => {
    for (const [format, make] of Object.entries(formats)) {
      test(`agree or differ by the one rule in ${format}`, async () => {
        const made = await make(one);
        if (made === undefined) return;
        const folders = [...one.same, ...one.other];
        const objects = folders.map((folder, t) => [
          `lake/t${t}/c=${encodeURIComponent(folder)}/a.${format}`,
          made.body,
        ]);
        await using server = await serverWith(Object.fromEntries(objects));
        const config = { data_format: { format, ...made.format } };
        const catalog = catalogJson(Object.fromEntries(folders.map((_, t) => [`t${t}`, { c: {} }])));
        const { said, failures } = await readHere(server, { config, catalog });
        assert.deepEqual(failures, []);
        for (const [t, folder] of folders.entries()) {
          const line = said.find((text) => text.includes(`lake.t${t}: columns both`));
          const expected = one.same.includes(folder) ? 'agrees in its 1 row' : 'differs in 1 of 1 row,';
          assert.ok(line?.includes(expected), `${folder}: ${line}`);
        }
      });
    }
  });
}
