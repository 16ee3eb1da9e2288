// The cursor as a state machine: any listing, any crash, any late, replaced or deleted object; every version is read once.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { inReadingOrder, maxRemembered, noProgress, Planning, type Progress } from '../../source-s3/src/cursor.ts';
import { fromStreamState, toStreamState } from '../../source-s3/src/stream-state.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 15);

function object(key: string, seconds: number, version = 1): ListedObject {
  return { key, size: 1, etag: `"${key}-${version}"`, lastModified: new Date(start + seconds * 1000) };
}

/** Through the text of a STATE, as a platform keeps it. */
function saved(progress: Progress): Progress {
  return fromStreamState(JSON.parse(JSON.stringify(toStreamState(progress))));
}

function planReading(progress: Progress, listed: readonly ListedObject[], lookbackMs: number) {
  const planning = new Planning(progress, { prefix: '', lookbackMs });
  for (const entry of listed) planning.see(entry);
  const plan = planning.plan();
  return { ...plan, objects: [...plan.objects] };
}

/** Rows of an object: two units of two rows each. */
const units = 2;
const rowsPerUnit = 2;

/** Reads as the program does, one row a part, and stops after so many parts; `rows` gets each row read. */
function run(
  progress: Progress,
  listed: readonly ListedObject[],
  rows: string[],
  parts = Infinity,
  lookbackMs = 72 * hour,
): Progress {
  const { objects, cursor } = planReading(progress, listed, lookbackMs);
  let left = parts;
  for (const listedObject of objects) {
    const { key, etag } = listedObject;
    const position = cursor.positionIn(listedObject);
    for (let unit = position?.unit ?? 0; unit < units; unit++) {
      for (let row = unit === position?.unit ? position.rows : 0; row < rowsPerUnit; row++) {
        if (left-- <= 0) return saved(cursor.progress);
        rows.push(`${etag} ${unit}.${row}`);
        cursor.advance({ key, etag, unit, rows: row + 1 });
      }
    }
    if (left-- <= 0) return saved(cursor.progress);
    cursor.finish(listedObject);
  }
  return saved(cursor.progress);
}

