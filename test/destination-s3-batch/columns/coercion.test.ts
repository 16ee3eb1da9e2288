// What a column holds of a value of another type, what its sibling holds, and how that is counted.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { typed } from '../support/typed-rows.ts';

const text = { type: ['null', 'string'] };
const schemas = {
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  string: text,
  date: { ...text, format: 'date' },
  time: { ...text, airbyte_type: 'time_without_timezone' },
  instant: { ...text, format: 'date-time' },
  local: { ...text, format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  integers: { type: 'array', items: { type: 'integer' } },
  texts: { type: 'array', items: text },
  object: { type: 'object', properties: { a: { type: 'integer' }, at: { ...text, format: 'date-time' } } },
  objects: { type: 'array', items: { type: 'object', properties: { a: { type: 'integer' } } } },
  'integer or string': { type: ['integer', 'string'] },
  'string or boolean or null': { type: ['string', 'null', 'boolean'] },
  'integer or number': { type: ['integer', 'number'] },
  'boolean or integer': { type: ['boolean', 'integer'] },
  'integer or string by anyOf': { anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'null' }] },
} as const;

type Outcome = 'as it is' | 'coerced' | 'cut' | 'misfits';
type Case = readonly [column: keyof typeof schemas, value: string, held: string, outcome: Outcome];

