import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Measured } from '../../../../tools/bench/process.ts';
import { spread, summarize } from '../../../../tools/bench/report/statistics.ts';

function measured(seconds: number, megabytes: number): Measured {
  return {
    seconds,
    usages: [{ name: 'program', peakBytes: megabytes * 1e6, cpuSeconds: seconds, longestStallMs: seconds }],
  };
}

suite('the statistics of a benchmark', () => {
  test('take the middle value, or the mean of the two in the middle', () => {
    assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
    assert.deepEqual(spread([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
    assert.throws(() => spread([]), RangeError);
  });

  test('compare speeds within each pair, and keep the highest memory of all runs', () => {
    const { ratio, seconds, usages } = summarize([
      { run: measured(2, 300), reference: measured(1, 10) },
      { run: measured(4, 100), reference: measured(4, 10) },
      { run: measured(10, 200), reference: measured(6, 10) },
    ]);
    assert.deepEqual(ratio, { median: 0.6, min: 0.5, max: 1 });
    assert.equal(seconds.median, 4);
    assert.deepEqual(usages, [{ name: 'program', peakBytes: 300e6, cpuSeconds: 10, longestStallMs: 10 }]);
  });

  test('know no ratio without a reference', () => {
    const { ratio, referenceSeconds } = summarize([{ run: measured(2, 1), reference: undefined }]);
    assert.equal(ratio, undefined);
    assert.equal(referenceSeconds, undefined);
  });
});
