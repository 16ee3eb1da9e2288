// What a plan and a cursor count, remember and forget: the window before the watermark, to the object.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { maxRemembered, noProgress, Planning } from '../../../source-s3/src/progress/cursor.ts';
import { hour, object, planReading, rowsOf, run, start } from '../support/cursor.ts';

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
    assert.deepEqual([progress.remembered.size, progress.settled.total], [2, 0]);
    const later = run(progress, [newer, older, last], [], Infinity, 20_000);
    assert.deepEqual([later.remembered.size, later.settled.total, later.windowStart], [2, 1, start + 5000]);
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
    assert.deepEqual([settled.total, remembered.size, windowStart], [count - 1, 1, start + (count - 1) * 1000]);
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