const cases: readonly Case[] = [
  ['number', '9.9900000000000002', '9.9900000000000002', 'as it is'],
  ['number', '3.14159265358979323846', '3.141592653589793', 'cut'],
  ['number', '123456789012345678901234567890', '1.2345678901234568e+29', 'cut'],
  ['number', '12345678901234567168', '12345678901234567168', 'as it is'],
  ['number', '1e400', 'null', 'misfits'],
  ['number', '"12.50"', '12.50', 'coerced'],
  ['number', '"-1e3"', '-1e3', 'coerced'],
  ['number', '"3.14159265358979323846"', '3.141592653589793', 'cut'],
  ['number', '"1e400"', 'null', 'misfits'],
  ['number', '" 5"', 'null', 'misfits'],
  ['number', '"+5"', 'null', 'misfits'],
  ['number', '"05"', 'null', 'misfits'],
  ['number', '"0x10"', 'null', 'misfits'],
  ['number', '"1,5"', 'null', 'misfits'],
  ['number', '"NaN"', 'null', 'misfits'],
  ['number', '""', 'null', 'misfits'],
  ['number', 'true', 'null', 'misfits'],
  ['integer', '"5"', '5', 'coerced'],
  ['integer', '"\\u0035"', '5', 'coerced'],
  ['integer', '"5.0"', '5', 'coerced'],
  ['integer', '"9223372036854775807"', '9223372036854775807', 'coerced'],
  ['integer', '"9223372036854775808"', 'null', 'misfits'],
  ['integer', '1e18', '1000000000000000000', 'as it is'],
  ['integer', '9007199254740993.0', '9007199254740993', 'as it is'],
  ['integer', '1e19', 'null', 'misfits'],
  ['integer', '1.5', 'null', 'misfits'],
  ['integer', '"1.5"', 'null', 'misfits'],
  ['integer', 'false', 'null', 'misfits'],
  ['boolean', '"true"', 'true', 'coerced'],
  ['boolean', '"false"', 'false', 'coerced'],
  ['boolean', '"True"', 'null', 'misfits'],
  ['boolean', '1', 'null', 'misfits'],
  ['string', '5', '"5"', 'coerced'],
  ['string', '1.10', '"1.10"', 'coerced'],
  ['string', '-0', '"-0"', 'coerced'],
  ['string', '123456789012345678901234567890', '"123456789012345678901234567890"', 'coerced'],
  ['string', 'true', '"true"', 'coerced'],
  ['string', '{"a":1}', 'null', 'misfits'],
  ['string', '[1]', 'null', 'misfits'],
  ['string', '"a\\u0000b"', '"a\ufffdb"', 'cut'],
  ['instant', '"2026-01-15T14:30:00.1234567Z"', '"2026-01-15T14:30:00.123456Z"', 'cut'],
  ['instant', '"2026-01-15T14:30:00.123456789Z"', '"2026-01-15T14:30:00.123456Z"', 'cut'],
  ['instant', '"2026-01-15T14:30:00.123456789+02:00"', '"2026-01-15T12:30:00.123456Z"', 'cut'],
  ['instant', '"2026-01-15 14:30:00.9999999"', '"2026-01-15T14:30:00.999999Z"', 'cut'],
  ['instant', '"2026-01-15T14:30:00.123456000Z"', '"2026-01-15T14:30:00.123456Z"', 'as it is'],
  ['instant', '"2026-01-15"', '"2026-01-15T00:00:00Z"', 'as it is'],
  ['instant', '1768487400', '"2026-01-15T14:30:00Z"', 'coerced'],
  ['instant', '1768487400.25', '"2026-01-15T14:30:00.25Z"', 'coerced'],
  ['instant', '1768487400123.4567', '"2026-01-15T14:30:00.123456Z"', 'cut'],
  ['instant', '1.7684874e9', '"2026-01-15T14:30:00Z"', 'coerced'],
  ['instant', '"2026-02-30T00:00:00Z"', 'null', 'misfits'],
  ['instant', '"2026-01-15T14:30:00+25:00"', 'null', 'misfits'],
  ['instant', '"soon"', 'null', 'misfits'],
  ['instant', '5', 'null', 'misfits'],
  ['local', '"2026-01-15T14:30:00Z"', '"2026-01-15T14:30:00"', 'cut'],
  ['local', '"2026-01-15T14:30:00+02:00"', '"2026-01-15T14:30:00"', 'cut'],
  ['local', '"2026-01-15T14:30:00.1234567"', '"2026-01-15T14:30:00.123456"', 'cut'],
  ['local', '"2026-01-15 14:30:00"', '"2026-01-15T14:30:00"', 'as it is'],
  ['local', '1768487400', '"2026-01-15T14:30:00"', 'cut'],
  ['date', '"2026-01-15T14:30:00"', '"2026-01-15"', 'cut'],
  ['date', '"2026-01-15T23:30:00-05:00"', '"2026-01-15"', 'cut'],
  ['date', '"2026-01-15T00:00:00+02:00"', '"2026-01-15"', 'cut'],
  ['date', '"2026-01-15T00:00:00"', '"2026-01-15"', 'as it is'],
  ['date', '"2026-01-15T00:00:00.000Z"', '"2026-01-15"', 'as it is'],
  ['date', '"2026-01-15T00:00:00.0000001Z"', '"2026-01-15"', 'cut'],
  ['date', '"2026-01-15T25:00:00"', 'null', 'misfits'],
  ['date', '"14:30:00"', 'null', 'misfits'],
  ['time', '"14:30:00.1234567"', '"14:30:00.123456"', 'cut'],
  ['time', '"14:30:00Z"', '"14:30:00"', 'cut'],
  ['time', '"2026-01-15T14:30:00"', '"14:30:00"', 'cut'],
  ['time', '"2026-01-15"', 'null', 'misfits'],
  ['integers', '[1,"2",3.0]', '[1,2,3]', 'coerced'],
  ['integers', '[1,"x",null,[2]]', '[1,null,null,null]', 'misfits'],
  ['integers', '5', 'null', 'misfits'],
  ['texts', '["a",5,true,null]', '["a","5","true",null]', 'coerced'],
  ['objects', '[{"a":1},[],5]', '[{"a":1},{},null]', 'misfits'],
  ['object', '[]', '{}', 'coerced'],
  ['object', '[ ]', '{}', 'coerced'],
  ['object', '[1]', 'null', 'misfits'],
  ['integer or string', '5', '"5"', 'coerced'],
  ['integer or string', '"x"', '"x"', 'as it is'],
  ['string or boolean or null', 'true', '"true"', 'coerced'],
  ['integer or number', '1.5', '1.5', 'as it is'],
  ['boolean or integer', 'true', '"true"', 'coerced'],
  ['integer or string by anyOf', '5', '"5"', 'coerced'],
];

