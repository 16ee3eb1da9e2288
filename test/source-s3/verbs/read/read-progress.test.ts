// How much of a stream has been sent: complete objects by their size, the current one by its rows.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ReadProgress } from '../../../../source-s3/src/verbs/read/read-progress.ts';

type Lines = Parameters<ReadProgress['add']>[0];

function lines(key: string, size: number, rows: number, ofRows: number | undefined): Lines {
  const file = { object: { key, size }, rows: ofRows };
  return { kind: 'lines', bytes: Buffer.alloc(rows * 10), rows, file } as unknown as Lines;
}

test('the share grows with the rows of a file in hand and with each file that is finished', () => {
  const sent = new ReadProgress();
  assert.equal(sent.shareOf(400), 0);
  const first = lines('a', 100, 5, 20);
  sent.add(first);
  assert.equal(sent.shareOf(400), 25 / 400);
  sent.add({ ...first, rows: 10 });
  assert.equal(sent.shareOf(400), 75 / 400);
  sent.finish(first.file.object);
  assert.equal(sent.shareOf(400), 100 / 400);
  sent.add(lines('b', 300, 7, undefined));
  assert.equal(sent.shareOf(400), 100 / 400);
  assert.deepEqual([sent.records, sent.bytes], [22, 170]);
});

test('more rows than were expected make a file no larger than it is', () => {
  const sent = new ReadProgress();
  sent.add(lines('a', 100, 50, 20));
  assert.equal(sent.shareOf(100), 1);
});
