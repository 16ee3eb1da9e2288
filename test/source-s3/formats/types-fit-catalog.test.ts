// Every record of Parquet and Avro matches what discover declared, for every type that a later file can have.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet } from '../../support/parquet.ts';
import { avroFile, logical, recordOf } from '../support/avro.ts';
import { readTables, type Row } from '../support/late-files.ts';

/** Values of all kinds: in Parquet, and in Avro. */
const kinds: Readonly<Record<string, readonly [sql: string, avro: unknown, value: unknown]>> = {
  integer: ['7::BIGINT', 'long', 7n],
  one: ['1::INT', 'int', 1],
  number: ['1.5::DOUBLE', 'double', 1.5],
  whole: ['2::DOUBLE', 'double', 2],
  nan: ["'NaN'::DOUBLE", 'double', Number.NaN],
  decimal: ['1.50::DECIMAL(9,2)', logical('bytes', 'decimal', { precision: 9, scale: 2 }), Buffer.of(0, 150)],
  boolean: ['true', 'boolean', true],
  text: ["'x'", 'string', 'x'],
  digits: ["'12'", 'string', '12'],
  'day text': ["'2026-01-15'", 'string', '2026-01-15'],
  bytes: ["'ab'::BLOB", 'bytes', Buffer.from('ab')],
  date: ["DATE '2026-01-15'", logical('int', 'date'), 20_468],
  time: ["TIME '14:30:00'", logical('int', 'time-millis'), 52_200_000],
  instant: ["TIMESTAMPTZ '2026-01-15 00:00:00+00'", logical('long', 'timestamp-millis'), BigInt(Date.UTC(2026, 0, 15))],
  local: [
    "TIMESTAMP '2026-01-15 14:30:00'",
    logical('long', 'local-timestamp-millis'),
    BigInt(Date.UTC(2026, 0, 15, 14, 30)),
  ],
  null: ['NULL::INT', 'null', null],
  list: ["['1', 'x']", { type: 'array', items: 'string' }, ['1', 'x']],
  integers: ['[1, 2]::BIGINT[]', { type: 'array', items: 'long' }, [1n, 2n]],
  struct: [
    "{'a': 1, 'b': 'x'}",
    {
      type: 'record',
      name: 'pair',
      fields: [
        { name: 'a', type: 'int' },
        { name: 'b', type: 'string' },
      ],
    },
    { a: 1, b: 'x' },
  ],
  other: [
    "{'b': 2, 'c': true}",
    {
      type: 'record',
      name: 'other',
      fields: [
        { name: 'b', type: 'int' },
        { name: 'c', type: 'boolean' },
      ],
    },
    { b: 2, c: true },
  ],
  map: ["MAP {'k': 1}", { type: 'map', values: 'int' }, { k: 1 }],
};
const pairs = Object.keys(kinds).flatMap((known) => Object.keys(kinds).map((late) => [known, late] as const));

/** A file with a column for every pair: of the known kind, or of the later one. */
const fileOf: Readonly<Record<'parquet' | 'avro', (which: 0 | 1) => Promise<Buffer>>> = {
  parquet: (which) =>
    parquet(`SELECT ${pairs.map((pair, index) => `${kinds[pair[which]]?.[0]} AS c${index}`).join(', ')}`),
  avro: (which) => {
    const named = new Set<unknown>();
    const type = (kind: string): unknown => {
      const [, avro] = kinds[kind] ?? assert.fail();
      const { type: form, name } = Object(avro) as { type?: string; name?: string };
      if (form !== 'record') return avro;
      if (named.has(name)) return name;
      named.add(name);
      return avro;
    };
    const schema = recordOf(Object.fromEntries(pairs.map((pair, index) => [`c${index}`, type(pair[which])])));
    const row = Object.fromEntries(pairs.map((pair, index) => [`c${index}`, kinds[pair[which]]?.[2]]));
    return Promise.resolve(avroFile(schema, [row]));
  },
};

/** The late file's record. */
async function lateRow(format: 'parquet' | 'avro'): Promise<Row> {
  const make = fileOf[format];
  const tables = { t: { known: await make(0), late: await make(1) } };
  const { rows } = await readTables(format, tables, { data_format: { format } });
  assert.equal(rows.length, 2);
  return rows.find(({ isLate }) => isLate) ?? assert.fail();
}

suite('records fit the catalog for every type over every other', () => {
  for (const format of ['parquet', 'avro'] as const) {
    test(`of ${format}, and say what became null`, async () => {
      const { data, nulled } = await lateRow(format);
      for (const [index, [known, late]] of pairs.entries()) {
        const column = `c${index}`;
        const what = `${late} over ${known}: ${JSON.stringify(data[column])}`;
        if (data[column] === null && late !== 'null') assert.ok(nulled.includes(column), what);
        if (known === late && late !== 'nan') assert.ok(!nulled.includes(column), what);
      }
      assert.ok(nulled.length > 100, String(nulled.length));
    });
  }

  test('with one answer in Parquet and Avro', async () => {
    const [one, other] = [await lateRow('parquet'), await lateRow('avro')];
    for (const [index, [known, late]] of pairs.entries()) {
      if (known === 'null') continue; // If the engine made it, it would be an INT.
      const column = `c${index}`;
      assert.deepEqual(other.data[column], one.data[column], `${late} over ${known}`);
      assert.equal(other.nulled.includes(column), one.nulled.includes(column), `${late} over ${known} is named`);
    }
  });
});
