import assert from 'node:assert/strict';
import { test } from 'node:test';

import { knownText } from '@s3-connectors/common/records/known-text.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import * as fc from 'fast-check';

test('a row has the bytes of its pieces, of any length and from any place, however often it grows (1,000 rows)', () => {
  const size = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 600 }), fc.nat({ max: 70_000 }));
  const piece = fc.record({ start: fc.nat({ max: 20 }), size, after: fc.nat({ max: 9 }), isKnown: fc.boolean() });
  const source = Buffer.from(Array.from({ length: 80_000 }, (_, index) => 32 + ((index * 7919) % 90)));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const out = new RowBuffer();
      const expected: Uint8Array[] = [];
      for (const { start, size: length, after, isKnown } of pieces) {
        // A view that ends shortly after the piece, or with it: nothing beyond is read.
        const bytes = source.subarray(3, 3 + start + length + after);
        const copied = bytes.subarray(start, start + length);
        if (isKnown) out.known(knownText(copied.toString()));
        else out.copy(bytes, start, start + length);
        expected.push(copied);
      }
      assert.equal(out.bytes.compare(Buffer.concat(expected)), 0);
    }),
    { numRuns: 1000 },
  );
});
