// Snappy's raw format: every kind of element, and data that is damaged.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { unsnappy } from '../../../../../source-s3/src/formats/text/compression/snappy.ts';

const literal = (text: string): readonly number[] => [(text.length - 1) << 2, ...Buffer.from(text)];

suite('snappy data', () => {
  const long = 'x'.repeat(300);
  const cases: readonly (readonly [name: string, data: readonly number[], text: string])[] = [
    ['nothing', [0], ''],
    ['a literal', [3, ...literal('abc')], 'abc'],
    ['a literal with a length of two bytes', [0xac, 2, 61 << 2, 0x2b, 1, ...Buffer.from(long)], long],
    ['a copy with an offset of eleven bits', [7, ...literal('abc'), ((4 - 4) << 2) | 1, 3], 'abcabca'],
    ['a copy with an offset of two bytes', [5, ...literal('abc'), ((2 - 1) << 2) | 2, 3, 0], 'abcab'],
    ['a copy with an offset of four bytes', [5, ...literal('abc'), ((2 - 1) << 2) | 3, 2, 0, 0, 0], 'abcbc'],
    ['a copy of what it writes', [11, ...literal('ab'), ((9 - 1) << 2) | 2, 2, 0], 'abababababa'],
    [
      'an offset above 255',
      [0xb0, 2, 61 << 2, 0x2b, 1, ...Buffer.from(`abc${'x'.repeat(297)}`), (1 << 5) | 1, 0x2c],
      `abc${'x'.repeat(297)}abcx`,
    ],
  ];
  for (const [name, data, text] of cases) {
    test(`of ${name} inflates`, () => assert.equal(unsnappy(Uint8Array.from(data), 1000).toString(), text));
  }

  const bad: readonly (readonly [name: string, data: readonly number[]])[] = [
    ['without a length', []],
    ['with an endless length', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['that ends early', [4, ...literal('abc')]],
    ['that continues after its length', [2, ...literal('abc')]],
    ['with a literal that is cut', [3, 2 << 2, 0x61]],
    ['with a copy from before its start', [7, ...literal('abc'), 1, 4]],
    ['with a copy of no distance', [7, ...literal('abc'), 1, 0]],
    ['longer than allowed', [0xe9, 7]],
  ];
  for (const [name, data] of bad) {
    test(`${name} is refused`, () => assert.throws(() => unsnappy(Uint8Array.from(data), 1000)));
  }
});
