import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import {
  closedAtOnce,
  leastBytes,
  mostChanges,
  PassedHours,
  recentHours,
} from '../../../destination-s3-streaming/src/run/passed-hours.ts';

type File = { readonly hour: number; readonly bytes: number; lastChange: number };

/** What became of rows whose hours come in this order. */
type Outcome = {
  /** How many files each hour got. */
  readonly files: ReadonlyMap<number, number>;
  /** How many of them were closed early. */
  readonly closed: ReadonlyMap<number, number>;
};

/**
 * Takes rows as the destination does, with a change of the hour at each of them, and holds `PassedHours` to its rules as they can be
 * seen from outside. `hasRoom`: whether files can be closed after the row.
 */
function takeIn(
  hours: readonly number[],
  bytesOf: (hour: number) => number,
  hasRoom: (at: number) => boolean,
): Outcome {
  const passed = new PassedHours<File>();
  const open = new Map<number, File>();
  const files = new Map<number, number>();
  const closed = new Map<number, number>();
  let isSorted = true;
  for (const [at, hour] of hours.entries()) {
    const found = open.get(hour);
    if (found === undefined) {
      if (closed.has(hour)) isSorted = false;
      const file = { hour, bytes: bytesOf(hour), lastChange: at };
      open.set(hour, file);
      files.set(hour, (files.get(hour) ?? 0) + 1);
      passed.opened(file);
    } else {
      if (at - found.lastChange > mostChanges) isSorted = false;
      found.lastChange = at;
      passed.resumed(found);
    }
    if (!isSorted) assert.equal(passed.due.size, 0, 'nothing is closed early any more');
    if (!hasRoom(at)) continue;
    const latest = Math.max(...[...passed.due].map(({ lastChange }) => lastChange));
    const later = new Set(hours.slice(latest + 1, at + 1));
    assert.ok(passed.due.size === 0 || later.size >= recentHours, `closed after rows of ${later.size} other hours`);
    for (const file of passed.due) {
      assert.ok(file.bytes >= leastBytes);
      closed.set(file.hour, (closed.get(file.hour) ?? 0) + 1);
      open.delete(file.hour);
      passed.closed(file);
    }
  }
  return { files, closed };
}

const always = (): boolean => true;
const large = (): number => leastBytes;

function countTo(end: number): readonly number[] {
  return Array.from({ length: end }, (_, index) => index);
}

/** Runs of hours upwards and downwards, jumps, and hours in turn. */
const orders = fc
  .array(
    fc.record({
      from: fc.integer({ min: 0, max: 1500 }),
      length: fc.integer({ min: 1, max: 900 }),
      step: fc.constantFrom(1, 1, 1, -1, 2, 0, 7),
      back: fc.constantFrom(0, 0, 1, 3, 70),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((runs) => {
    return runs.flatMap(({ from, length, step, back }) => {
      return countTo(length).map((index) => from + index * step - (back > 0 && index % (back + 1) === back ? back : 0));
    });
  });

suite('hours that have passed', () => {
  test('are closed by the rules in any order of rows, each at most once', () => {
    let closedAll = 0;
    fc.assert(
      fc.property(orders, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (hours, small, room) => {
        const bytesOf = (hour: number): number => (hour % small === 1 ? leastBytes - 1 : leastBytes);
        const { files, closed } = takeIn(hours, bytesOf, (at) => at % room === 0);
        for (const [hour, count] of files) {
          assert.ok((closed.get(hour) ?? 0) <= 1, `hour ${hour} is closed early ${closed.get(hour)} times`);
          assert.ok(count <= 1 + (closed.get(hour) ?? 0));
        }
        closedAll += closed.size;
      }),
      { numRuns: 1000, seed: 20 },
    );
    assert.ok(closedAll > 1000, `${closedAll} files were closed early in all cases`);
  });

  test('are all but the recent ones when rows are sorted, upwards or downwards', () => {
    const hours = countTo(1000);
    for (const sorted of [hours, hours.toReversed()]) {
      const { files, closed } = takeIn(sorted, large, always);
      assert.ok(closed.size > hours.length - recentHours - closedAtOnce);
      assert.deepEqual(new Set(files.values()), new Set([1]));
    }
  });

  test('are found when rows go back to the hours just before', () => {
    const hours = countTo(1000).flatMap((hour) => [hour, hour - 1, hour, hour - 2, hour]);
    assert.ok(takeIn(hours, large, always).closed.size > 400);
  });

  test('are none when rows come in no order: every hour has one file', () => {
    const hours = countTo(20_000).map((index) => (index * 7919) % 1009);
    const { files, closed } = takeIn(hours, large, always);
    assert.equal(closed.size, 0);
    assert.equal(files.size, 1009);
  });

  test('are none when hours take turns with few rows each: every hour has one file', () => {
    const hours = Array.from({ length: 3 }, () => countTo(2000)).flat();
    const { files, closed } = takeIn(hours, () => 200, always);
    assert.equal(closed.size, 0);
    assert.deepEqual(new Set(files.values()), new Set([1]));
  });

  test('have one more file, not many, when sorted rows begin again and again', () => {
    const hours = Array.from({ length: 20 }, () => countTo(600)).flat();
    const { files } = takeIn(hours, large, always);
    assert.equal(Math.max(...files.values()), 2);
  });
});
