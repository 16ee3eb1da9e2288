import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import * as fc from 'fast-check';

import { Ownership, type TopicPartition } from '../../../destination-s3-streaming/src/kafka/ownership.ts';
import { GroupModel, members, partitions, type Counts, type Step } from './group-model.ts';

const p = (partition: number): TopicPartition => ({ topic: 't', partition });

/** Owns partitions, each read from 0 on. */
function owning(...owned: readonly number[]): Ownership {
  const ownership = new Ownership();
  ownership.assign(owned.map(p));
  for (const partition of owned) ownership.seed({ ...p(partition), offset: 0n }, undefined);
  return ownership;
}

const member = fc.nat({ max: members - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('produce' as const),
      partition: fc.constantFrom(...partitions),
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('rebalance' as const), owners: fc.tuple(member, member, member) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('notice' as const, 'reopen' as const, 'state' as const, 'acknowledge' as const),
      member,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'expel' as const), member }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      member,
      stream: fc.nat({ max: 2 }),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('store' as const), member, at: fc.nat({ max: 20 }) }) },
);

suite('the ownership of partitions', () => {
  test('commits nothing ahead of what is stored and loses no message, however deliveries, moves, deaths and states interleave', () => {
    const seen: Counts = { stale: 0, commits: 0, dropped: 0, refused: 0, moved: 0 };
    const steps = fc.array(step, { minLength: 20, maxLength: 120 });
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.boolean()), (steps, accepted) => {
        let isOver = false;
        const model = new GroupModel(() => isOver || accepted.next().value);
        for (const one of steps) {
          model.do(one);
          assert.deepEqual(model.missing(), []);
        }
        isOver = true;
        assert.deepEqual(model.finish(), []);
        for (const name of Object.keys(seen) as (keyof Counts)[]) seen[name] += model.counts[name];
      }),
      { seed: 18, numRuns: 3000 },
    );
    for (const [name, count] of Object.entries(seen)) assert.ok(count > 100, `${name} came up ${count} times only`);
  });

  test('takes nothing from a stream of before a change: what it has buffered may leave a gap', () => {
    const ownership = owning(0, 1);
    const { generation } = ownership;
    assert.ok(ownership.take('t', 0, 0n, generation));
    ownership.assign([p(1)]);
    ownership.assign([p(0), p(1)]);
    ownership.seed({ ...p(0), offset: 1n }, 1n);
    assert.equal(ownership.take('t', 0, 5n, generation), false);
    assert.equal(ownership.take('t', 1, 0n, generation), false);
    assert.ok(ownership.take('t', 0, 1n, ownership.generation));
  });

  test('takes each message once, and none before the place where the partition begins is known', () => {
    const ownership = new Ownership();
    ownership.assign([p(0)]);
    assert.equal(ownership.take('t', 0, 7n, ownership.generation), false);
    ownership.seed({ ...p(0), offset: 7n }, 7n);
    assert.ok(ownership.take('t', 0, 7n, ownership.generation));
    assert.equal(ownership.take('t', 0, 7n, ownership.generation), false);
    assert.equal(ownership.take('t', 1, 7n, ownership.generation), false);
    assert.equal(ownership.take('other', 0, 7n, ownership.generation), false);
  });

  test('reads a partition that stays from where it was, and one that comes back from the offset of the group', () => {
    const ownership = owning(0, 1);
    ownership.take('t', 0, 0n, ownership.generation);
    ownership.take('t', 1, 0n, ownership.generation);
    assert.deepEqual(ownership.assign([p(0)]), { added: [], revoked: [p(1)] });
    assert.deepEqual(ownership.assign([p(0), p(1)]), { added: [p(1)], revoked: [] });
    assert.equal(ownership.assign([p(1), p(0)]), undefined);
    for (const partition of [0, 1]) ownership.seed({ ...p(partition), offset: 0n }, undefined);
    assert.equal(ownership.placeOf(p(0))?.next, 1n);
    assert.equal(ownership.placeOf(p(1))?.next, 0n);
  });

  test('commits of a STATE only what is still owned under the epoch that it carries', () => {
    const ownership = owning(0, 1, 2);
    for (const partition of [0, 1, 2]) ownership.take('t', partition, 0n, ownership.generation);
    const state = ownership.state(['t']);
    ownership.assign([p(0), p(1)]);
    ownership.assign([p(0), p(1), p(2)]);
    ownership.assign([p(0), p(2)]);
    assert.deepEqual(ownership.committable(state), [{ ...p(0), offset: 1n }]);
    ownership.loseAll();
    ownership.assign([p(0), p(1), p(2)]);
    assert.deepEqual(ownership.committable(state), []);
  });

  test('commits an offset once, and none that goes back', () => {
    const ownership = owning(0);
    const states: JsonObject[] = [];
    for (const offset of [0n, 1n]) {
      ownership.take('t', 0, offset, ownership.generation);
      states.push(ownership.state(['t']));
    }
    const [older = {}, newer = {}] = states;
    assert.deepEqual(ownership.committable(newer), [{ ...p(0), offset: 2n }]);
    ownership.committed(ownership.committable(newer));
    assert.deepEqual([ownership.committable(newer), ownership.committable(older)], [[], []]);
  });

  test('says in a STATE where a partition begins even before a message came, so that "latest" is kept', () => {
    const ownership = new Ownership();
    ownership.assign([p(0), p(1)]);
    ownership.seed({ ...p(0), offset: 40n }, undefined);
    assert.deepEqual(ownership.state(['t']), { t: { 0: { offset: '40', epoch: 1 } } });
    assert.deepEqual(ownership.committable(ownership.state(['t'])), [{ ...p(0), offset: 40n }]);
  });

  test('keeps offsets that a double cannot hold', () => {
    const ownership = new Ownership();
    ownership.assign([p(0)]);
    ownership.seed({ ...p(0), offset: 2n ** 60n + 1n }, undefined);
    const state = JSON.parse(JSON.stringify(ownership.state(['t']))) as JsonObject;
    assert.deepEqual(ownership.committable(state), [{ ...p(0), offset: 2n ** 60n + 1n }]);
  });

  test('skips offsets without messages, but only for the stream that is read', () => {
    const ownership = owning(0);
    const old = ownership.generation;
    ownership.pass({ ...p(0), offset: 3n }, old);
    assert.equal(ownership.placeOf(p(0))?.next, 3n);
    ownership.pass({ ...p(0), offset: 2n }, old);
    assert.equal(ownership.placeOf(p(0))?.next, 3n);
    ownership.assign([p(0), p(1)]);
    ownership.pass({ ...p(0), offset: 9n }, old);
    assert.equal(ownership.placeOf(p(0))?.next, 3n);
  });
});
