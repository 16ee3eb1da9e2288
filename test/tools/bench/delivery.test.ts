import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { isAcknowledgedLate, isVisibleWithin, isWhole, type Delivery } from '../../../tools/bench/delivery.ts';

/** Rows sent at second 0, 1, …, each stored `after` seconds later. */
function delivery(...after: readonly number[]): Delivery {
  const sentAt = Float64Array.from(after, (_, row) => row * 1000);
  return { sentAt, storedAt: sentAt.map((sent, row) => sent + (after[row] ?? 0) * 1000), doubled: 0 };
}

suite('what a feed left in S3', () => {
  test('is complete when each row is stored once', () => {
    assert.equal(isWhole(delivery(1, 2)).isMet, true);
    const { text, isMet } = isWhole(delivery(1, Number.NaN));
    assert.deepEqual([text, isMet], ['Each of 2 rows is stored once (1 are missing, 0 are stored twice)', false]);
    assert.equal(isWhole({ ...delivery(1), doubled: 1 }).isMet, false);
  });

  test('was acknowledged only after it was stored, up to its last row', () => {
    const stored = delivery(5, 1, 9); // At the seconds 5, 2 and 11.
    assert.equal(isAcknowledgedLate(stored, '5000 1\n5000 2\n11000 3\n').isMet, true);
    assert.match(isAcknowledgedLate(stored, '5000 2\n10999 3\n').text, /\(1 were\)/u);
    assert.equal(isAcknowledgedLate(stored, '5000 2\n').isMet, false);
    assert.equal(isAcknowledgedLate(delivery(1, Number.NaN), '9000 2\n').isMet, false);
  });

  test('was visible as late as the end of the second in which it appeared', () => {
    const { text, isMet } = isVisibleWithin(delivery(1, 2, 3, 239), 240);
    assert.deepEqual(
      [text, isMet],
      ['Visible after 3.0 s (half of them), 240.0 s (99 %), 240.0 s (all), at most 240 s wanted', true],
    );
    assert.equal(isVisibleWithin(delivery(1, 240), 240).isMet, false);
    assert.equal(isVisibleWithin(delivery(1, Number.NaN), 240).isMet, false);
  });
});
