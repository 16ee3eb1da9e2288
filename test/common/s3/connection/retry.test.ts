import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nextDelayMs, Patience } from '@s3-connectors/common/s3/connection/retry.ts';
import { systemClock } from '@s3-connectors/common/streams/clock.ts';
import * as fc from 'fast-check';

import { simulatedClock } from '../../../support/simulated-clock.ts';

const minute = 60_000;

suite('the wait before a retry', () => {
  test('doubles its ceiling with each failure, up to 20 s', () => {
    const ceilings = [1, 2, 3, 8, 9, 20].map((failures) =>
      nextDelayMs({ failures, elapsedMs: 0, patienceMs: 10 * minute, random: 1 }),
    );
    assert.deepEqual(ceilings, [100, 200, 400, 12_800, 20_000, 20_000]);
  });

  test('is between zero and its ceiling', () => {
    assert.equal(nextDelayMs({ failures: 3, elapsedMs: 0, patienceMs: minute, random: 0 }), 0);
    assert.equal(nextDelayMs({ failures: 3, elapsedMs: 0, patienceMs: minute, random: 0.5 }), 200);
  });

  test('ends at the end of the budget, and then there is no more wait', () => {
    assert.equal(nextDelayMs({ failures: 12, elapsedMs: minute - 5, patienceMs: minute, random: 0.9 }), 5);
    assert.equal(nextDelayMs({ failures: 12, elapsedMs: minute, patienceMs: minute, random: 0.9 }), undefined);
  });

  test('uses the full budget, with a bounded number of requests', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (randoms) => {
        const [patienceMs, requestMs] = [10 * minute, 50];
        let elapsedMs = 0;
        let failures = 1;
        for (const random of randoms) {
          const delay = nextDelayMs({ failures, elapsedMs, patienceMs, random });
          if (delay === undefined) break;
          elapsedMs += delay + requestMs;
          failures += 1;
        }
        assert.ok(elapsedMs >= patienceMs && failures <= patienceMs / requestMs + 2);
      }),
      { numRuns: 50 },
    );
  });
});

suite('patience', () => {
  test('logs from the third retry on', async () => {
    const lines: string[] = [];
    const patience = new Patience((level, message) => lines.push(`${level} ${message}`), systemClock);
    for (let failure = 1; failure <= 4; failure++) await patience.wait(1000, 'S3 is busy.', undefined);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', /^WARN S3 is busy\. Retry 3 in 0\.\d s, for at most 1 s more\.$/);
  });

  test('of zero is over at once', async () => {
    assert.equal(await new Patience(() => undefined, systemClock).wait(0, '', undefined), false);
  });

  test('starts again after progress', async () => {
    const patience = new Patience(() => undefined, systemClock);
    await patience.wait(1000, '', undefined);
    assert.equal(patience.failures, 1);
    patience.reset();
    assert.equal(patience.failures, 0);
  });

  test('lasts its full time again after progress', async () => {
    const clock = simulatedClock(0);
    const patience = new Patience(() => undefined, clock);
    /** Fails until the patience ends. @returns how long that took. */
    const exhaust = async (): Promise<number> => {
      const begun = clock.elapsed();
      for (let isPatient = true; isPatient;) {
        const waits = patience.wait(minute, '', undefined);
        await clock.advance(20_000);
        isPatient = await waits;
      }
      return clock.elapsed() - begun;
    };
    for (let row = 0; row < 3; row += 1) {
      assert.ok((await exhaust()) >= minute);
      patience.reset();
    }
  });

  test('is broken by an abort, with its reason', async () => {
    const controller = new AbortController();
    const patience = new Patience(() => undefined, systemClock);
    const reason = new Error('stopped');
    const waits = (async () => {
      for (;;) await patience.wait(10 * minute, '', controller.signal);
    })();
    setImmediate(() => controller.abort(reason));
    await assert.rejects(waits, reason);
  });
});
