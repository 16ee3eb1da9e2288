import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lagText } from '../../../destination-s3-streaming/src/kafka/lag.ts';
import { Ownership } from '../../../destination-s3-streaming/src/kafka/ownership.ts';

test('the lag counts what is to be read and what is not yet committed, and names the partition with the most', () => {
  const ownership = new Ownership();
  const places = [0, 1].map((partition) => ({ topic: 'events', partition }));
  ownership.assign(places);
  for (const place of places) ownership.seed({ ...place, offset: 10n }, 10n);
  for (let offset = 10n; offset < 15n; offset += 1n) ownership.take('events', 1, offset, ownership.generation);
  const ends = places.map((place) => ({ ...place, offset: place.partition === 0 ? 12n : 20n }));
  assert.equal(
    lagText(ends, ownership, 2),
    'Behind in 2 partitions: 7 messages to read, 12 not yet committed (most in events 1: 10). The assignment changed 2 times since this replica joined.',
  );
});

test('the lag counts one of anything in the singular', () => {
  const ownership = new Ownership();
  const place = { topic: 'events', partition: 0 };
  ownership.assign([place]);
  ownership.seed({ ...place, offset: 10n }, 10n);
  const text = lagText([{ ...place, offset: 11n }], ownership, 1);
  assert.match(text, /^Behind in 1 partition: 1 message to read, 1 not yet committed .* changed 1 time since/u);
});
