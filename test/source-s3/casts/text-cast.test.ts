import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { typedJson } from '../../../source-s3/src/layout/typed-value.ts';

suite('a text as a value of a type', () => {
  test('keeps the digits of an integer, without leading zeros', () => {
    const integers = { '0': '0', '-0': '0', '+7': '7', '007': '7', '-007': '-7', '000': '0', '-90': '-90' };
    for (const [text, json] of Object.entries(integers)) assert.equal(typedJson(text, 'integer'), json);
    for (const text of ['', '-', '+-1', '1.0', '1e3', 'x']) assert.equal(typedJson(text, 'integer'), undefined);
  });

  test('is a number with or without a fraction and an exponent', () => {
    const numbers = { '1': '1', '1.': '1', '.5': '0.5', '-1.50e2': '-150', '+0': '0' };
    for (const [text, json] of Object.entries(numbers)) assert.equal(typedJson(text, 'number'), json);
    for (const text of ['.', 'e1', '1..2', '1e', '1e999']) assert.equal(typedJson(text, 'number'), undefined);
  });

  test('of millions of digits is told apart in one pass', () => {
    const digits = '9'.repeat(4_000_000);
    assert.equal(typedJson(`${digits}x`, 'number'), undefined);
    assert.equal(typedJson(digits, 'integer'), digits);
  });
});
