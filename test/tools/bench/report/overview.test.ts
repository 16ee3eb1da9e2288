import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { overview, peersTable, verdictTable } from '../../../../tools/bench/report/overview.ts';
import { ratio, result, timed } from './results.ts';

function cellsOf(table: string): readonly (readonly string[])[] {
  const lines = table.split('\n').slice(2);
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const peer = timed('peer', 80, { isPeer: true });
const fast = timed('fast', 1, { usages: [] });
const read = result('read', { title: 'Reading', compared: [fast, peer], leastRatio: 0.4, ...ratio(0.5) });

suite('the table at the head of the benchmarks', () => {
  test('has a row for each program that a case compares with', () => {
    assert.deepEqual(cellsOf(overview([read, result('untitled')])), [
      ['Reading', 'program: 500 rows/s, 200 MB', 'fast: 1,000 rows/s', '0.50 ×', 'at least 0.4: met'],
      ['', '', 'peer: 13 rows/s, 8000 MB', '40 ×', ''],
    ]);
  });

  test('marks a ratio that is less than wanted', () => {
    const [cells = []] = cellsOf(overview([{ ...read, ...ratio(0.39) }]));
    assert.deepEqual(cells.slice(3), ['0.39 ×', 'at least 0.4: **missed**']);
  });

  test('has the finding of a case that compares with no program', () => {
    const brief = { measured: '6 round trips', wanted: 'at most 5' };
    const check = result('check', { title: 'Check', findings: [{ text: 'long', isMet: false, brief }] });
    assert.deepEqual(cellsOf(overview([check])), [
      ['Check', 'program: 2.00 s, 200 MB', '', '6 round trips', 'at most 5: **missed**'],
    ]);
  });
});

test("the README's table has the peers alone", () => {
  const [, ...rows] = peersTable([read, result('alone', { title: 'Alone', compared: [fast] })]);
  assert.deepEqual(rows, [['Reading', 'program: 500 rows/s, 200 MB', 'peer: 13 rows/s, 8000 MB', '40 ×']]);
});

suite('the table that a run ends with', () => {
  test('has the verdict of each case over ratio, memory, stalls and findings', () => {
    const missed = { text: 'Disk', isMet: false };
    const rows = cellsOf(
      verdictTable([
        read,
        result('slow', { ...ratio(0.3), leastRatio: 0.4 }),
        result('large', { mostMegabytes: { program: 199 } }),
        result('small', { mostMegabytes: { program: 200 } }),
        result('stalled', { mostStallMs: { program: 0.5 } }),
        result('found', { findings: [missed] }),
        result('free'),
      ]),
    );
    assert.deepEqual(
      rows.map(([name, , , , , , , verdict]) => [name, verdict]),
      [
        ['read', 'met'],
        ['slow', '**missed**'],
        ['large', '**missed**'],
        ['small', 'met'],
        ['stalled', '**missed**'],
        ['found', '**missed**'],
        ['free', ''],
      ],
    );
    assert.deepEqual(rows[0]?.slice(1, 7), ['2.00', '0.50', '0.4', '200', '', '']);
  });
});
