// The digits that a double holds, compared with the texts that writers print for it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import {
  integerText,
  isDouble,
  numberKind,
  numberKinds,
} from '../../../../destination-s3-batch/src/columns/types/number-kind.ts';

function kindOf(text: string): number {
  const bytes = Buffer.from(text);
  return numberKind(bytes, 0, bytes.length);
}

const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });

test('an integer of any length has the kind of its value (10,000 integers)', () => {
  const [safe, most] = [BigInt(Number.MAX_SAFE_INTEGER), 2n ** 63n];
  const near = fc
    .tuple(
      fc.constantFrom(safe, most, 10n ** 15n, 10n ** 16n, 10n ** 17n, 10n ** 18n, 10n ** 19n),
      fc.integer({ min: -9, max: 9 }),
    )
    .map(([value, more]) => value + BigInt(more));
  const any = fc.oneof(near, fc.bigInt({ min: 0n, max: 10n ** 21n }), fc.bigInt({ min: safe / 2n, max: safe * 2n }));
  fc.assert(
    fc.property(any, fc.boolean(), (size, isNegative) => {
      const value = isNegative ? -size : size;
      const isHuge = value >= most || value < -most;
      const expected = size <= safe ? numberKinds.int : isHuge ? numberKinds.huge : numberKinds.wide;
      assert.equal(kindOf(String(value)), expected, String(value));
    }),
    { seed: 20_260_115, numRuns: 10_000 },
  );
});

suite('a number is held by a double', () => {
  test('in the shortest digits, and in 17 digits, whatever notation they are in (10,000 doubles)', () => {
    fc.assert(
      fc.property(doubles, (value) => {
        const texts = [String(value), value.toPrecision(17), value.toExponential(16), value.toExponential()];
        for (const text of texts) assert.ok(isDouble(text), text);
        for (const text of texts.filter((one) => /[.e]/u.test(one)))
          assert.notEqual(kindOf(text), numberKinds.inexact, text);
      }),
      { seed: 20_260_115, numRuns: 10_000 },
    );
  });

  test('only if no digit of it is rounded away (10,000 doubles)', () => {
    fc.assert(
      fc.property(
        doubles.filter((value) => Math.abs(value) > 1e-300),
        fc.integer({ min: 1, max: 9 }),
        (value, digit) => {
          const [mantissa, exponent] = value.toExponential(17).split('e');
          const text = `${mantissa}00${digit}e${exponent}`; // 21 digits
          const isExact = value.toExponential(20) === text;
          if (!isExact) assert.ok(!isDouble(text), text);
        },
      ),
      { seed: 20_260_115, numRuns: 10_000 },
    );
  });

  const held = [
    ['9.9900000000000002', 'a price as iOS, Lua and old PHP print it'],
    ['2.9802322387695312e-8', 'the even one of two texts of 17 digits that are as near'],
    ['2.9802322387695313e-8', 'the one away from zero of two texts of 17 digits that are as near'],
    ['12345678901234567000', 'a large integer as JavaScript prints it'],
    ['12345678901234567168', 'a large integer in all its digits'],
    ['1E+2', 'a whole number with an exponent'],
  ] as const;
  for (const [text, what] of held) test(`if it is ${what}`, () => assert.ok(isDouble(text)));

  test('unless it has millions of digits, which are not looked at one run of zeros after the other', () => {
    for (const zeros of ['0'.repeat(1_000_000), '10'.repeat(500_000)]) {
      for (const text of [`0.1${zeros}1`, `1${zeros}1`, `1${zeros}1.5`]) {
        assert.ok(!isDouble(text));
        kindOf(text);
        assert.equal(integerText(text), undefined);
      }
    }
  });

  const rounded = [
    ['9007199254740993', 'an integer between two doubles'],
    ['0.1234567890123456789', 'a decimal of 19 digits'],
    ['9.99000000000000024', 'a decimal of 18 digits'],
    ['1e400', 'a number beyond all doubles'],
    ['5.0000000000000001', 'a decimal and a whole number'],
  ] as const;
  for (const [text, what] of rounded) test(`unless it is ${what}`, () => assert.ok(!isDouble(text)));
});
