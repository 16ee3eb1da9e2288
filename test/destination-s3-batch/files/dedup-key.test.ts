import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { dedupKey } from '../../../destination-s3-batch/src/files/dedup-key.ts';
import { sortableNumber } from '../../../destination-s3-batch/src/files/canonical-json.ts';
import type { FieldType, StructType } from '../../../destination-s3-batch/src/columns/types/field-type.ts';

/** As the engine compares them: byte by byte. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function row(type: FieldType | undefined): StructType {
  const fields = type === undefined ? [] : ['id', 'at'].map((name) => ({ name, type, misfits: false }));
  return { kind: 'struct', fields, rest: false };
}

function of(json: string, type: FieldType | undefined) {
  const bytes = Buffer.from(`{"id":${json},"at":${json}}\n`);
  return dedupKey(bytes, 0, { key: [['id']], cursor: ['at'], row: row(type) });
}

/** Spellings of a number, exact. */
const spelled = fc
  .record({
    digits: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
    scale: fc.integer({ min: 0, max: 30 }),
    zeros: fc.integer({ min: 0, max: 4 }),
    shift: fc.integer({ min: -40, max: 40 }),
  })
  .map(({ digits, scale, zeros, shift }) => {
    const sign = digits < 0n ? '-' : '';
    const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
    const whole = text.slice(0, text.length - scale);
    const fraction = text.slice(text.length - scale) + '0'.repeat(zeros);
    const plain = `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
    return { text: `${plain}e${shift}`, value: digits * 10n ** BigInt(shift - scale + 70) };
  });

suite('a number as a text that sorts', () => {
  test('sorts as the numbers do, however they are spelled and of any size (2,000 pairs)', () => {
    fc.assert(
      fc.property(spelled, spelled, (a, b) => {
        const order = a.value < b.value ? -1 : Number(a.value > b.value);
        assert.equal(Math.sign(compare(sortableNumber(a.text), sortableNumber(b.text))), order);
      }),
      { numRuns: 2000, seed: 17 },
    );
  });

  test('is the same for all spellings of a number', () => {
    for (const same of [
      ['4', '4.0', '4e0', '0.4E1', '40e-1', '4.00'],
      ['0', '-0', '0.0', '-0.00e5', '0e999999999999'],
      ['-1.5', '-15e-1', '-0.15e+1'],
    ]) {
      assert.equal(new Set(same.map((text) => sortableNumber(text))).size, 1, same.join());
    }
    assert.notEqual(sortableNumber('9007199254740993'), sortableNumber('9007199254740992'));
  });
});

const utc: FieldType = { kind: 'timestamp', utc: true };
const local: FieldType = { kind: 'timestamp', utc: false };

suite('the key of a row', () => {
  for (const { same, type } of [
    { same: ['4', '4.0', '4e0'] },
    { same: ['"ab"', String.raw`"a\u0062"`] },
    { same: ['4', '4.0', '"4"', '"4.00"'], type: { kind: 'integer' } },
    { same: ['1.5', '"1.5"', '15e-1'], type: { kind: 'number' } },
    { same: ['4', '"4"'], type: { kind: 'string' } },
    { same: ['true', '"true"'], type: { kind: 'string' } },
    { same: ['true', '"true"'], type: { kind: 'boolean' } },
    {
      same: [
        '"2026-01-15T10:00:00Z"',
        '"2026-01-15 10:00:00"',
        '"2026-01-15T12:00:00.000+02:00"',
        '1768471200',
        '"1768471200000"',
      ],
      type: utc,
    },
    { same: ['"2026-01-15T10:00:00"', '"2026-01-15 10:00:00.0"'], type: local },
  ] satisfies readonly { same: readonly string[]; type?: FieldType }[]) {
    test(`is one for ${same.join(' and ')} in a column of ${type?.kind ?? 'no type'}`, () => {
      assert.equal(new Set(same.map((json) => of(json, type).key)).size, 1);
    });
  }

  for (const { others, type } of [
    { others: ['1', '"1"', 'true', '"true"', '[1]', '{"a":1}', '""'] },
    { others: ['9007199254740993', '9007199254740992'], type: { kind: 'number' } },
    { others: ['4', '4.0', '"4.00"', '"04"'], type: { kind: 'string' } },
    { others: ['"4"', '" 4"', '"+4"', '"0x4"', '"04"', '"4."', '""'], type: { kind: 'integer' } },
    { others: ['"2026-01-15T10:00:00Z"', '"2026-01-15T10:00:00.000000001Z"', '"never"', '"1"'], type: utc },
    { others: ['"2026-01-15T10:00:00"', '"2026-01-15T10:00:00Z"', '"2026-01-15T10:00:00+02:00"'], type: local },
    { others: ['"2026-01-15"', '"2026-01-15T10:00:00"', '"2026-01-15T11:00:00"'], type: { kind: 'date' } },
    { others: ['"2026-01-15T10:00:00Z"', '"2026-01-15T12:00:00+02:00"'] },
  ] satisfies readonly { others: readonly string[]; type?: FieldType }[]) {
    test(`tells ${others.join(' from ')} in a column of ${type?.kind ?? 'no type'}`, () => {
      assert.equal(new Set(others.map((json) => of(json, type).key)).size, others.length);
    });
  }

  test('is one for values if and only if they mean the same JSON value, without a type (1,000 pairs)', () => {
    const value = fc.oneof(
      fc.integer({ min: -3, max: 3 }).chain((n) => fc.constantFrom(`${n}`, `${n}.0`, `${n}e0`, `"${n}"`)),
      fc.constantFrom('"a"', String.raw`"\u0061"`, '"A"', 'true', 'false', '"\\u0001"', '"\\\\"', '"\\""'),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        const isSame = Object.is(meant(a), meant(b));
        assert.equal(of(a, undefined).key === of(b, undefined).key, isSame, `${a} ${b}`);
      }),
      { numRuns: 1000, seed: 17 },
    );
  });
});

function meant(json: string): unknown {
  const value: unknown = JSON.parse(json);
  return value === 0 ? 0 : value;
}

suite('the order of a row', () => {
  for (const { ascending, type } of [
    { ascending: ['null', '"a"', '"a\\tb"', '"a!"', '"aa"', '"b"'] },
    { ascending: ['-1e300', '-2', '-1.5', '-1', '0', '1e-300', '9', '10.25', '10.3', '9223372036854775807', '1e300'] },
    { ascending: ['"2"', '"9"', '"10"'] },
    { ascending: ['"2026-01-15T09:59:59.999999999Z"', '"2026-01-15T12:00:00+02:00"', '1768471201'], type: utc },
    { ascending: ['"x"', '"2026-01-15"', '"2026-01-15T00:00:00.1Z"'] },
    { ascending: ['false', 'true'] },
  ] satisfies readonly { ascending: readonly string[]; type?: FieldType }[]) {
    test(`ascends from ${ascending.join(' to ')} in a column of ${type?.kind ?? 'no type'}`, () => {
      const orders = ascending.map((json) => of(json, type).order);
      assert.deepEqual(orders.toSorted(compare), orders);
      assert.equal(new Set(orders).size, orders.length);
    });
  }

  for (const same of [
    ['9', '9.0', '"9"'],
    ['"2026-01-15T10:00:00Z"', '"2026-01-15T12:00:00+02:00"', '"2026-01-15 10:00:00.000"'],
  ]) {
    test(`is one for ${same.join(' and ')}`, () => {
      assert.equal(new Set(same.map((json) => of(json, undefined).order)).size, 1);
    });
  }

  test('and the key have no control character except one that is not a delimiter, whatever the row has (1,000 texts)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const { key, order } = of(JSON.stringify(text), undefined);
        const control = Array.from(key + order).filter((char) => char < ' ');
        assert.deepEqual(
          control.filter((char) => char !== '\u0002'),
          [],
        );
      }),
      { numRuns: 1000, seed: 17 },
    );
  });

  test('is the same for all spellings of an object or a list, and for no others (1,000 values)', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const spelling = (json: unknown): string => {
      if (Array.isArray(json)) return `[ ${json.map(spelling).join(' ,\t')} ]`;
      if (typeof json === 'number') return json === 0 ? '-0.0' : `${json}`.includes('e') ? `${json}` : `${json}e0`;
      if (typeof json !== 'object' || json === null) return JSON.stringify(json);
      const members = Object.entries(json).toReversed();
      return `{${members.map(([key, member]) => `${JSON.stringify(key)} : ${spelling(member)}`).join(', ')}}`;
    };
    const meaning = (json: unknown): string =>
      spelling(JSON.parse(JSON.stringify(json).replaceAll(/(?<=[[:,])-0\b/gu, '0')));
    const sorted = (json: unknown): unknown => {
      if (Array.isArray(json)) return json.map(sorted);
      if (typeof json !== 'object' || json === null) return json;
      return Object.fromEntries(
        Object.entries(json)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, member]) => [key, sorted(member)]),
      );
    };
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [first, again, other] = [JSON.stringify({ k: a }), spelling({ k: a }), JSON.stringify({ k: b })];
        assert.equal(of(first, undefined).key, of(again, undefined).key);
        const isSame = meaning(sorted(a)) === meaning(sorted(b));
        assert.equal(of(first, undefined).key === of(other, undefined).key, isSame);
      }),
      { numRuns: 1000, seed: 17 },
    );
    assert.equal(
      of('{"a":1,"b":[1.0,{"x":"\\u0041","x":2}]}', undefined).key,
      of('{"b":[1,{"x":2e0}],"a":10e-1}', undefined).key,
    );
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    assert.match(of(deep, undefined).key, /^sha256:/u);
  });
});
