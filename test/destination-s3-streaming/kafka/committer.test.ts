import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';

import { Committer } from '../../../destination-s3-streaming/src/kafka/committer.ts';
import { Ownership, type PartitionOffset } from '../../../destination-s3-streaming/src/kafka/ownership.ts';

/** The pause before a commit is retried passes at once. */
const clock: Clock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms === 1000 ? 0 : ms, callback),
};

type Answer = (offsets: readonly PartitionOffset[]) => Promise<void>;

function setUp(...answers: readonly Answer[]) {
  const ownership = new Ownership();
  ownership.assign([0, 1].map((partition) => ({ topic: 't', partition })));
  for (const { topic, partition } of ownership.owned) ownership.seed({ topic, partition, offset: 0n }, undefined);
  const tried: string[] = [];
  const failures: unknown[] = [];
  const committer = new Committer({
    ownership,
    commit: async (offsets) => {
      tried.push(offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' '));
      await answers[tried.length - 1]?.(offsets);
    },
    onFailure: (error) => failures.push(error) < 3,
    log: silentLog,
    clock,
  });
  const read = (partition: number, offset: bigint): void => {
    ownership.take('t', partition, offset, ownership.generation);
  };
  return { ownership, committer, tried, failures, read };
}

function late(apiId: string): Answer {
  return () =>
    Promise.reject(Object.assign(new Error('late'), { errors: [Object.assign(new Error('inner'), { apiId })] }));
}

suite('the committer', () => {
  for (const apiId of [
    'STALE_MEMBER_EPOCH',
    'ILLEGAL_GENERATION',
    'REBALANCE_IN_PROGRESS',
    'UNKNOWN_MEMBER_ID',
    'FENCED_MEMBER_EPOCH',
  ]) {
    test(`commits again after ${apiId}, which is no failure`, async () => {
      const { ownership, committer, tried, failures, read } = setUp(late(apiId));
      read(0, 0n);
      committer.offer('s', ownership.state(['t']));
      await committer.drain(5000);
      assert.deepEqual([tried, failures], [['0:1 1:0', '0:1 1:0'], []]);
      assert.deepEqual(ownership.committable(ownership.state(['t'])), []);
    });
  }

  test('drops what is owned no more when it tries again', async () => {
    const { ownership, committer, tried, read } = setUp(async (offsets) => {
      ownership.assign([{ topic: 't', partition: 1 }]);
      await late('ILLEGAL_GENERATION')(offsets);
    });
    read(0, 0n);
    read(1, 0n);
    committer.offer('s', ownership.state(['t']));
    await committer.drain(5000);
    assert.deepEqual(tried, ['0:1 1:1', '1:1']);
  });

  test('makes no request when nothing is left to commit', async () => {
    const { ownership, committer, tried } = setUp();
    const state = ownership.state(['t']);
    ownership.loseAll();
    committer.offer('s', state);
    await committer.drain(5000);
    assert.deepEqual(tried, []);
  });

  test('makes one commit at a time, of the newest state of each stream', async () => {
    const gate = Promise.withResolvers<void>();
    const { ownership, committer, tried, read } = setUp(() => gate.promise);
    for (const offset of [0n, 1n, 2n, 3n]) {
      read(0, offset);
      committer.offer('s', ownership.state(['t']));
    }
    gate.resolve();
    await committer.drain(5000);
    assert.deepEqual(tried, ['0:1 1:0', '0:4']);
  });

  test('ends when the time for it is over, whatever the brokers do', async () => {
    const { ownership, committer, tried } = setUp(() => new Promise(() => undefined));
    committer.offer('s', ownership.state(['t']));
    await committer.drain(10);
    assert.equal(tried.length, 1);
  });

  test('asks of any other failure whether to try again', async () => {
    const broken: Answer = () => Promise.reject(new Error('broken'));
    const { ownership, committer, tried, failures } = setUp(broken, broken, broken, broken);
    committer.offer('s', ownership.state(['t']));
    await committer.drain(5000);
    assert.deepEqual([tried.length, failures.length], [3, 3]);
  });
});
