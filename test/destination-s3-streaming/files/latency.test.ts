import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { Sketch } from '@s3-connectors/common/streams/sketch.ts';

import { RowTimes } from '../../../destination-s3-streaming/src/files/latency.ts';

const maxAgeMs = 240_000;
const slotMs = maxAgeMs / 16;

/** The longest duration that may be reported. */
function longest(ms: number): number {
  return (ms + slotMs + 1) * (1 + 1 / 16);
}

function storedRow(ageMs: number, delayMs: number, storedMs: number) {
  const latency = { sinceCame: new Sketch(), sinceHappened: new Sketch() };
  const times = new RowTimes(maxAgeMs);
  times.add(ageMs, delayMs);
  times.stored(storedMs, latency);
  return { came: latency.sinceCame.quantile(1) ?? -1, happened: latency.sinceHappened.quantile(1) ?? -1 };
}

suite('the times of a file’s rows', () => {
  test('give how long a row took since it came and since it happened, never too short, at most a slot too long', () => {
    const times = fc.record({
      ageMs: fc.double({ min: 0, max: maxAgeMs, noNaN: true }),
      delayMs: fc.double({ min: 0, max: 3 * maxAgeMs - slotMs, noNaN: true }),
      moreMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    });
    fc.assert(
      fc.property(times, ({ ageMs, delayMs, moreMs }) => {
        const storedMs = ageMs + moreMs;
        const { came, happened } = storedRow(ageMs, delayMs, storedMs);
        assert.ok(came >= moreMs - 1e-6 && came <= longest(moreMs), `${came} for ${moreMs}`);
        const since = moreMs + delayMs;
        assert.ok(happened >= since - 1e-6 && happened <= longest(since), `${happened} for ${since}`);
      }),
    );
  });

  test('say of a row that happened long ago only that it did, and take one from the future for one of now', () => {
    assert.equal(storedRow(0, 1e12, maxAgeMs).happened, Infinity);
    assert.equal(storedRow(0, -5000, 1000).happened, storedRow(0, 0, 1000).happened);
  });

  test('bear a file that is older than it should be', () => {
    assert.ok(storedRow(10 * maxAgeMs, 0, 10 * maxAgeMs).came >= 0);
  });
});
