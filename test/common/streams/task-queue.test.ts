import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TaskQueue } from '@s3-connectors/common/streams/task-queue.ts';

suite('task queue', () => {
  test('runs at most its limit of tasks at once, in order, and continues after a failure', async () => {
    const queue = new TaskQueue(2);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const task = async (index: number): Promise<number> => {
      begun.push(index);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (index === 1) throw new Error('one');
      return index;
    };
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map((index) => queue.run(() => task(index))));
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
    assert.equal(most, 2);
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
      [0, 'failed', 2, 3, 4],
    );
    assert.equal(queue.size, 0);
  });
});
