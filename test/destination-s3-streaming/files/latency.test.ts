import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { RowTimes, Sketch } from '../../../destination-s3-streaming/src/files/latency.ts';

const maxAgeMs = 240_000;
const slotMs = maxAgeMs / 16;

/** What may be told of a duration. */
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

suite('a sketch of durations', () => {
  test('tells each quantile, at most a sixteenth too high', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (durations, share) => {
          const sketch = new Sketch();
          for (const ms of durations) sketch.add(ms, 1);
          const sorted = durations.toSorted((a, b) => a - b);
          const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
          const told = sketch.quantile(share) ?? Number.NaN;
          assert.ok(told >= exact && told <= (exact + 1) * (1 + 1 / 16), `${told} for ${exact}`);
        },
      ),
    );
  });

  test('knows nothing without a duration, and no more than "long" of the longest', () => {
    const sketch = new Sketch();
    assert.equal(sketch.quantile(0.5), undefined);
    sketch.add(Infinity, 1);
    assert.equal(sketch.quantile(0.5), Infinity);
  });

  test('takes another one in, and is empty again when cleared', () => {
    const [sketch, other] = [new Sketch(), new Sketch()];
    sketch.add(1, 3);
    other.add(10, 1);
    sketch.merge(other);
    assert.deepEqual([sketch.quantile(0.75), sketch.quantile(0.76)], [1, 10]);
    sketch.clear();
    assert.equal(sketch.quantile(1), undefined);
  });
});

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
