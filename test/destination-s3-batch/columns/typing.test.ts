import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { engineType } from '../../../destination-s3-batch/src/columns/types/field-type.ts';
import { content, meaning, parseExactly, rowOf } from '../support/restored.ts';
import { plainRow as row, typed, type Options } from '../support/typed-rows.ts';

const schema = (type: string, more: object = {}) => ({ properties: { v: { type: ['null', type], ...more } } });
const list = (items: object): object => ({ type: ['null', 'array'], items });
const timestamp = schema('string', { format: 'date-time' });
const lines = { ...timestamp, asLines: true };
const either = (keyword: string) => ({
  properties: { v: { [keyword]: [{ type: ['null', 'string'], format: 'date-time' }, { type: 'null' }] } },
});

suite('a value', () => {
  const cases: readonly (readonly [what: string, options: Options, value: string, written: string])[] = [
    ['an int64 beyond 2^53', schema('integer'), '9007199254740993', '"v":9007199254740993'],
    ['the least int64', schema('integer'), '-9223372036854775808', '"v":-9223372036854775808'],
    ['an integer beyond int64', schema('integer'), '9223372036854775808', '"v__json":"9223372036854775808"'],
    ['a whole number with a fraction', schema('integer'), '10.0', '"v":10'],
    ['a whole number with an exponent', schema('integer'), '1e3', '"v":1000'],
    ['a fraction in an integer', schema('integer'), '1.5', '"v__json":"1.5"'],
    ['a text in an integer', schema('integer'), '"5"', '"v":5'],
    ['a double', schema('number'), '0.30000000000000004', '"v":0.30000000000000004'],
    ['a double in 17 digits', schema('number'), '9.9900000000000002', '"v":9.9900000000000002'],
    ['a double in 17 digits, for lines', { ...schema('number'), asLines: true }, '9.9900000000000002', '"v":9.9900000000000002'],
    ['a decimal with trailing zeros', schema('number'), '1.10', '"v":1.10'],
    ['a decimal that no double holds', schema('number'), '0.1234567890123456789', '"v":0.12345678901234568,"v__json":"0.1234567890123456789"'],
    ['an integer that no double holds', schema('number'), '9007199254740993', '"v":9007199254740992,"v__json":"9007199254740993"'],
    ['a large integer that a double holds', schema('number'), '9007199254740994', '"v":9007199254740994'],
    ['a number beyond all doubles', schema('number'), '1e400', '"v__json":"1e400"'],
    ['a number in a text', schema('string'), '5', '"v":"5"'],
    ['half of a surrogate pair', schema('string'), '"a\\ud800"', '"v":"a�","v__json":"\\"a\\\\ud800\\""'],
    ['a whole pair', schema('string'), '"\\ud83d\\ude00"', '"v":"\\ud83d\\ude00"'],
    ['a boolean', schema('boolean'), 'false', '"v":false'],
    ['null', schema('boolean'), 'null', '"v":null'],
    ['an instant', timestamp, '"2026-01-15T14:30:00.123456Z"', '"v":"2026-01-15T14:30:00.123456Z"'],
    ['an instant of another zone, for lines', lines, '"2026-01-15T01:30:00.5+02:00"', '"v":"2026-01-14T23:30:00.5Z"'],
    ['an instant of another zone, for the engine', timestamp, '"2026-01-15T01:30:00.5+02:00"', '"v":"2026-01-15T01:30:00.5+02:00"'],
    ['an instant with a blank, for lines', lines, '"2026-01-15 14:30:00"', '"v":"2026-01-15T14:30:00Z"'],
    ['an instant with a blank, for the engine', timestamp, '"2026-01-15 14:30:00"', '"v":"2026-01-15 14:30:00"'],
    ['an instant whose zone has no colon', timestamp, '"2026-01-15T01:30:00+0200"', '"v":"2026-01-14T23:30:00Z"'],
    ['an instant that UTC puts before the calendar', timestamp, '"0001-01-01T00:00:00+02:00"', '"v__json":"\\"0001-01-01T00:00:00+02:00\\""'],
    ['an instant in milliseconds', timestamp, '1768487400123', '"v":"2026-01-15T14:30:00.123Z"'],
    ['an instant in nanoseconds', timestamp, '"2026-01-15T14:30:00.123456789Z"', '"v":"2026-01-15T14:30:00.123456Z","v__json":"\\"2026-01-15T14:30:00.123456789Z\\""'],
    ['an instant in nanoseconds since 1970', timestamp, '1768487400123456789', '"v":"2026-01-15T14:30:00.123456Z","v__json":"1768487400123456789"'],
    ['an instant in nanoseconds since 1970 that microseconds hold', timestamp, '"1768487400123456000"', '"v":"2026-01-15T14:30:00.123456Z"'],
    ['a leap second', timestamp, '"2016-12-31T23:59:60.25Z"', '"v":"2017-01-01T00:00:00.25Z","v__json":"\\"2016-12-31T23:59:60.25Z\\""'],
    ['the end of a day, of another zone', timestamp, '"2026-02-28T24:00:00-01:00"', '"v":"2026-03-01T01:00:00Z","v__json":"\\"2026-02-28T24:00:00-01:00\\""'],
    ['a time after the end of a day', timestamp, '"2026-02-28T24:00:01Z"', '"v__json":"\\"2026-02-28T24:00:01Z\\""'],
    ['the end of a day that does not exist', timestamp, '"2026-02-29T24:00:00Z"', '"v__json":"\\"2026-02-29T24:00:00Z\\""'],
    ['a date with the end of the day', schema('string', { format: 'date' }), '"2026-02-28T24:00:00Z"', '"v":"2026-02-28","v__json":"\\"2026-02-28T24:00:00Z\\""'],
    ['a day that does not exist', timestamp, '"2026-02-29T00:00:00Z"', '"v__json":"\\"2026-02-29T00:00:00Z\\""'],
    ['a date', schema('string', { format: 'date' }), '"2024-02-29"', '"v":"2024-02-29"'],
    ['a date with the midnight of UTC', schema('string', { format: 'date' }), '"2024-02-29T00:00:00Z"', '"v":"2024-02-29"'],
    ['a date with the midnight of elsewhere', schema('string', { format: 'date' }), '"2024-02-29T00:00:00+02:00"', '"v":"2024-02-29","v__json":"\\"2024-02-29T00:00:00+02:00\\""'],
    ['an instant or null, by anyOf', { ...either('anyOf'), asLines: true }, '"2026-01-15 14:30:00"', '"v":"2026-01-15T14:30:00Z"'],
    ['an instant or null, by oneOf', either('oneOf'), '1768487400123', '"v":"2026-01-15T14:30:00.123Z"'],
    ['an object in a list', schema('array', { items: { type: 'integer' } }), '{"a":1}', '"v__json":"{\\"a\\":1}"'],
    ['a list with a wrong item', schema('array', { items: { type: 'integer' } }), '[1,"b"]', '"v":[1,null],"v__json":"[1,\\"b\\"]"'],
    ['a list with nulls', schema('array', { items: { type: 'integer' } }), '[1, null]', '"v":[1, null]'],
    ['a list of lists that the catalog declares', schema('array', { items: list(list({ type: 'integer' })) }), '[[[1],[]],[null]]', '"v":[[[1],[]],[null]]'],
    ['an object as text', { objectsAsText: true }, '{"a": [1.10]}', '"v":"{\\"a\\": [1.10]}"'],
    ['a text among declared objects as text', { ...schema('object'), objectsAsText: true }, '"x"', '"v":"\\"x\\""'],
  ]; // prettier-ignore
  for (const [what, options, value, written] of cases) {
    test(`that is ${what} is kept`, () =>
      assert.deepEqual(typed([`{"v":${value}}`], options).fitted, [`{${written}}`]));
  }
});

