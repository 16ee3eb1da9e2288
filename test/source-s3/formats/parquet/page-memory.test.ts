import assert from 'node:assert/strict';
import { test } from 'node:test';

import { groupByMemory, pageMemory } from '../../../../source-s3/src/formats/parquet/page-memory.ts';

const sizes = { isText: false, stored: 0, unpacked: 100, dictionary: 0, pages: 1 };

test('a page takes its size, and by the engine’s count the next power of two', () => {
  assert.deepEqual(pageMemory(sizes), { resident: 100, claimed: 128 });
  assert.deepEqual(pageMemory({ ...sizes, stored: 50 }), { resident: 150, claimed: 192 });
  assert.deepEqual(pageMemory({ ...sizes, dictionary: 8 }), { resident: 108, claimed: 144 });
});

test('texts of two pages are held at once, numbers of one', () => {
  assert.equal(pageMemory({ ...sizes, pages: 2 }).resident, 100);
  assert.equal(pageMemory({ ...sizes, pages: 2, isText: true }).resident, 200);
  assert.equal(pageMemory({ ...sizes, isText: true }).resident, 100);
});

test('columns are decoded together as far as they fit, in their order', () => {
  const columns = new Map(
    [3, 1, 4, 9, 2].map((place, index) => [place, { resident: [60, 40, 10, 200, 5][index] ?? 0, claimed: 0 }]),
  );
  assert.deepEqual(groupByMemory(columns, 100), [[3, 1], [4], [9], [2]]);
  assert.deepEqual(groupByMemory(new Map(), 100), []);
});
