// Work at the same time: in order, bounded, and over when the generator is.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';

import * as fc from 'fast-check';

import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

async function ticks(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await tick();
}

suite('mapConcurrent', () => {
  test('keeps the order, and starts at most its limit ahead of the consumer', async () => {
    const runs = fc.tuple(fc.array(fc.nat({ max: 4 }), { maxLength: 15 }), fc.integer({ min: 1, max: 5 }));
    await fc.assert(
      fc.asyncProperty(runs, async ([delays, limit]) => {
        let begun = 0;
        let taken = 0;
        const work = async (delay: number): Promise<number> => {
          begun++;
          assert.ok(begun - taken <= limit, `${begun} begun, ${taken} taken`);
          await ticks(delay);
          return delay;
        };
        const results: number[] = [];
        for await (const result of mapConcurrent(delays, limit, work)) {
          results.push(result);
          await tick();
          taken++;
        }
        assert.deepEqual(results, delays);
      }),
      { numRuns: 50, seed: 14, endOnFailure: true },
    );
  });

  test('does the work of several at the same time', async () => {
    const released: (() => void)[] = [];
    const work = (item: number): Promise<number> => {
      return new Promise((resolve) => {
        released.push(() => resolve(item));
        if (released.length === 3) for (const release of released) release();
      });
    };
    assert.deepEqual(await Array.fromAsync(mapConcurrent([1, 2, 3], 3, work)), [1, 2, 3]);
  });

  test('stops the other work by its signal when one fails, and throws that failure', async () => {
    const reasons: unknown[] = [];
    const failure = new Error('the second');
    const work = async (item: number, signal: AbortSignal): Promise<number> => {
      if (item === 2) throw failure;
      while (!signal.aborted) await tick();
      reasons.push(signal.reason);
      throw new Error('only stopped', { cause: signal.reason });
    };
    await assert.rejects(Array.fromAsync(mapConcurrent([1, 2, 3], 3, work)), (error: Error) => {
      return error === failure || error.cause === failure;
    });
    assert.ok(reasons.length > 0 && reasons.every((reason) => reason === failure));
  });

  test('closes its source and waits for started work when its consumer stops early', async () => {
    let closed = false;
    let running = 0;
    async function* source(): AsyncGenerator<number> {
      try {
        for (let item = 0; ; item++) yield item;
      } finally {
        await tick();
        closed = true;
      }
    }
    const work = async (item: number, signal: AbortSignal): Promise<number> => {
      running++;
      if (item > 0) while (!signal.aborted) await tick();
      await ticks(3);
      running--;
      return item;
    };
    for await (const item of mapConcurrent(source(), 4, work)) {
      assert.equal(item, 0);
      break;
    }
    assert.equal(closed, true);
    assert.equal(running, 0);
  });

  test('ends with the reason of an abort from outside', async () => {
    const stop = new AbortController();
    const work = async (item: number, signal: AbortSignal): Promise<number> => {
      if (item === 3) stop.abort(new Error('told to'));
      await tick();
      signal.throwIfAborted();
      return item;
    };
    await assert.rejects(Array.fromAsync(mapConcurrent([1, 2, 3, 4, 5], 2, work, stop.signal)), /told to/u);
  });

  test('throws the failure of its source after the results of all that it gave', async () => {
    async function* failingAfter(count: number): AsyncGenerator<number> {
      for (let item = 0; item < count; item += 1) yield item;
      await tick();
      throw new Error('no more');
    }
    const runs = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 8 }), fc.nat({ max: 3 }));
    await fc.assert(
      fc.asyncProperty(runs, async ([count, limit, delay]) => {
        const results: number[] = [];
        const work = async (item: number, signal: AbortSignal): Promise<number> => {
          await ticks(delay);
          signal.throwIfAborted();
          return item;
        };
        const read = async (): Promise<void> => {
          for await (const item of mapConcurrent(failingAfter(count), limit, work)) results.push(item);
        };
        await assert.rejects(read(), /no more/u);
        assert.deepEqual(
          results,
          Array.from({ length: count }, (_, item) => item),
        );
      }),
    );
  });
});
