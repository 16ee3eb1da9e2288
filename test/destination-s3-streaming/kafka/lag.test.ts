import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lagPoints, lagText, lagWatch } from '../../../destination-s3-streaming/src/kafka/lag.ts';
import { Ownership, type PartitionOffset } from '../../../destination-s3-streaming/src/kafka/ownership.ts';

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

test('the lag of a partition without a committed offset counts from where reading began', () => {
  const ownership = new Ownership();
  const place = { topic: 'events', partition: 0 };
  ownership.assign([place]);
  const ends = [{ ...place, offset: 1_000_100n }];
  assert.deepEqual([...lagPoints(ends, ownership, 'g')], []);
  ownership.seed({ ...place, offset: 1_000_000n }, undefined);
  const [lag] = lagPoints(ends, ownership, 'g');
  assert.equal(lag?.value, 100);
});

test('the metrics name the five hundred partitions that are the furthest behind', () => {
  const ownership = new Ownership();
  const places = Array.from({ length: 2000 }, (_, partition) => ({ topic: 'events', partition }));
  ownership.assign(places);
  for (const place of places) ownership.seed({ ...place, offset: 0n }, 0n);
  const ends = places.map((place) => ({ ...place, offset: BigInt(place.partition) }));
  const points = [...lagPoints(ends, ownership, 'g')];
  assert.equal(points.length, 2 * 500);
  assert.deepEqual([...new Set(points.map(({ of }) => Number(of?.partition)))].at(-1), 1500);
});

test('the watch asks one member at a time, waits for no answer, and counts the rebalances of all members', async () => {
  const ownership = new Ownership();
  const place = { topic: 'events', partition: 0 };
  ownership.assign([place]);
  ownership.seed({ ...place, offset: 0n }, 0n);
  const watch = lagWatch(ownership, 'g');
  const asked: PromiseWithResolvers<readonly PartitionOffset[]>[] = [];
  const ends = (): Promise<readonly PartitionOffset[]> => {
    asked.push(Promise.withResolvers());
    return (asked.at(-1) as (typeof asked)[0]).promise;
  };
  const values = (): readonly unknown[] => Array.from(watch.points(), ({ metric, value }) => [metric.slice(20), value]);
  watch.look();
  assert.deepEqual(values(), [['rebalances', 0]]);
  watch.watch({ ends, rebalances: 2 });
  watch.look();
  watch.look();
  assert.equal(asked.length, 1);
  watch.watch({ ends, rebalances: 3 });
  watch.look();
  assert.equal(asked.length, 2);
  asked[0]?.resolve([{ ...place, offset: 7n }]); // For a member that is gone.
  asked[1]?.resolve([{ ...place, offset: 9n }]);
  await Promise.resolve();
  assert.deepEqual(values(), [
    ['rebalances', 5],
    ['lag', 9],
    ['unread', 9],
  ]);
  watch.look();
  asked[2]?.reject(new Error('the brokers are away'));
  await new Promise((resolve) => setImmediate(resolve));
  watch.look();
  assert.deepEqual([asked.length, values().length], [4, 3]);
});

test('the lag counts one of anything in the singular', () => {
  const ownership = new Ownership();
  const place = { topic: 'events', partition: 0 };
  ownership.assign([place]);
  ownership.seed({ ...place, offset: 10n }, 10n);
  const text = lagText([{ ...place, offset: 11n }], ownership, 1);
  assert.match(text, /^Behind in 1 partition: 1 message to read, 1 not yet committed .* changed 1 time since/u);
});
