import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ByteBlocks } from '../../../source-s3/src/listing/byte-blocks.ts';

test('blocks come out as they went in, whatever their sizes', () => {
  const blocks = new ByteBlocks();
  const sizes = [0, 1, 700_000, 700_000, 3_000_000, 2, ...Array.from({ length: 3000 }, (_, index) => index % 700)];
  const bodies = sizes.map((size, index) => Buffer.alloc(size, index));
  for (const body of bodies) blocks.add([body.subarray(0, 1), body.subarray(1)]);
  for (const [index, body] of bodies.entries()) {
    assert.equal(Buffer.compare(blocks.from(index)?.subarray(0, body.length) ?? Buffer.alloc(0), body), 0);
  }
  assert.equal(blocks.from(sizes.length), undefined);
});