function rowsOf(objects: readonly ListedObject[]): readonly string[] {
  return objects.flatMap(({ etag }) => ['0.0', '0.1', '1.0', '1.1'].map((row) => `${etag} ${row}`)).toSorted();
}

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

  test('also when a late object comes before one that is half read, and the window is shorter than what lies between', () => {
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

suite('a plan counts', () => {
  test('what was listed, and the number and bytes of what is to be read', () => {
    const sized = [3, 5, 7].map((size, index) => ({ ...object(`o${index}`, index), size }));
    const planning = new Planning(noProgress, { prefix: '', lookbackMs: hour });
    for (const entry of sized) planning.see(entry);
    const plan = planning.plan();
    assert.deepEqual([planning.listed, plan.count, plan.bytes], [3, 3, 15]);
    assert.deepEqual([new Planning(noProgress, { prefix: '', lookbackMs: 0 }).listed], [0]);
  });

  test('the half-read object with the others, and what was read before not', () => {
    const [a, b, c] = [5, 7, 11].map((size, index) => ({ ...object(`o${index}`, index), size }));
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    const progress = run(noProgress, [a, b, c], [], 6); // All of a, and a part of b.
    assert.equal(progress.unfinished?.key, 'o1');
    const planning = new Planning(progress, { prefix: '', lookbackMs: hour });
    for (const entry of [a, b, c]) planning.see(entry);
    const plan = planning.plan();
    assert.deepEqual([planning.listed, plan.count, plan.bytes], [3, 2, 18]);
  });
});

suite('a cursor', () => {
  const [a, b] = [object('a', 0), object('b', 3600)];

  test('knows the place inside the half-read version alone, not inside a copy with its ETag or another version', () => {
    const { cursor } = planReading(noProgress, [a, b], hour);
    const position = { key: a.key, etag: a.etag, unit: 1, rows: 2 };
    assert.equal(cursor.positionIn(a), undefined);
    cursor.advance(position);
    assert.deepEqual(cursor.positionIn(a), position);
    for (const other of [b, { ...b, etag: a.etag }, object('a', 0, 2)]) {
      assert.equal(cursor.positionIn(other), undefined);
    }
    const copied = planReading(cursor.progress, [{ ...b, etag: a.etag }], hour);
    assert.equal(copied.cursor.progress.unfinished, undefined);
  });

  test('has nothing unfinished after an object is done, in its turn or out of it', () => {
    for (const end of ['finish', 'finishOutOfTurn'] as const) {
      const { cursor } = planReading(noProgress, [a], hour);
      cursor.advance({ key: a.key, etag: a.etag, unit: 0, rows: 1 });
      cursor[end](a);
      assert.equal(cursor.progress.unfinished, undefined);
    }
  });

  test('never moves its watermark back for an object that was shown late', () => {
    const { cursor } = planReading(noProgress, [b], 2 * hour);
    cursor.finish(b);
    const before = cursor.progress;
    cursor.finish(a);
    assert.deepEqual(cursor.progress.watermark, { time: start + 3_600_000, key: 'b' });
    assert.equal(cursor.progress.windowStart, before.windowStart);
  });

  test('forgets what falls out of the window by time, whatever the order of the listing', () => {
    const [newer, older, last] = [object('a', 10), object('b', 0), object('c', 25)];
    const progress = run(noProgress, [newer, older], [], Infinity, 20_000);
    assert.deepEqual([progress.remembered.size, progress.settled], [2, 0]);
    const later = run(progress, [newer, older, last], [], Infinity, 20_000);
    assert.deepEqual([later.remembered.size, later.settled, later.windowStart], [2, 1, start + 5000]);
  });

  test('is narrowed only when the bound made its window shorter', () => {
    const { cursor } = planReading(noProgress, [a, b], hour);
    assert.equal(cursor.isNarrowed, false);
    cursor.finish(a);
    cursor.finish(b);
    assert.equal(cursor.isNarrowed, false);
    const other = planReading(cursor.progress, [a, b], 2 * hour).cursor;
    assert.equal(other.isNarrowed, true, 'what was forgotten stays so when the lookback grows');
  });

  test('counts each object that it forgets once, however many there are', () => {
    const count = 2 * maxRemembered + 500;
    const { cursor } = planReading(noProgress, [], 0);
    for (let index = 0; index < count; index++) cursor.finish(object(`part-${index}`, index));
    const { settled, remembered, windowStart } = cursor.progress;
    assert.deepEqual([settled, remembered.size, windowStart], [count - 1, 1, start + (count - 1) * 1000]);
  });
});

suite('with a lookback of nothing', () => {
  const read = object('m', 5);
  const progress = run(noProgress, [object('a', 1), read], [], Infinity, 0);

  test('an object that has the time of the last one is read when it is shown late, once', () => {
    const [before, after, older] = [object('b', 5), object('z', 5), object('c', 4)];
    const rows: string[] = [];
    const later = run(progress, [older, before, read, after], rows, Infinity, 0);
    assert.deepEqual(rows.toSorted(), rowsOf([before, after]));
    run(later, [older, before, read, after], rows, Infinity, 0);
    assert.equal(rows.length, 8);
  });

  test('another version of the last object is read and named, also when it has the same time', () => {
    for (const seconds of [5, 6]) {
      const newer = object('m', seconds, 2);
      const plan = planReading(progress, [object('a', 1), newer], 0);
      assert.deepEqual([plan.objects, plan.replaced, plan.unexplained], [[newer], ['m'], 0]);
      const rows: string[] = [];
      const later = run(progress, [object('a', 1), newer], rows, Infinity, 0);
      run(later, [object('a', 1), newer], rows, Infinity, 0);
      assert.deepEqual(rows.toSorted(), rowsOf([newer]));
    }
  });

  test('a new object under an old key is read and not named as replaced, since it is not remembered', () => {
    const plan = planReading(progress, [object('a', 9, 2), read], 0);
    assert.deepEqual([plan.objects, plan.replaced], [[object('a', 9, 2)], []]);
  });
});

suite('more objects than can be remembered', () => {
  const many = Array.from({ length: maxRemembered + 500 }, (_, index) => object(`part-${index}`, index));

  test('move the window up, and none is read twice or missed', () => {
    const rows: string[] = [];
    const first = planReading(noProgress, many, 72 * hour);
    for (const entry of first.objects) first.cursor.finish(entry);
    assert.equal(first.cursor.isNarrowed, true);
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
