// Avro values as JSON: every type exactly, in the schema that discover declares for it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ofType } from '../../../support/models/protocol-schema.ts';
import { avroFile, logical, recordOf } from '../../support/avro.ts';
import { dataText, discoverHere, readHere, serverWith, type Json } from '../../support/source.ts';

const config = { data_format: { format: 'avro' } };

/** Discovered schema and printed values of the column `v` of a file with these values. */
async function valuesOf(type: unknown, values: readonly unknown[]) {
  const body = avroFile(
    recordOf({ v: type }),
    values.map((v) => ({ v })),
  );
  await using server = await serverWith({ 'lake/t/a.avro': body });
  const { catalog } = await discoverHere(server, config);
  const { lines, messages, failures } = await readHere(server, { config });
  assert.deepEqual(failures, []);
  const data = lines.filter((line) => line.includes('"type":"RECORD"')).map(dataText);
  return {
    schema: Object(catalog.streams[0]?.json_schema['properties']) as Readonly<Record<string, Json>>,
    printed: data.map((line) => /^\{"v":(.*),"_ab_source_file_url"/u.exec(line)?.[1]),
    changes: ofType(messages, 'RECORD').map(({ record }) => record.meta?.changes),
  };
}

function nullable(type: string, more: Json = {}): Json {
  return { type: ['null', type], ...more };
}
const zoned = { format: 'date-time', airbyte_type: 'timestamp_with_timezone' };
const local = { format: 'date-time', airbyte_type: 'timestamp_without_timezone' };
const fixed = (size: number, more: Json = {}): Json => ({ type: 'fixed', name: 'f', size, ...more });
const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const list = {
  name: 'node',
  type: 'record',
  fields: [
    { name: 'n', type: 'int' },
    { name: 'next', type: ['null', 'node'] },
  ],
};

suite('an Avro value', () => {
  const cases: readonly (readonly [type: unknown, schema: Json, values: readonly (readonly [unknown, string])[]])[] = [
    ['null', nullable('string'), [[null, 'null']]],
    [
      'boolean',
      nullable('boolean'),
      [
        [true, 'true'],
        [false, 'false'],
      ],
    ],
    [
      'int',
      nullable('integer'),
      [
        [-2147483648, '-2147483648'],
        [0, '0'],
        [-1, '-1'],
        [2147483647, '2147483647'],
      ],
    ],
    [
      'long',
      nullable('integer'),
      [
        0n,
        -1n,
        63n,
        64n,
        -65n,
        8191n,
        8192n,
        2n ** 27n,
        -(2n ** 27n),
        2n ** 34n,
        2n ** 51n,
        -(2n ** 51n) - 1n,
        2n ** 53n,
        2n ** 53n + 1n,
        -(2n ** 53n) - 1n,
        2n ** 55n + 1n,
        2n ** 62n + 1n,
        2n ** 63n - 1n,
        -(2n ** 63n),
      ].map((value): readonly [unknown, string] => [value, String(value)]),
    ],
    [
      'float',
      nullable('number'),
      [
        [0.5, '0.5'],
        [0.10000000149011612, '0.10000000149011612'],
      ],
    ],
    [
      'double',
      nullable('number'),
      [
        [0.1, '0.1'],
        [-0, '-0.0'],
        [1e300, '1e+300'],
        [5e-324, '5e-324'],
      ],
    ],
    [
      'string',
      nullable('string'),
      [
        ['', '""'],
        ['Zoë "\n\u0001😀', '"Zoë \\"\\n\\u0001😀"'],
      ],
    ],
    [
      'bytes',
      nullable('string', { contentEncoding: 'base64' }),
      [
        [bytes(0, 255), '"AP8="'],
        [bytes(), '""'],
      ],
    ],
    [fixed(3), nullable('string', { contentEncoding: 'base64' }), [[bytes(1, 2, 3), '"AQID"']]],
    [
      { type: 'enum', name: 'e', symbols: ['A', 'B'] },
      nullable('string'),
      [
        ['B', '"B"'],
        ['A', '"A"'],
      ],
    ],
    [
      { type: 'array', items: 'long' },
      { ...nullable('array'), items: nullable('integer') },
      [
        [[], '[]'],
        [[1n, 2n ** 60n], '[1,1152921504606846976]'],
      ],
    ],
    [
      { type: 'map', values: ['null', 'int'] },
      nullable('object', { additionalProperties: nullable('integer') }),
      [
        [{}, '{}'],
        [{ 'a"': { int: 1 }, b: null }, '{"a\\"":1,"b":null}'],
      ],
    ],
    [
      ['null', 'string'],
      nullable('string'),
      [
        [null, 'null'],
        [{ string: 'x' }, '"x"'],
      ],
    ],
    [
      ['int', 'double'],
      nullable('number'),
      [
        [{ int: 1 }, '1'],
        [{ double: 0.5 }, '0.5'],
      ],
    ],
    [
      ['null', 'long', 'string', { type: 'array', items: 'int' }],
      nullable('string'),
      [
        [{ long: 5n }, '"5"'],
        [{ string: 'x"' }, '"x\\""'],
        [{ array: [1, 2] }, '"[1,2]"'],
        [null, 'null'],
      ],
    ],
    [
      ['null', list],
      nullable('object', { properties: { n: nullable('integer'), next: nullable('object', { properties: {} }) } }),
      [
        [null, 'null'],
        [{ node: { n: 1, next: { node: { n: 2, next: null } } } }, '{"n":1,"next":{"n":2,"next":null}}'],
      ],
    ],
    [
      logical('bytes', 'decimal', { precision: 30, scale: 2 }),
      nullable('number'),
      [
        [bytes(), '0.00'],
        [bytes(0x0a), '0.10'],
        [bytes(0xff), '-0.01'],
        [bytes(0, 0x80), '1.28'],
        [bytes(0x01, 0, 0, 0, 0, 0, 0, 0, 0), '184467440737095516.16'],
      ],
    ],
    [
      fixed(4, { logicalType: 'decimal', precision: 9, scale: 0 }),
      nullable('number'),
      [[bytes(255, 255, 255, 133), '-123']],
    ],
    [
      logical('bytes', 'decimal', { precision: 2, scale: 3 }),
      nullable('string', { contentEncoding: 'base64' }),
      [[bytes(1), '"AQ=="']],
    ],
    [
      logical('int', 'date'),
      nullable('string', { format: 'date' }),
      [
        [0, '"1970-01-01"'],
        [-1, '"1969-12-31"'],
        [20468, '"2026-01-15"'],
        [-735_160, '"0044-03-15 BC"'],
      ],
    ],
    [
      logical('int', 'time-millis'),
      nullable('string', { airbyte_type: 'time_without_timezone' }),
      [
        [0, '"00:00:00"'],
        [86_399_999, '"23:59:59.999000"'],
      ],
    ],
    [
      logical('long', 'time-micros'),
      nullable('string', { airbyte_type: 'time_without_timezone' }),
      [[52_200_000_001n, '"14:30:00.000001"']],
    ],
    [
      logical('long', 'timestamp-millis'),
      nullable('string', zoned),
      [
        [0n, '"1970-01-01T00:00:00Z"'],
        [-1n, '"1969-12-31T23:59:59.999000Z"'],
        [1768487400120n, '"2026-01-15T14:30:00.120000Z"'],
      ],
    ],
    [
      logical('long', 'timestamp-micros'),
      nullable('string', zoned),
      [
        [1768487400000001n, '"2026-01-15T14:30:00.000001Z"'],
        [-62135596800000000n, '"0001-01-01T00:00:00Z"'],
        [-62135596800000001n, '"0001-12-31T23:59:59.999999Z BC"'],
      ],
    ],
    [
      logical('long', 'timestamp-nanos'),
      nullable('string', zoned),
      [
        [1768487400000000001n, '"2026-01-15T14:30:00.000000001Z"'],
        [-1n, '"1969-12-31T23:59:59.999999999Z"'],
      ],
    ],
    [logical('long', 'local-timestamp-millis'), nullable('string', local), [[1768487400000n, '"2026-01-15T14:30:00"']]],
    [logical('long', 'local-timestamp-micros'), nullable('string', local), [[1n, '"1970-01-01T00:00:00.000001"']]],
    [logical('string', 'uuid'), nullable('string'), [['a', '"a"']]],
    [
      fixed(16, { logicalType: 'uuid' }),
      nullable('string'),
      [[Buffer.from('00112233445566778899aabbccddeeff', 'hex'), '"00112233-4455-6677-8899-aabbccddeeff"']],
    ],
    [
      fixed(12, { logicalType: 'duration' }),
      nullable('object', {
        properties: { months: nullable('integer'), days: nullable('integer'), milliseconds: nullable('integer') },
      }),
      [[bytes(1, 0, 0, 0, 2, 0, 0, 0, 255, 255, 255, 255), '{"months":1,"days":2,"milliseconds":4294967295}']],
    ],
    [logical('string', 'something'), nullable('string'), [['x', '"x"']]],
  ];
  for (const [type, schema, values] of cases) {
    test(`of ${JSON.stringify(type)} keeps what it says`, async () => {
      const found = await valuesOf(
        type,
        values.map(([value]) => value),
      );
      assert.deepEqual(found.schema['v'], schema);
      assert.deepEqual(
        found.printed,
        values.map(([, json]) => json),
      );
    });
  }

  const impossible: readonly (readonly [name: string, type: unknown, value: unknown])[] = [
    ['NaN', 'double', Number.NaN],
    ['-Infinity', 'float', Number.NEGATIVE_INFINITY],
    ['a time after the end of the day', logical('int', 'time-millis'), 86_400_000],
    ['an instant beyond the year 294247', logical('long', 'timestamp-millis'), 9_223_372_036_856_000n],
  ];
  for (const [name, type, value] of impossible) {
    test(`that is ${name} is null, and the record says so`, async () => {
      const { printed, changes } = await valuesOf(type, [value]);
      assert.deepEqual(printed, ['null']);
      assert.deepEqual(changes, [[{ field: 'v', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' }]]);
    });
  }
});
