import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { orderOf } from '../../../source-s3/src/listing/order.ts';

test('places come in the order of what stands there, and equal ones in their own', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 100 }), (numbers) => {
      const places = numbers.map((_, place) => place);
      const compare = (a: number, b: number): number => (numbers[a] ?? 0) - (numbers[b] ?? 0);
      assert.deepEqual([...orderOf(numbers.length, compare)], places.toSorted(compare));
    }),
  );
});
