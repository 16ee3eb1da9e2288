import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import * as z from 'zod';
import { createRecordScanner } from '@s3-connectors/common/records/record-scanner.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { PublishedFieldType, RowSchema } from '@s3-connectors/common/published/row-schema.ts';
import { createRowValidator, type Breach } from '@s3-connectors/common/published/row-validator.ts';
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';

function judge(schema: RowSchema, row: string): Breach | undefined {
  const names = ['other', ...schema.fields.map(({ name }) => name).toReversed()];
  const scanner = createRecordScanner(names);
  const line = Buffer.from(`{"type":"RECORD","record":{"stream":"s","data":${row}}}\n`);
  assert.equal(scanner.scan(line, 0, line.length - 1), 'record');
  return createRowValidator(schema, names)(line, scanner.envelope);
}

function wrong(field: string): Breach {
  return { reason: 'wrong_type', field };
}

const integer = z.number().refine((value) => /^-?\d+$/u.test(JSON.stringify(value)));
const models: Readonly<Record<PublishedFieldType, z.ZodType>> = {
  time: z.union([z.string(), z.number()]),
  string: z.string(),
  integer,
  boolean: z.boolean(),
  object: z.record(z.string(), z.unknown()),
  integers: z.array(integer),
  strings: z.array(z.string()),
  aliases: z.array(z.looseObject({ id: z.string(), tag: z.string() })),
};

function modelOf({ fields }: RowSchema): z.ZodType {
  return z.looseObject(
    Object.fromEntries(
      fields.map(({ name, type, required }) => [name, required ? models[type] : models[type].nullish()]),
    ),
  );
}

/** Values that fit, nearly fit, or do not fit at all. */
const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, '', '1665851625945', 0, -0, -7, 1.5, 1e21, 1e-7, true, false, {}, [], [[]], [[1]], [{}]),
  fc.array(fc.integer()),
  fc.array(fc.string()),
  fc.array(
    fc.record({ id: fc.oneof(fc.string(), fc.integer()), tag: fc.string(), x: fc.jsonValue() }, { requiredKeys: [] }),
  ),
);
const fitting: Readonly<Record<PublishedFieldType, fc.Arbitrary<unknown>>> = {
  time: fc.oneof(fc.string(), fc.integer()),
  string: fc.string(),
  integer: fc.integer(),
  boolean: fc.boolean(),
  object: fc.dictionary(fc.string(), fc.jsonValue()),
  integers: fc.array(fc.integer()),
  strings: fc.array(fc.string({ unit: 'binary' })),
  aliases: fc.array(fc.record({ id: fc.string(), tag: fc.string() })),
};

function rowsOf({ fields }: RowSchema): fc.Arbitrary<object> {
  const values = fields.map(({ name, type }) => [
    name,
    fc.oneof({ weight: 30, arbitrary: fitting[type] }, { weight: 1, arbitrary: anyValue }),
  ]);
  const model = Object.fromEntries(values) as Record<string, fc.Arbitrary<unknown>>;
  const optional = fc.constantFrom(undefined, ...fields.map(({ name }) => name));
  return fc.tuple(fc.record(model), optional).map(([row, left]) => {
    return Object.fromEntries(Object.entries(row).filter(([name]) => name !== left));
  });
}

suite('the validator of rows', () => {
  for (const [name, schema] of streamingTypes) {
    test(`accepts of ${name} what a model of the same definition accepts, and nothing else`, () => {
      const model = modelOf(schema);
      let accepted = 0;
      fc.assert(
        fc.property(rowsOf(schema), fc.constantFrom(undefined, 1), (row, indent) => {
          const text = JSON.stringify(row, undefined, indent).replaceAll('\n', '\t');
          const expected = model.safeParse(parseJson(text)).success;
          if (expected) accepted += 1;
          assert.equal(judge(schema, text) === undefined, expected, text);
        }),
        { numRuns: 1500 },
      );
      assert.ok(accepted > 100);
    });
  }

  const schema: RowSchema = {
    kind: 'events',
    workspaceField: 'text',
    fields: [
      { name: 'text', type: 'string', required: true, doc: '' },
      { name: 'whole', type: 'integer', required: false, doc: '' },
      { name: 'wholes', type: 'integers', required: false, doc: '' },
      { name: 'names', type: 'aliases', required: false, doc: '' },
    ],
  };
  test('takes a list for one of integers if all of its items are integers, whatever they are', () => {
    const items = fc.oneof(
      { weight: 9, arbitrary: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String) },
      { weight: 9, arbitrary: fc.integer({ min: -20, max: 2000 }).map(String) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('1.0', '1e3', '1E+3', '-0', 'null', 'true', '"1"', '""', '[1]', '{}', '"ü"'),
      },
    );
    const list = fc.array(fc.tuple(fc.constantFrom('', '', ' ', '\t\r '), items), { maxLength: 20 });
    fc.assert(
      fc.property(list, (written) => {
        const row = `{"text":"","wholes":[${written.map(([space, item]) => space + item + space).join(',')}]}`;
        const isValid = written.every(([, item]) => /^-?\d+$/u.test(item));
        assert.deepEqual(judge(schema, row), isValid ? undefined : wrong('wholes'), row);
      }),
      { seed: 20_260_301, numRuns: 2000 },
    );
  });

  const missing = { reason: 'missing_field', field: 'text' } as const;
  const table: readonly (readonly [string, Breach | undefined])[] = [
    ['{"text":"","whole":null,"more":{}}', undefined],
    ['{}', missing],
    ['{"text":null}', missing],
    ['{"text":"a","text":null}', missing],
    ['{"text":null,"te\\u0078t":"a"}', undefined],
    ['{"text":1}', wrong('text')],
    ['{"text":"","whole":-12345678901234567890}', undefined],
    ['{"text":"","whole":1.0}', wrong('whole')],
    ['{"text":"","whole":1e3}', wrong('whole')],
    ['{"text":"","whole":"1"}', wrong('whole')],
    ['{"text":"","wholes":[ 1 ,\t-2]}', undefined],
    ['{"text":"","wholes":[1,null]}', wrong('wholes')],
    ['{"text":"","wholes":[[1]]}', wrong('wholes')],
    ['{"text":"","names":[ {"t\\u0061g":"t","id":"i","x":[{"id":1}]} , {"id":1,"id":"i","tag":"t"} ]}', undefined],
    ['{"text":"","names":[{"id":"i"}]}', wrong('names')],
    ['{"text":"","names":[{"id":"i","tag":"t","tag":null}]}', wrong('names')],
    ['{"text":"","names":["i"]}', wrong('names')],
  ];
  for (const [row, breach] of table) {
    test(`says of ${row} ${breach === undefined ? 'nothing' : `${breach.reason} of ${breach.field}`}`, () => {
      assert.deepEqual(judge(schema, row), breach);
    });
  }
});
