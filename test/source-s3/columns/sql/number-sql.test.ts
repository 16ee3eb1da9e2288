// The faster ways to the text of a number or a date, held to the engine's own cast and to digits counted here.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { decimalText, doubleJson } from '../../../../source-s3/src/columns/sql/number-sql.ts';
import { dateText } from '../../../../source-s3/src/columns/sql/time-sql.ts';
import { suiteEngine } from '../../support/suite-engine.ts';

const running = suiteEngine();

/** The text that each form of the values has, in order. The rows are in one vector, so that a CASE takes them apart. */
async function textsOf(values: readonly string[], forms: readonly string[]): Promise<readonly unknown[][]> {
  const rows = values.map((value) => `(${value})`).join(', ');
  const columns = forms.map((form, index) => `(${form})::VARCHAR AS f${index}`);
  const found = await running().engine.rows(`SELECT ${columns.join(', ')} FROM (VALUES ${rows}) AS t(v)`);
  return forms.map((_, index) => found.map((row) => row[`f${index}`]));
}

type DecimalCase = { readonly width: number; readonly scale: number; readonly counts: readonly (bigint | null)[] };

const decimals: fc.Arbitrary<DecimalCase> = fc.nat({ max: 37 }).chain((narrower) => {
  const width = 38 - narrower;
  const most = 10n ** BigInt(width) - 1n;
  const border = 10n ** 18n;
  const near = fc.bigInt({ min: border - 3n, max: border + 3n });
  const magnitude = fc
    .oneof(fc.bigInt({ min: 0n, max: most }), near, fc.bigInt({ min: 0n, max: border }), fc.constantFrom(0n, 1n, most))
    .map((count) => (count > most ? most : count));
  const count = fc.option(fc.tuple(magnitude, fc.boolean()).map(([size, isNegative]) => (isNegative ? -size : size)));
  return fc.record({
    width: fc.constant(width),
    scale: fc.nat({ max: width }),
    counts: fc.array(count, { minLength: 1, maxLength: 8 }),
  });
});

function digitsOf(count: bigint, scale: number): string {
  const digits = String(count < 0n ? -count : count).padStart(scale + 1, '0');
  const point = scale === 0 ? '' : `.${digits.slice(-scale)}`;
  return `${count < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${point}`;
}

const double = fc.oneof(
  fc.double(),
  fc.double({ min: -1e16, max: 1e16, noNaN: true }),
  fc
    .tuple(fc.integer({ min: -6, max: 17 }), fc.integer({ min: -9999, max: 9999 }))
    .map(([e, digits]) => digits * 10 ** e),
  fc.constantFrom(0, -0, 1e-4, 1e15, -1e15, 9.999999999999999e14, 0.00009999999999999999, 1e16, 5e-324),
);

function doubleLiteral(value: number | null): string {
  if (value === null) return 'NULL::DOUBLE';
  return `'${Object.is(value, -0) ? '-0.0' : value}'::DOUBLE`;
}

suite('the text of numbers and dates', () => {
  test('has each digit of a decimal of any width', async () => {
    const property = fc.asyncProperty(decimals, async ({ width, scale, counts }) => {
      const type = `DECIMAL(${width},${scale})`;
      const values = counts.map((count) => (count === null ? `NULL::${type}` : `'${digitsOf(count, scale)}'::${type}`));
      const [texts] = await textsOf(values, [decimalText('v', { kind: 'decimal', width, scale })]);
      assert.deepEqual(
        texts,
        counts.map((count) => (count === null ? null : digitsOf(count, scale))),
      );
    });
    await fc.assert(property, { numRuns: 1000, seed: 20, endOnFailure: true });
  });

  for (const type of ['DOUBLE', 'FLOAT']) {
    test(`is what the engine casts a ${type} to`, async () => {
      const property = fc.asyncProperty(fc.array(fc.option(double), { minLength: 1, maxLength: 8 }), async (values) => {
        const literals = values.map((value) => `TRY_CAST(${doubleLiteral(value)} AS ${type})`);
        const cast = `coalesce((CASE WHEN isfinite(v) THEN v::DOUBLE END)::VARCHAR, 'null')`;
        const [fast, slow] = await textsOf(literals, [doubleJson('v'), cast]);
        assert.deepEqual(fast, slow);
      });
      await fc.assert(property, { numRuns: 1000, seed: 20, endOnFailure: true });
    });
  }

  test('is a date in quotes, or null', async () => {
    const days = fc.oneof(
      fc.integer({ min: -800_000, max: 3_000_000 }),
      fc.integer({ min: -2147483646, max: 2147483646 }),
    );
    const date = fc.option(fc.oneof(days, fc.constantFrom('infinity', '-infinity')));
    const property = fc.asyncProperty(fc.array(date, { minLength: 1, maxLength: 8 }), async (values) => {
      const literals = values.map((value) => {
        return typeof value === 'number'
          ? `DATE '1970-01-01' + (${value})`
          : `${value === null ? 'NULL' : `'${value}'`}::DATE`;
      });
      const { sql, json = '' } = dateText('v');
      const [fast, slow] = await textsOf(literals, [json, `coalesce('"' || ${sql} || '"', 'null')`]);
      assert.deepEqual(fast, slow);
    });
    await fc.assert(property, { numRuns: 1000, seed: 20, endOnFailure: true });
  });
});
