// The cursor as a state machine: any listing, any crash, any late, replaced or deleted object; every version is read once.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { maxRemembered, noProgress } from '../../../source-s3/src/progress/cursor.ts';
import { inReadingOrder } from '../../../source-s3/src/progress/reading-order.ts';
import { toStreamState } from '../../../source-s3/src/progress/stream-state.ts';
import { hour, object, planReading, rowsOf, run, saved, start } from '../support/cursor.ts';

const key = fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom('a', 'b', 'ä', '/', '~') });
const listing = fc
  .uniqueArray(fc.tuple(key, fc.nat({ max: 4 })), { maxLength: 12, selector: ([name]) => name })
  .map((entries) => entries.map(([name, seconds]) => object(name, seconds)));
const crashes = fc.array(fc.nat({ max: 20 }), { maxLength: 6 });

suite('every object is read once', () => {
  test('whatever the listing and wherever the runs stop', () => {
    fc.assert(
      fc.property(listing, crashes, fc.constantFrom(0, 1000, hour), (objects, stops, lookbackMs) => {
        const rows: string[] = [];
        let progress = noProgress;
        for (const parts of stops) progress = run(progress, objects, rows, parts, lookbackMs);
        progress = run(progress, objects, rows, Infinity, lookbackMs);
        run(progress, objects, rows, Infinity, lookbackMs);
        assert.deepEqual(rows.toSorted(), rowsOf(objects));
      }),
      { numRuns: 500 },
    );
  });

  test('also when more of them are shown from run to run, in any order, inside the window', () => {
    const shown = fc.tuple(
      listing,
      fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 12 })), { maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
    );
    fc.assert(
      fc.property(shown, ([objects, runs, shuffle]) => {
        const ranks = new Map(objects.map(({ key: name }) => [name, shuffle.next().value ?? 0]));
        const order = objects.toSorted((a, b) => (ranks.get(a.key) ?? 0) - (ranks.get(b.key) ?? 0));
        const rows: string[] = [];
        let progress = noProgress;
        let visible = 0;
        for (const [parts, more] of runs) {
          visible = Math.min(order.length, visible + more);
          progress = run(progress, order.slice(0, visible), rows, parts);
        }
        run(progress, order, rows);
        assert.deepEqual(rows.toSorted(), rowsOf(objects));
      }),
      { numRuns: 1000 },
    );
  });

  test('also when a late object comes before one that is half read, and the window is shorter than the time between them', () => {
    const [early, half, late] = [object('a', 0), object('b', 7200), object('late', 1)];
    const lookbackMs = hour;
    const rows: string[] = [];
    let progress = run(noProgress, [early, half], rows, 6, lookbackMs);
    progress = run(progress, [early, half, late], rows, 4, lookbackMs);
    run(progress, [early, half, late], rows, Infinity, lookbackMs);
    assert.deepEqual(rows.toSorted(), rowsOf([early, half, late]));
  });

  test('and a deleted one is not missed', () => {
    fc.assert(
      fc.property(listing, crashes, fc.nat({ max: 12 }), (objects, stops, deleted) => {
        const rows: string[] = [];
        let progress = noProgress;
        for (const parts of stops) progress = run(progress, objects, rows, parts);
        const rest = objects.filter((_, index) => index !== deleted);
        run(progress, rest, rows);
        const kept = new Set(rest.map(({ etag }) => etag));
        const found = rows.filter((row) => kept.has(row.split(' ')[0] ?? ''));
        assert.deepEqual(found.toSorted(), rowsOf(rest));
      }),
    );
  });

  test('and a replaced one is read again, whole, in its new version', () => {
    fc.assert(
      fc.property(listing, crashes, fc.nat({ max: 11 }), (objects, stops, which) => {
        const rows: string[] = [];
        let progress = noProgress;
        for (const parts of stops) progress = run(progress, objects, rows, parts);
        const newer = objects.map((entry, index) => (index === which ? object(entry.key, 100, 2) : entry));
        progress = run(progress, newer, rows);
        run(progress, newer, rows);
        const current = new Set(newer.map(({ etag }) => etag));
        const found = rows.filter((row) => current.has(row.split(' ')[0] ?? ''));
        assert.deepEqual(found.toSorted(), rowsOf(newer));
        assert.equal(new Set(rows).size, rows.length);
      }),
    );
  });
});

