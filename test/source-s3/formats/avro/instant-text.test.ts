// Days and instants as text, within the range that can be stored.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dateText, timestampText } from '../../../../source-s3/src/formats/avro/instant-text.ts';

test('a day of any year is that of the calendar, with BC before the year 1', () => {
  const days: readonly (readonly [number, string])[] = [
    [3_576_000, '11760-10-03'],
    [-719_162, '0001-01-01'],
    [-719_163, '0001-12-31 BC'],
    [2 ** 31 - 1, '5881580-07-11'],
    [-(2 ** 31), '5877642-06-23 BC'],
  ];
  for (const [day, text] of days) assert.equal(dateText(day), text);
});

test('an instant is kept as far as microseconds in 64 bits reach, and is none beyond', () => {
  assert.equal(timestampText(2n ** 63n - 1n, 1_000_000, true), '294247-01-10T04:00:54.775807Z');
  assert.equal(timestampText(-(2n ** 63n), 1_000_000, true), '290309-12-21T19:59:05.224192Z BC');
  assert.equal(timestampText(-62_135_596_800_001n, 1000, false), '0001-12-31T23:59:59.999000 BC');
  for (const far of [2n ** 63n - 1n, -(2n ** 63n)]) assert.equal(timestampText(far, 1000, true), undefined);
});
