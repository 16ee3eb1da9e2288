import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock } from '@s3-connectors/common/streams/clock.ts';
import { WakeUp } from '../../../destination-s3-streaming/src/run/wake-up.ts';
import { ReadAhead } from '../../../destination-s3-streaming/src/run/read-ahead.ts';

async function* numbers(count: number, failure?: Error): AsyncGenerator<number> {
  for (let number = 1; number <= count; number += 1) yield number;
  if (failure !== undefined) throw failure;
}

async function* silent(): AsyncGenerator<number> {
  await new Promise(() => undefined);
  yield 1;
}

async function drain(ahead: ReadAhead<number>, wakeUp: WakeUp): Promise<number[]> {
  const taken: number[] = [];
  while (!ahead.ended) {
    const item = ahead.take();
    if (item === undefined) await wakeUp.wait(1000);
    else taken.push(item);
  }
  return taken;
}

suite('reading ahead', () => {
  test('gives every item once, in order, then ends', async () => {
    const wakeUp = new WakeUp(systemClock);
    const ahead = new ReadAhead(numbers(4), wakeUp);
    assert.deepEqual(await drain(ahead, wakeUp), [1, 2, 3, 4]);
    assert.equal(ahead.error, undefined);
  });

  test('gives what came before a failure, then the failure', async () => {
    const wakeUp = new WakeUp(systemClock);
    const failure = new Error('cut');
    const ahead = new ReadAhead(numbers(2, failure), wakeUp);
    assert.deepEqual(await drain(ahead, wakeUp), [1, 2]);
    assert.equal(ahead.error, failure);
  });

  test('asks for no more than one item before it is taken', async () => {
    let asked = 0;
    async function* counted(): AsyncGenerator<number> {
      for (;;) yield (asked += 1);
    }
    const wakeUp = new WakeUp(systemClock);
    const ahead = new ReadAhead(counted(), wakeUp);
    await wakeUp.wait(1000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(asked, 1);
    assert.equal(ahead.take(), 1);
    await wakeUp.wait(1000);
    assert.equal(asked, 2);
    ahead.stop();
  });

  test('stops although the source never answers', async () => {
    const ahead = new ReadAhead(silent(), new WakeUp(systemClock));
    ahead.stop();
    assert.equal(ahead.ended, true);
    assert.equal(ahead.take(), undefined);
  });
});
