// Parquet's NullType (logical type UNKNOWN), which pyarrow, pandas and polars write for a column of only nulls: it takes the type
// that other files give the column, also inside structs, lists and maps.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { nullTyped, parquet } from '../../../support/parquet.ts';
import { ofType } from '../../../support/models/protocol-schema.ts';
import { discoverHere, readHere, serverWith, type Json } from '../../support/source.ts';

/** What another file of the table stores, its JSON schema, and its value. */
const others: readonly (readonly [sql: string, schema: Json, value: unknown])[] = [
  ['7::INT', { type: ['null', 'integer'] }, 7],
  ['1.5::DOUBLE', { type: ['null', 'number'] }, 1.5],
  ['true', { type: ['null', 'boolean'] }, true],
  ["'x'", { type: ['null', 'string'] }, 'x'],
  ["'a'::BLOB", { type: ['null', 'string'], contentEncoding: 'base64' }, 'YQ=='],
  ["DATE '2026-01-15'", { type: ['null', 'string'], format: 'date' }, '2026-01-15'],
  [
    "TIMESTAMPTZ '2026-01-15 14:30:00+00'",
    { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
    '2026-01-15T14:30:00Z',
  ],
  ['[1, 2]', { type: ['null', 'array'], items: { type: ['null', 'integer'] } }, [1, 2]],
  ["{'k': 1}", { type: ['null', 'object'], properties: { k: { type: ['null', 'integer'] } } }, { k: 1 }],
  ["MAP {'k': 1}", { type: ['null', 'object'], additionalProperties: { type: ['null', 'integer'] } }, { k: 1 }],
];

type Place = {
  /** The name of its element in the footer. */
  readonly name: string;
  /** A column `c` with the value at that place. */
  readonly around: (sql: string) => string;
  readonly schema: (inner: unknown) => Json;
  readonly value: (inner: unknown) => unknown;
};

const places: Readonly<Record<string, Place>> = {
  column: { name: 'c', around: (sql) => `${sql} AS c`, schema: (inner) => inner as Json, value: (inner) => inner },
  'member of a struct': {
    name: 'nul',
    around: (sql) => `{'nul': ${sql}, 'id': 1} AS c`,
    schema: (inner) => ({
      type: ['null', 'object'],
      properties: { nul: inner, id: { type: ['null', 'integer'] } },
    }),
    value: (inner) => ({ nul: inner, id: 1 }),
  },
  'element of a list': {
    name: 'element',
    around: (sql) => `[${sql}] AS c`,
    schema: (inner) => ({ type: ['null', 'array'], items: inner }),
    value: (inner) => [inner],
  },
  'value of a map': {
    name: 'value',
    around: (sql) => `MAP {'x': ${sql}} AS c`,
    schema: (inner) => ({ type: ['null', 'object'], additionalProperties: inner }),
    value: (inner) => ({ x: inner }),
  },
};

async function nulls({ around, name }: Place): Promise<Buffer> {
  return nullTyped(await parquet(`SELECT ${around('NULL::INT')}`, 'COMPRESSION uncompressed'), name);
}

async function schemaOf(objects: Readonly<Record<string, Buffer>>): Promise<unknown> {
  await using server = await serverWith(objects);
  const { catalog } = await discoverHere(server);
  return (catalog.streams[0]?.json_schema['properties'] as Json | undefined)?.['c'];
}

for (const [name, place] of Object.entries(places)) {
  const { around, schema, value } = place;
  suite(`NullType as a ${name}`, () => {
    test('alone is declared as a string, and its values are null', async () => {
      const objects = { 'lake/t/a.parquet': await nulls(place) };
      assert.deepEqual(await schemaOf(objects), schema({ type: ['null', 'string'] }));
      await using server = await serverWith(objects);
      const { record } = ofType((await readHere(server)).messages, 'RECORD')[0] ?? assert.fail();
      assert.deepEqual([record.data['c'], record.meta], [value(null), undefined]);
    });

    for (const [sql, inner, json] of others) {
      test(`takes the type of ${sql} in another file, older or newer`, async () => {
        const [own, other] = [await nulls(place), await parquet(`SELECT ${around(sql)}`)];
        for (const files of [
          [own, other],
          [other, own],
        ]) {
          const objects = Object.fromEntries(files.map((body, index) => [`lake/t/${index}.parquet`, body]));
          assert.deepEqual(await schemaOf(objects), schema(inner));
          await using server = await serverWith(objects);
          const { messages, said } = await readHere(server);
          const records = ofType(messages, 'RECORD').map(({ record }) => record);
          const found = records.map(({ data, meta }) => [data['c'], meta]);
          const expected = files.map((body) => [value(body === own ? null : json), undefined]);
          assert.deepEqual(found, expected);
          assert.deepEqual(
            said.filter((line) => line.startsWith('WARN')),
            [],
          );
        }
      });
    }
  });
}

test('A column of NullType that a folder’s name has too takes the folder’s value, and differs from it', async () => {
  const body = nullTyped(await parquet('SELECT NULL::INT AS day', 'COMPRESSION uncompressed'), 'day');
  await using server = await serverWith({ 'lake/t/day=5/a.parquet': body });
  const { messages, said } = await readHere(server);
  assert.equal(ofType(messages, 'RECORD')[0]?.record.data['day'], '5');
  assert.ok(
    said.some((line) => line.includes('"day" differs in 1 of 1 row')),
    said.join('\n'),
  );
});
