// Every record of every format is what discover declared, whatever files that came later store: a value is cast, or it is null and
// the record says so.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/protocol-schema.ts';
import { avroFile, logical, recordOf } from '../support/avro.ts';
import { schemaCheck } from '../support/catalog-fit.ts';
import {
  bucket,
  configured,
  dataText,
  discoverHere,
  readHere,
  serverWith,
  timeOf,
  type Json,
} from '../support/source.ts';

type Tables = Readonly<Record<string, { readonly known: string | Buffer; readonly late: string | Buffer }>>;
type Row = {
  readonly table: string;
  readonly data: Json;
  readonly text: string;
  readonly nulled: readonly string[];
  readonly isLate: boolean;
};
type Read = {
  readonly schemas: ReadonlyMap<string, Json>;
  readonly rows: readonly Row[];
  readonly said: readonly string[];
};

/** Reads tables of which discover saw one file only. Every row is held to its catalog. */
async function readTables(extension: string, tables: Tables, config: Json): Promise<Read> {
  await using server = await serverWith({});
  for (const [name, { known }] of Object.entries(tables)) {
    server.seed(bucket, `lake/${name}/a.${extension}`, known, { lastModified: timeOf(0) });
  }
  const { catalog } = await discoverHere(server, config);
  for (const [name, { late }] of Object.entries(tables)) {
    server.seed(bucket, `lake/${name}/b.${extension}`, late, { lastModified: timeOf(1) });
  }
  const { lines, messages, failures, said } = await readHere(server, { config, catalog: configured(catalog) });
  assert.deepEqual(failures, []);
  const texts = lines.filter((line) => line.startsWith('{"type":"RECORD"'));
  const schemas = new Map(catalog.streams.map(({ name, json_schema }) => [name, json_schema as Json]));
  const checks = new Map([...schemas].map(([name, schema]) => [name, schemaCheck(schema)]));
  const rows = ofType(messages, 'RECORD').map(({ record: { stream, data, meta } }, index): Row => {
    const problem = checks.get(stream)?.(data);
    assert.equal(problem, undefined, `${stream}: ${texts[index]} under ${JSON.stringify(schemas.get(stream))}`);
    const isLate = String(data['_ab_source_file_url']).endsWith(`/b.${extension}`);
    const nulled = (meta?.changes ?? []).map(({ field }) => field);
    return { table: stream, data, text: dataText(texts[index] ?? ''), nulled, isLate };
  });
  return { schemas, rows, said };
}

function propertiesOf(schema: Json | undefined): Readonly<Record<string, Json>> {
  return (schema?.['properties'] ?? {}) as Readonly<Record<string, Json>>;
}

const scalar = fc.constantFrom(
  '1',
  '-20',
  '0',
  '1.5',
  '1.0',
  '2.00',
  '1e3',
  '-0',
  '12345678901234567890',
  'true',
  'false',
  'null',
  '""',
  '"x"',
  '"1"',
  '"1.0"',
  '"007"',
  '"yes"',
  '"t"',
  '"NaN"',
  '"2026-01-15"',
  '"2026-01-15 14:30:00 UTC"',
  '"\\u0031"',
  '"é\\n"',
);
const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalar, tie('list'), tie('object')),
  list: fc
    .tuple(fc.array(tie('value'), { maxLength: 3 }), fc.constantFrom(',', ' , '))
    .map(([items, comma]) => `[${items.join(comma)}]`),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'é', 'c d', '"'), tie('value')), {
        selector: ([key]) => key,
        maxLength: 3,
      }),
      fc.constantFrom(':', ' : '),
    )
    .map(([members, colon]) => `{${members.map(([key, json]) => `${JSON.stringify(key)}${colon}${json}`).join(',')}}`),
}));
const line = fc.uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r'), value), {
  selector: ([key]) => key,
  minLength: 1,
  maxLength: 3,
});
const file = fc.array(line, { minLength: 1, maxLength: 3 });

type Line = readonly (readonly [key: string, json: string])[];

const bodyOf = (lines: readonly Line[]): string =>
  lines.map((members) => `{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}\n`).join('');

suite('records fit the catalog', () => {
  test('of JSON lines, where matching values stay the bytes that they are', async () => {
    const cases = fc.sample(fc.tuple(file, file), { numRuns: 1000, seed: 16 });
    const tables = Object.fromEntries(
      cases.map(([known, late], index) => [`t${index}`, { known: bodyOf(known), late: bodyOf(late) }]),
    );
    const { rows, schemas } = await readTables('jsonl', tables, { data_format: { format: 'jsonl' } });
    const seen = { same: 0, cast: 0, nulled: 0 };
    const left = new Map(cases.map(([known, late], index) => [`t${index}`, [...known, ...late]]));
    for (const { table, text, nulled, data } of rows) {
      const properties = propertiesOf(schemas.get(table));
      for (const [key, json] of left.get(table)?.shift() ?? assert.fail()) {
        const schema = properties[key];
        if (schema === undefined) continue; // Only the late file has it.
        const fits = schemaCheck(schema)(JSON.parse(json)) === undefined;
        const isOfOtherForm = JSON.stringify(schema).includes('integer') && /\d[.eE]\d/u.test(json);
        const isSame = text.includes(`${JSON.stringify(key)}:${json}`);
        if (fits && !isOfOtherForm) assert.ok(isSame, `${key}:${json} of ${text}`);
        seen[isSame ? 'same' : 'cast']++;
        if (data[key] === null && json !== 'null') assert.ok(nulled.includes(key), text);
        if (nulled.some((field) => field === key || field.startsWith(`${key}.`))) seen.nulled++;
      }
    }
    assert.ok([...left.values()].every((lines) => lines.length === 0));
    assert.ok(seen.same > 1000 && seen.cast > 300 && seen.nulled > 100, JSON.stringify(seen));
  });

  test('of CSV with types that were inferred', async () => {
    const field = fc.constantFrom(
      '1',
      '-20',
      '1.5',
      '1.0',
      '007',
      'true',
      'no',
      'x',
      '',
      'NaN',
      '2026-01-15',
      '2026-01-15T14:30:00Z',
      '2026-01-15 14:30:00 +02',
    );
    const rowsOf = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 3 });
    const cases = fc.sample(fc.tuple(rowsOf, rowsOf), { numRuns: 300, seed: 16 });
    const body = (lines: readonly (readonly string[])[]): string =>
      `p,q,r\n${lines.map((one) => one.join(',')).join('\n')}\n`;
    const tables = Object.fromEntries(
      cases.map(([known, late], index) => [`t${index}`, { known: body(known), late: body(late) }]),
    );
    const { rows } = await readTables('csv', tables, { data_format: { format: 'csv', infer_types: true } });
    assert.ok(rows.filter(({ nulled }) => nulled.length > 0).length > 100);
  });
});

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

/** A file with a column for every pair: of the kind that is known, or of that which comes later. */
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
      if (known === 'null') continue; // Of the engine’s own making it is an INT.
      const column = `c${index}`;
      assert.deepEqual(other.data[column], one.data[column], `${late} over ${known}`);
      assert.equal(other.nulled.includes(column), one.nulled.includes(column), `${late} over ${known} is named`);
    }
  });
});
