// One table of casts: the JSON of a text, in JavaScript and in the engine.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { literal } from '@s3-connectors/common/columns/sql.ts';

import { isCastTarget } from '../../../source-s3/src/casts/cast-table.ts';
import { castText, noJsonNumber } from '../../../source-s3/src/casts/text-cast.ts';
import { textCastSql } from '../../../source-s3/src/casts/text-cast-sql.ts';
import { rowsOf } from '../../support/parquet.ts';
import { castTexts } from './texts.ts';

const types: readonly ColumnType[] = [
  { kind: 'integer' },
  { kind: 'number' },
  { kind: 'boolean' },
  { kind: 'date' },
  { kind: 'time' },
  { kind: 'timestamp', utc: true },
  { kind: 'timestamp', utc: false },
];

const [year, month, day, hour, minute] = [
  ['2026', '0000', '0001', '9999', '1600', '26'],
  ['01', '02', '12', '00', '13', '1'],
  ['01', '28', '29', '30', '31', '00', '32'],
  ['00', '14', '23', '24', '25', '1'],
  ['00', '30', '59', '60'],
];
const date = fc
  .tuple(fc.constantFrom(...year), fc.constantFrom('-', '-', '/'), fc.constantFrom(...month), fc.constantFrom(...day))
  .map(([y, dash, m, d]) => `${y}${dash}${m}${dash}${d}`);
const clock = fc
  .tuple(
    fc.constantFrom(...hour),
    fc.constantFrom(...minute),
    fc.constantFrom('', ':00', ':00', ':59', ':60'),
    fc.constantFrom('', '.0', '.5', '.120', '.123456', '.1234567', '.123456000', '.1234567890', '.'),
  )
  .map(([h, m, s, fraction]) => `${h}:${m}${s}${fraction}`);
const zone = fc.constantFrom(
  '',
  'Z',
  'z',
  '+02',
  '-0330',
  '+14:00',
  '+23:59',
  '+24:00',
  ' UTC',
  '+2',
  ' Z',
  ' -08',
  ' +0530',
  'UTC',
  ' +00:00',
);
const number = fc.array(fc.constantFrom('0', '00', '7', '12345678901234567890', '.', '-', '+', 'e', 'E-', '_', ','), {
  maxLength: 6,
});
const text = fc
  .tuple(
    fc.constantFrom('', '', '', ' ', '\t', '\u00a0'),
    fc.oneof(
      number.map((parts) => parts.join('')),
      date,
      clock,
      fc.tuple(date, fc.constantFrom('T', ' ', 't'), clock, zone).map((parts) => parts.join('')),
      fc.constantFrom(
        'true',
        'FALSE',
        'T',
        'f',
        '1',
        '0',
        'yEs',
        'N',
        'no',
        'null',
        'NaN',
        '-inf',
        'epoch',
        'Infinity',
        'é',
      ),
    ),
    fc.constantFrom('', '', '', ' ', '\r\n', 'x'),
  )
  .map((parts) => parts.join(''));

suite('a text becomes the same JSON of a type', () => {
  for (const type of types) {
    const name = type.kind === 'timestamp' ? `${type.utc ? 'UTC' : 'local'} timestamp` : type.kind;
    test(`${name}, in JavaScript and in the engine`, async () => {
      if (!isCastTarget(type)) assert.fail();
      const texts = [...new Set([...castTexts, ...fc.sample(text, { numRuns: 3000, seed: 15 })])];
      const { sql, form } = textCastSql('v', type);
      const values = texts.map((one) => `(${literal(one)})`).join(', ');
      const rows = await rowsOf(`SELECT v AS text, ${sql} AS json FROM (VALUES ${values}) AS t(v)`);
      let fitting = 0;
      for (const { text: one, json } of rows) {
        const inEngine = typeof json !== 'string' ? undefined : form === 'quoted' ? `"${json}"` : json;
        const cast = castText(String(one), type);
        const here = cast === noJsonNumber ? undefined : cast;
        assert.equal(inEngine, here, `${JSON.stringify(one)} as ${name}`);
        if (here !== undefined) fitting++;
      }
      assert.ok(fitting >= 8, `only ${fitting} texts are of the type`);
    });
  }
});

suite('a text as a value of a type', () => {
  test('keeps the digits of an integer, without leading zeros', () => {
    const integers = {
      '0': '0',
      '-0': '0',
      '+7': '7',
      '007': '7',
      '-007': '-7',
      '000': '0',
      '-90': '-90',
      '1.00': '1',
      '-0.0': '0',
    };
    for (const [one, json] of Object.entries(integers)) assert.equal(castText(one, { kind: 'integer' }), json);
    for (const one of ['', '-', '+-1', '1.', '.0', '1.01', '1.0e0', '1e3', 'x'])
      assert.equal(castText(one, { kind: 'integer' }), undefined);
  });

  test('keeps the digits of a number, with or without a fraction and an exponent', () => {
    const numbers = {
      '1': '1',
      '1.': '1',
      '.5': '0.5',
      '-1.50e2': '-1.50e2',
      '+0': '0',
      '-.50': '-0.50',
      '007.10': '7.10',
    };
    for (const [one, json] of Object.entries(numbers)) assert.equal(castText(one, { kind: 'number' }), json);
    for (const one of ['.', 'e1', '1..2', '1e', '1e999']) assert.equal(castText(one, { kind: 'number' }), undefined);
  });

  test('of millions of digits is recognised in one pass', () => {
    for (const digits of ['9'.repeat(4_000_000), `${'0'.repeat(4_000_000)}1`]) {
      assert.equal(castText(`${digits}x`, { kind: 'number' }), undefined);
      assert.equal(castText(`${digits}x`, { kind: 'integer' }), undefined);
      assert.equal(castText(digits, { kind: 'integer' }), digits.replace(/^0+/u, ''));
    }
  });
});