suite('a plan', () => {
  test('goes by time and then by key, the half-read object first', () => {
    const [a, b, c] = [object('c', 1), object('a', 2), object('b', 2)];
    const half = { ...noProgress, unfinished: { key: 'b', etag: c.etag, unit: 0, rows: 1 } };
    assert.deepEqual(planReading(half, [b, c, a], hour).objects, [c, a, b]);
    assert.deepEqual([c, b, a].sort(inReadingOrder), [a, b, c]);
  });

  test('names the objects that were replaced since they were read, half-read ones too', () => {
    const [a, b, c] = [object('a', 1), object('b', 2), object('c', 3)];
    const progress = run(noProgress, [a, b, c], [], 12);
    const plan = planReading(progress, [object('a', 9, 2), b, object('c', 9, 2), object('d', 9)], hour);
    assert.deepEqual(plan.replaced, ['a', 'c']);
    assert.equal(plan.cursor.progress.unfinished, undefined);
  });

  test('counts objects older than the window which no run has read', () => {
    const read = [object('a', 0), object('b', 10)];
    const progress = run(noProgress, read, [], Infinity, 1000);
    assert.equal(planReading(progress, read, 1000).unexplained, 0);
    const plan = planReading(progress, [...read, object('late', 5)], 1000);
    assert.equal(plan.unexplained, 1);
    assert.deepEqual(plan.objects, []);
  });

  test('takes an object into the window however late it is shown', () => {
    const progress = run(noProgress, [object('a', 0), object('z', 3600)], []);
    const late = object('m', 1800);
    assert.deepEqual(planReading(progress, [object('a', 0), late, object('z', 3600)], 72 * hour).objects, [late]);
  });
});

suite('more objects than can be remembered', () => {
  const many = Array.from({ length: maxRemembered + 500 }, (_, index) => object(`part-${index}`, index));

  test('move the window up, and none is read twice or missed', () => {
    const rows: string[] = [];
    const first = planReading(noProgress, many, 72 * hour);
    for (const entry of first.objects) first.cursor.finish(entry);
    assert.equal(first.cursor.isNarrowed && first.cursor.isFull, true);
    const progress = saved(first.cursor.progress);
    assert.equal(progress.remembered.size, maxRemembered);
    assert.equal(progress.windowStart, start + 499 * 1000 + 1);
    const plan = planReading(progress, many, 72 * hour);
    assert.deepEqual(plan.objects, []);
    assert.equal(plan.unexplained, 0);
    const late = [object('late', 600), object('too-late', 400)];
    run(progress, [...many, ...late], rows);
    assert.deepEqual(rows, rowsOf(late.slice(0, 1)));
    assert.equal(planReading(progress, [...many, ...late], 72 * hour).unexplained, 1);
  });

  test('keep the state far below 1 MB', () => {
    const { objects, cursor } = planReading(noProgress, many, 72 * hour);
    for (const entry of objects) cursor.finish(entry);
    const long = 'k'.repeat(1024);
    cursor.advance({ key: long, etag: long, unit: 1, rows: 1 });
    assert.ok(JSON.stringify(toStreamState(cursor.progress)).length < 300_000);
  });

  test('do so also when all of them bear one time, at any point of the way', () => {
    const same = many.map(({ key: name }) => object(name, 0));
    const read = new Set<string>();
    let progress = noProgress;
    for (const count of [maxRemembered - 1, 2, 200, Infinity]) {
      const { objects, cursor } = planReading(progress, same, 72 * hour);
      for (const entry of objects.slice(0, count)) {
        assert.ok(!read.has(entry.key), entry.key);
        read.add(entry.key);
        cursor.finish(entry);
      }
      progress = saved(cursor.progress);
    }
    assert.equal(read.size, same.length);
  });
});
