import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ByteBudget } from '../../../source-s3/src/engine/byte-budget.ts';

const never = new AbortController().signal;

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Requests shares. `given` has the sizes of the granted ones, in order. */
function asking(budget: ByteBudget) {
  const given: number[] = [];
  const giveBack: (() => void)[] = [];
  const ask = async (bytes: number, signal = never): Promise<void> => {
    giveBack.push(await budget.take(bytes, signal));
    given.push(bytes);
  };
  return { given, giveBack, ask };
}

suite('a budget of bytes', () => {
  test('is given out as long as it lasts, and again what comes back', async () => {
    const { given, giveBack, ask } = asking(new ByteBudget(10));
    void ask(4);
    void ask(6);
    void ask(1);
    await settle();
    assert.deepEqual(given, [4, 6]);
    giveBack[0]?.();
    await settle();
    assert.deepEqual(given, [4, 6, 1]);
  });

  test('is given in the order of asking, though a later share would fit', async () => {
    const { given, giveBack, ask } = asking(new ByteBudget(10));
    void ask(8);
    void ask(5);
    void ask(1);
    await settle();
    assert.deepEqual(given, [8]);
    giveBack[0]?.();
    await settle();
    assert.deepEqual(given, [8, 5, 1]);
  });

  test('is given whole, and alone, to who needs more than it has', async () => {
    const { given, giveBack, ask } = asking(new ByteBudget(10));
    void ask(1);
    void ask(100);
    void ask(1);
    await settle();
    assert.deepEqual(given, [1]);
    giveBack[0]?.();
    await settle();
    assert.deepEqual(given, [1, 100]);
    giveBack[1]?.();
    await settle();
    assert.deepEqual(given, [1, 100, 1]);
  });

  test('is not awaited after an abort, and goes to the next in the queue', async () => {
    const { given, ask } = asking(new ByteBudget(10));
    const stop = new AbortController();
    void ask(9);
    const stopped = ask(5, stop.signal);
    void ask(1);
    stop.abort(new Error('stop'));
    await assert.rejects(stopped, /stop/u);
    await settle();
    assert.deepEqual(given, [9, 1]);
    await assert.rejects(ask(1, stop.signal), /stop/u);
  });
});