suite('a column', () => {
  for (const asLines of [false, true]) {
    for (const [column, value, held, outcome] of cases) {
      const isSameNumber = asLines && column === 'number' && outcome === 'cut';
      test(`of ${column} holds ${held} of ${value}, ${outcome}, ${asLines ? 'in lines' : 'in Parquet'}`, () => {
        const { fitted, misfits, cut, coerced } = typed([`{"v":${value}}`], {
          properties: { v: schemas[column] },
          asLines,
        });
        const { v = null, v__json = null } = JSON.parse(fitted[0] ?? '') as {
          readonly v?: unknown;
          readonly v__json?: unknown;
        };
        const counted = Object.entries({ misfits, cut, coerced }).filter(
          ([, counts]) => Object.keys(counts).length > 0,
        );
        if (isSameNumber) {
          // All digits of a number are in its field.
          assert.ok(fitted[0]?.includes(`"v":${value.replaceAll('"', '')}`), fitted[0]);
          assert.equal(v__json, null);
          return;
        }
        const isInForm = !asLines && outcome === 'as it is' && column === 'local';
        if (!isInForm) assert.equal(fitted[0]?.includes(`"v":${held}`) === true || v === null, true, fitted[0]);
        if (!isInForm) assert.deepEqual(v, JSON.parse(held), fitted[0]);
        const isKept = outcome === 'cut' || outcome === 'misfits';
        assert.equal(v__json, isKept ? value : null);
        assert.ok(
          outcome === 'as it is' ? counted.length === 0 : counted.some(([what]) => what === outcome),
          JSON.stringify(counted),
        );
      });
    }
  }

  test('keeps lists and objects of the empty lists and objects that PHP writes, by what the others are', () => {
    const rows = [
      '{"o":[],"l":[]}',
      '{"o":[],"l":[]}',
      '{"o":{"a":1},"l":["x"]}',
      '{"o":{},"l":[]}',
      '{"o":{"a":2},"l":[]}',
    ];
    const { type, fitted, coerced, misfits } = typed(rows);
    assert.deepEqual(
      type.fields.map(({ name, type: { kind } }) => [name, kind]),
      [
        ['o', 'struct'],
        ['l', 'list'],
      ],
    );
    assert.equal(fitted[0], '{"o":{},"l":[]}');
    assert.deepEqual([coerced, misfits], [{ o: 2 }, {}]);
  });

  test('counts the items of lists and the members of objects by their paths', () => {
    const properties = { ls: schemas.integers, o: schemas.object, os: schemas.objects };
    const row = '{"ls":["1","x",1.5],"o":{"a":"7","at":"2026-01-15T00:00:00.0000001Z"},"os":[{"a":"1"},{"a":true},5]}';
    const { fitted, misfits, cut, coerced } = typed([row], { properties });
    assert.deepEqual(misfits, { 'ls[]': 2, 'os[].a': 1, 'os[]': 1 });
    assert.deepEqual([cut, coerced], [{ 'o.at': 1 }, { 'ls[]': 1, 'o.a': 1, 'os[].a': 1 }]);
    assert.deepEqual(JSON.parse(fitted[0] ?? ''), {
      ls: [1, null, null],
      ls__json: '["1","x",1.5]',
      o: { a: 7, at: '2026-01-15T00:00:00Z', at__json: '"2026-01-15T00:00:00.0000001Z"' },
      os: [{ a: 1 }, { a__json: 'true' }, null],
      os__json: '[{"a":"1"},{"a":true},5]',
    });
  });

  test('keeps what it cannot hold in __json when the table has no room for another column', () => {
    const properties = { t: schemas.instant, n: schemas.integer };
    const { fitted, misfits, cut } = typed(['{"t":"2026-01-15T00:00:00.0000001Z","n":"x","z":null}'], {
      properties,
      moreColumns: 0,
    });
    assert.deepEqual(
      fitted.map((line): unknown => JSON.parse(line)),
      [{ t: '2026-01-15T00:00:00Z', __json: '{"t":"2026-01-15T00:00:00.0000001Z","n":"x"}' }],
    );
    assert.deepEqual([misfits, cut], [{ n: 1 }, { t: 1 }]);
  });
});
