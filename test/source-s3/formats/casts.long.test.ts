// A file stores a column with another type than the catalog declares: the value is cast, or is null and named.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { avroFile, recordOf } from '../support/avro.ts';
import { catalogJson, readHere, serverWith, type Json } from '../support/source.ts';

const integer = { type: ['null', 'integer'] };
const number = { type: 'number' };
const boolean = { type: 'boolean' };
const string = { type: ['string'] };
const binary = { type: 'string', contentEncoding: 'base64' };
const date = { type: 'string', format: 'date' };
const time = { type: 'string', airbyte_type: 'time_without_timezone' };
const instant = { type: 'string', format: 'date-time' };
const local = { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' };
const list = { type: 'array', items: integer };
const struct = { type: 'object', properties: { z: integer, a: string } };
const map = { type: 'object', additionalProperties: string };
const entries = { type: 'array', items: { type: 'object', properties: { key: integer, value: string } } };

const numbers = { type: 'array', items: number };
const nestedNumbers = { type: 'object', properties: { a: numbers, d: number } };
const keyed = { type: 'object', properties: { key: integer, value: number } };

type Case = readonly [stored: string, schema: Json, value: unknown];

const brought: readonly Case[] = [
  ['7::INT', string, '7'],
  ['7::INT', number, 7],
  ['9007199254740993', {}, '9007199254740993'],
  ['1.50::DECIMAL(4,2)', string, '1.50'],
  ['1.50::DECIMAL(4,2)', number, 1.5],
  ['2.00::DECIMAL(4,2)', integer, 2],
  ['2.0::DOUBLE', integer, 2],
  ['1.5::DOUBLE', string, '1.5'],
  ["'12'", integer, 12],
  ["'-12.5e1'", number, -125],
  ["'1.0'", integer, 1],
  ["'true'", boolean, true],
  ['1', boolean, true],
  ['0::BIGINT', boolean, false],
  ["'2026-01-15'", date, '2026-01-15'],
  ["'14:30:00.5'", time, '14:30:00.500000'],
  ["'2026-01-15 14:30:00+02'", instant, '2026-01-15T12:30:00Z'],
  ["'2026-01-15T14:30:00'", local, '2026-01-15T14:30:00'],
  ["'ab'", binary, 'YWI='],
  ['true', string, 'true'],
  ["DATE '2026-01-15'", string, '2026-01-15'],
  ["DATE '2026-01-15'", instant, '2026-01-15T00:00:00Z'],
  ["TIMESTAMP '2026-01-15 00:00:00'", date, '2026-01-15'],
  ["TIMESTAMP '2026-01-15 14:30:00'", instant, '2026-01-15T14:30:00Z'],
  ["TIMESTAMPTZ '2026-01-15 14:30:00+02'", local, '2026-01-15T12:30:00'],
  ["'2026-01-15 14:30:00.123456789'::TIMESTAMP_NS", instant, '2026-01-15T14:30:00.123456789Z'],
  ["TIMESTAMPTZ '2026-01-15 14:30:00+02'", string, '2026-01-15T12:30:00Z'],
  ["'a'::BLOB", string, 'YQ=='],
  ["['1', NULL, '3']", list, [1, null, 3]],
  ['[1, 2]', string, '[1,2]'],
  ["{'a': DATE '2026-01-15', 'b': 2}", string, '{"a":"2026-01-15","b":2}'],
  ["{'a': 1, 'gone': 2}", struct, { z: null, a: '1' }],
  ["{'a': 'x', 'z': 5}", struct, { z: 5, a: 'x' }],
  ["{'a': 1}", { type: 'object' }, { a: 1 }],
  ["[{'a': 1}, NULL]", { type: 'array', items: struct }, [{ z: null, a: '1' }, null]],
  ["MAP {'k': 1}", map, { k: '1' }],
  ['MAP {1: 2}', entries, [{ key: 1, value: '2' }]],
  ['MAP {1: 2}', string, '[{"key":1,"value":2}]'],
  ['NULL::INT', string, null],
  ['NULL::VARCHAR', integer, null],
  ['NULL::INT[]', string, null],
  ['NULL::STRUCT(a INT)', struct, null],
];

/** Values that do not fit, with the reported fields. */
const lost: readonly (readonly [...Case, ...fields: string[]])[] = [
  ['1.5::DOUBLE', integer, null, 'c'],
  ['1.50::DECIMAL(4,2)', integer, null, 'c'],
  ["'NaN'::DOUBLE", integer, null, 'c'],
  ["'1.5'", integer, null, 'c'],
  ["'x'", number, null, 'c'],
  ["'NaN'", number, null, 'c'],
  ["'perhaps'", boolean, null, 'c'],
  ['7', boolean, null, 'c'],
  ["'2026-02-30'", date, null, 'c'],
  ["TIMESTAMP '2026-01-15 14:30:00'", date, null, 'c'],
  ["TIMESTAMP '2026-01-15 14:30:00'", time, null, 'c'],
  ["'yesterday'", instant, null, 'c'],
  ['true', integer, null, 'c'],
  ['7', binary, null, 'c'],
  ["['1', 'x', NULL]", list, [1, null, null], 'c'],
  ["{'a': 'x', 'z': 'y'}", struct, { z: null, a: 'x' }, 'c.z'],
  ["[{'z': 1.5::DOUBLE}]", { type: 'array', items: struct }, [{ z: null, a: null }], 'c.z'],
  ["MAP {'k': 1.5::DOUBLE}", { type: 'object', additionalProperties: integer }, { k: null }, 'c'],
  ["['NaN'::DOUBLE, 1]", string, '[null,1.0]', 'c'],
  ['[1]', struct, null, 'c'],
  ["{'a': 1}", list, null, 'c'],
  ["{'a': 1}", integer, null, 'c'],
  ['MAP {1: 2}', map, null, 'c'],
  ["'x'", struct, null, 'c'],
];

/** The digits of a number are compared as text, which a JSON parser would round. */
const exact: readonly (readonly [stored: string, schema: Json, json: string])[] = [
  ["['12345678901234567890.125', NULL, '1.50', ' -0 ']", numbers, '[12345678901234567890.125,null,1.50,-0]'],
  ["{'a': '1.50', 'b': 'x'}", { type: 'object', properties: { a: number, b: string } }, '{"a":1.50,"b":"x"}'],
  ["MAP {'k\"': '0.10', 'l': NULL}", { type: 'object', additionalProperties: number }, '{"k\\"":0.10,"l":null}'],
  ["[{'a': ['2.10'], 'd': 1.10::DECIMAL(4,2)}]", { type: 'array', items: nestedNumbers }, '[{"a":[2.10],"d":1.10}]'],
  ["MAP {1: '0.10'}", { type: 'array', items: keyed }, '[{"key":1,"value":0.10}]'],
  ["[['7', ' 12345678901234567890123 ']]", { type: 'array', items: list }, '[[7,12345678901234567890123]]'],
  ['NULL::VARCHAR[]', numbers, 'null'],
];

async function readAs(stored: string, schema: Json): Promise<{ data: Json; fields: readonly string[] }> {
  await using server = await serverWith({ 'lake/t/a.parquet': await parquet(`SELECT ${stored} AS c`) });
  const { messages, failures } = await readHere(server, { catalog: catalogJson({ t: { c: schema } }) });
  assert.deepEqual(failures, []);
  const { data, meta } = ofType(messages, 'RECORD')[0]?.record ?? assert.fail();
  return { data, fields: (meta?.changes ?? []).map(({ field }) => field) };
}

suite('a number beyond the integers is null under `integer` in every format', () => {
  const catalog = catalogJson({ t: { c: integer } });
  const values = ['1e300', '-1e300', '1e39', '3e38'];
  const files: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>> = {
    parquet: () => parquet(`SELECT unnest([${values.join()}]::DOUBLE[]) AS c`),
    avro: () =>
      avroFile(
        recordOf({ c: 'double' }),
        values.map((c) => ({ c: Number(c) })),
      ),
    jsonl: () => Buffer.from(values.map((c) => `{"c":${c}}\n`).join('')),
    csv: () => Buffer.from(`c\n${values.join('\n')}\n`),
  };
  for (const [format, file] of Object.entries(files)) {
    test(format, async () => {
      await using server = await serverWith({ [`lake/t/a.${format}`]: await file() });
      const { messages, failures } = await readHere(server, { config: { data_format: { format } }, catalog });
      assert.deepEqual(failures, []);
      const records = ofType(messages, 'RECORD').map(({ record }) => record);
      assert.deepEqual(
        records.map(({ data }) => data),
        values.map(() => ({ c: null })),
      );
      for (const { meta } of records)
        assert.deepEqual(
          (meta?.changes ?? []).map(({ field }) => field),
          ['c'],
        );
    });
  }
});

suite('a value is brought to the catalog’s type', () => {
  for (const [stored, schema, value] of brought) {
    test(`${stored} to ${JSON.stringify(schema)}`, async () => {
      assert.deepEqual(await readAs(stored, schema), { data: { c: value }, fields: [] });
    });
  }
});

suite('a nested text that becomes a number keeps its digits', () => {
  for (const [stored, schema, json] of exact) {
    test(`${stored} to ${JSON.stringify(schema)}`, async () => {
      await using server = await serverWith({ 'lake/t/a.parquet': await parquet(`SELECT ${stored} AS c`) });
      const { lines, failures } = await readHere(server, { catalog: catalogJson({ t: { c: schema } }) });
      assert.deepEqual(failures, []);
      const record = lines.find((line) => line.startsWith('{"type":"RECORD"')) ?? '';
      assert.ok(record.includes(`"data":{"c":${json}}`), record);
    });
  }
});

suite('a value that does not fit is null, and the record says so', () => {
  for (const [stored, schema, value, ...fields] of lost) {
    test(`${stored} to ${JSON.stringify(schema)}`, async () => {
      assert.deepEqual(await readAs(stored, schema), { data: { c: value }, fields });
    });
  }
});

test('files whose columns are added, missing, or in another order give the catalog’s columns', async () => {
  await using server = await serverWith({
    'lake/t/1.parquet': await parquet("SELECT 1 AS a, 'x' AS b"),
    'lake/t/2.parquet': await parquet("SELECT 'y' AS b, 2.5::DOUBLE AS a, true AS extra"),
    'lake/t/3.parquet': await parquet('SELECT 3::BIGINT AS a'),
  });
  const { messages } = await readHere(server, { catalog: catalogJson({ t: { a: number, b: string } }) });
  assert.deepEqual(
    ofType(messages, 'RECORD').map(({ record }) => record.data),
    [
      { a: 1, b: 'x' },
      { a: 2.5, b: 'y' },
      { a: 3, b: null },
    ],
  );
});