suite('a list of unknown items', () => {
  const options: Options = { properties: { f: { type: 'array' } } };

  test('is a column of JSON text once rows have other values in it, and holds all values', () => {
    const rows = ['{"f":false}', '{"f":{"a":1}}', '{"f":[]}', '{"f":null}', '{"f":"x"}'];
    const { fitted, decided, misfits } = typed(rows, options);
    const texts = ['"false"', '"{\\"a\\":1}"', '"[]"', 'null', '"\\"x\\""'];
    assert.deepEqual(
      fitted,
      texts.map((text) => `{"f":${text}}`),
    );
    assert.deepEqual(misfits, {});
    assert.deepEqual(typed(['{"f":[1]}'], { ...options, known: decided }).fitted, ['{"f":"[1]"}']);
  });

  test('waits for an item while most rows have an empty list', () => {
    const { type, misfits } = typed(['{"f":[]}', '{"f":[]}', '{"f":1}'], options);
    assert.deepEqual([type.fields, misfits], [[], { __json: 1 }]);
    const { fitted } = typed(['{"f":[]}', '{"f":[7]}', '{"f":1}'], options);
    assert.deepEqual(fitted, ['{"f":[]}', '{"f":[7]}', '{"f__json":"1"}']);
  });
});

suite('types that nobody declared', () => {
  test('are not decided by one record where two others have the field, in tables of 3 to 99 rows, but for a fraction, which sets none aside', () => {
    const hostile = fc.constantFrom('"text"', '[[["x"]]]', '[1]', '{"a":1}', 'true', '1.5', '"2026-01-15T00:00:00Z"');
    const count = { decided: 0, others: 0 };
    const property = fc.property(fc.integer({ min: 0, max: 98 }), fc.nat(98), hostile, (others, at, value) => {
      const rows = Array.from({ length: others }, (_, id) => `{"v":${id}}`);
      rows.splice(Math.min(at, others), 0, `{"v":${value}}`);
      const { type, misfits } = typed(rows);
      const kind = type.fields.find(({ name }) => name === 'v')?.type.kind;
      const expected = value === '1.5' ? 'number' : 'integer';
      if (others >= 2) assert.equal(kind, expected, `${others} integers and ${value}`);
      if (others >= 2 && value === '1.5') assert.deepEqual(misfits, {});
      count[others >= 2 ? 'others' : 'decided'] += 1;
    });
    fc.assert(property, { seed: 20_260_115, numRuns: 1000 });
    assert.ok(count.others > 500, `${count.others}`);
  });

  test('come from the rows, at every level, and rows of one kind are written as they are', () => {
    const rows = [
      '{"p":{"a":1,"b":"x","c":[{"d":1.5}],"e":{},"f":[],"g":null}}',
      '{"p":{"a":2,"b":null,"c":[],"h":true}}',
    ];
    const { type, asTyped } = typed(rows);
    assert.ok(asTyped);
    assert.equal(
      engineType(type),
      'STRUCT("p" STRUCT("a" BIGINT, "b" VARCHAR, "c" STRUCT("d" DOUBLE)[], "h" BOOLEAN))',
    );
  });

  test('leave nothing in published lines that may not fit the type which is found later', () => {
    const rows = ['{"a":1,"e":{},"f":[],"o":{"g":[]},"n":null}', '{"a":2,"o":{"h":1}}'];
    assert.ok(typed(rows).asTyped);
    const { fitted, asTyped } = typed(rows, { asLines: true });
    assert.ok(!asTyped);
    assert.deepEqual(fitted, ['{"a":1,"o":{}}', '{"a":2,"o":{"h":1}}']);
    assert.ok(typed(['{"a":1,"n":null}'], { asLines: true }).asTyped);
  });

  test('are what most values are; the others go into the sibling', () => {
    const { fitted, misfits, coerced, asTyped } = typed(['{"a":"x"}', '{"a":"y"}', '{"a":5}', '{"a":{"b":1}}']);
    assert.ok(!asTyped);
    assert.deepEqual(fitted, ['{"a":"x"}', '{"a":"y"}', '{"a":"5"}', '{"a__json":"{\\"b\\":1}"}']);
    assert.deepEqual([misfits, coerced], [{ a: 1 }, { a: 1 }]);
  });

  test('never change once they are known', () => {
    const { type: known } = typed(['{"a":1,"o":{"x":1}}']);
    const { type, fitted } = typed(['{"a":1.5,"o":[1],"n":"new"}', '{"a":2.5,"o":{"x":"t","y":2}}'], { known });
    assert.equal(
      engineType(type),
      'STRUCT("a" BIGINT, "a__json" VARCHAR, "o" STRUCT("x" BIGINT, "x__json" VARCHAR, "y" BIGINT), "o__json" VARCHAR, "n" VARCHAR)',
    );
    assert.deepEqual(fitted, [
      '{"a__json":"1.5","o__json":"[1]","n":"new"}',
      '{"a__json":"2.5","o":{"x__json":"\\"t\\"","y":2}}',
    ]);
  });

  test('keep members together that can have no field of their own', () => {
    const { fitted, type } = typed(['{"url":"a","URL":"b","x__json":1,"":2,"o":{"k":1,"K":[2]}}']);
    assert.deepEqual(fitted, [
      '{"url":"a","o":{"k":1,"__json":"{\\"K\\":[2]}"},"__json":"{\\"URL\\":\\"b\\",\\"x__json\\":1,\\"\\":2}"}',
    ]);
    assert.ok(type.rest);
  });

  test('stay bounded when an object is used as a map', () => {
    const rows = Array.from({ length: 3000 }, (_, index) => `{"m":{"key${index}":${index}}}`);
    const { type, fitted } = typed(rows);
    assert.ok(engineType(type).length < 100_000);
    assert.equal(fitted[2999], '{"m":{"__json":"{\\"key2999\\":2999}"}}');
  });

  test('take the last of members named twice, as JSON.parse does, and keep the others as text', () => {
    const { fitted, asTyped } = typed(['{"a":1,"\\u0061":2}']);
    assert.ok(!asTyped);
    assert.deepEqual(fitted, ['{"\\u0061":2,"__json":"{\\"a\\":1}"}']);
  });

  test('keep what is nested deeper than warehouses take as text', () => {
    const deep = '{"n":'.repeat(30) + '1' + '}'.repeat(30);
    const { fitted } = typed([deep]);
    assert.ok(fitted[0]?.includes('"{\\"n\\":'));
    assert.ok((fitted[0]?.match(/[^\\]"n"/gu)?.length ?? 0) <= 15);
  });
});

test('nothing is lost of any rows, whatever types come first', () => {
  const rows = fc.array(row, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(rows, rows, (yesterday, today) => {
      const { type: known } = typed(yesterday);
      const { type, fitted, asTyped, misfits } = typed(today, { known });
      const back = fitted.map((line) => content(rowOf(parseExactly(line), type)));
      assert.deepEqual(
        back.map(meaning),
        today.map((line) => meaning(content(parseExactly(line)))),
      );
      if (asTyped) assert.deepEqual(misfits, {});
    }),
    { numRuns: 1000 },
  );
});
