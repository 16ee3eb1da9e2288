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
      { run: measured(2, 300), references: [measured(1, 10)] },
      { run: measured(4, 100), references: [measured(4, 10)] },
      { run: measured(10, 200), references: [measured(6, 10)] },
    ]);
    assert.deepEqual(ratio, { median: 0.6, min: 0.5, max: 1 });
    assert.equal(seconds.median, 4);
    assert.deepEqual(usages, [{ name: 'program', peakBytes: 300e6, cpuSeconds: 10, longestStallMs: 10 }]);
  });

  test('compare with the first of several references, and report them all', () => {
    const { ratio, references } = summarize([{ run: measured(2, 1), references: [measured(1, 10), measured(3, 20)] }]);
    assert.equal(ratio?.median, 0.5);
    assert.deepEqual(
      references.map(({ seconds }) => seconds.median),
      [1, 3],
    );
  });

  test('take a reference that ran in one pair alone from that pair', () => {
    const { ratio, references } = summarize([
      { run: measured(2, 1), references: [measured(8, 10), measured(4, 10)] },
      { run: measured(1, 1), references: [undefined, measured(6, 10)] },
    ]);
    assert.deepEqual(ratio, { median: 4, min: 4, max: 4 });
    assert.deepEqual(
      references.map(({ seconds }) => seconds.median),
      [8, 5],
    );
  });

  test('report a finding once, and of those for a table that of the last run', () => {
    const finding = (trips: number) => ({
      text: `${trips} trips`,
      isMet: true,
      brief: { measured: String(trips), wanted: 'at most 5' },
    });
    const rows = { text: 'all rows', isMet: true };
    const runs = [5, 4].map((trips) => ({ ...measured(1, 1), findings: [finding(trips), rows] }));
    assert.deepEqual(summarize(runs.map((run) => ({ run, references: [] }))).findings, [finding(4), rows]);
  });

  test('know no ratio without a reference', () => {
    const { ratio, references } = summarize([{ run: measured(2, 1), references: [] }]);
    assert.equal(ratio, undefined);
    assert.deepEqual(references, []);
  });
});
