import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Sketch } from '@s3-connectors/common/streams/sketch.ts';
import * as fc from 'fast-check';

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

  test('gives counts by bounds that add up, none in a lower one than it belongs to, and the sum', () => {
    const bounds = [0.01, 0.5, 1, 60];
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), (durations) => {
        const sketch = new Sketch();
        for (const ms of durations) sketch.add(ms);
        const { counts, sum } = sketch.distribution(bounds);
        assert.equal(
          counts.reduce((total, count) => total + count, 0),
          durations.length,
        );
        const exact = durations.reduce((total, ms) => total + ms / 1000, 0);
        assert.ok(Math.abs((sum ?? Number.NaN) - exact) <= 1e-9 * (1 + exact));
        for (const [index, bound] of bounds.entries()) {
          const upTo = (ms: number): number => durations.filter((duration) => duration <= ms).length;
          const told = counts.slice(0, index + 1).reduce((total, count) => total + count, 0);
          assert.ok(told <= upTo(bound * 1000), `${told} up to ${bound}`);
          assert.ok(told >= upTo((bound * 1000 - 1) / (1 + 1 / 16) - 1), `${told} up to ${bound}`);
        }
      }),
      { numRuns: 1000 },
    );
    const endless = new Sketch();
    endless.add(Infinity);
    assert.deepEqual(endless.distribution([1]), { counts: [0, 1], sum: undefined });
  });
});
