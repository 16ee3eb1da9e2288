// Settling what was interrupted, turn by turn: what is read, what is done in which order, and what others write meanwhile.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { stagingFolder } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { settle } from '@s3-connectors/common/destination/replacing/interrupted.ts';
import { parseIntent, type Intent } from '@s3-connectors/common/destination/replacing/manifest.ts';

import { testBucket } from '../../../support/s3-connection.ts';
import { intentOf, latestJson, manifestOf, seedIntent, seedLatest, seedMarks } from './support/interrupted-place.ts';
import { keysBelow, marksIn, nameOf, openPlace, prefix, users, type Setting } from './support/place.ts';
import { watchSteps } from './support/steps.ts';

const finished = 'INFO An interrupted replacement of "users" was finished: its new data is current.';
const rolledBack = 'WARN An interrupted replacement of "users" was rolled back: the previous data stays current.';

function seedStaged({ server }: Setting, intent: Intent, ...marks: readonly number[]): void {
  for (const mark of marks) {
    const key = `${stagingFolder(prefix)}${intent.export}/type=users/${nameOf(mark)}`;
    server.seed(testBucket, key, String(mark));
  }
}

/** Another process writes latest.json just before each of our first writes of it. */
function disturb(it: Setting, times: number, write: () => void): { readonly writes: () => number } {
  let writes = 0;
  it.server.setHooks({
    onRequest({ operation, key }) {
      if (operation !== 'PutObject' || key !== latestJson) return;
      writes += 1;
      if (writes <= times) write();
    },
  });
  return { writes: () => writes };
}

suite('settling what was interrupted', () => {
  test('finishes what latest.json names, step by step: the previous set goes, then staging, then the manifest is a record', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2, 3);
    const intent = intentOf([2, 3], [1, 2]);
    seedIntent(it, intent);
    seedLatest(it, intent);
    seedStaged(it, intent, 2, 3);
    const { steps, overlaps, open } = watchSteps(it);
    await settle(it.area, users);
    const look = ['ListObjectsV2', 'GetObject'];
    assert.deepEqual(steps, [...look, 'DeleteObjects', 'PutObject', ...look]);
    assert.deepEqual([overlaps, open.size], [[], 0]);
    assert.deepEqual(marksIn(it), [2, 3]);
    assert.deepEqual(keysBelow(it, '_staging/'), []);
    const record = it.server.object(testBucket, manifestOf(intent)) ?? assert.fail('The record is gone.');
    assert.equal(parseIntent(prefix, users, intent.export, record.body).state, 'published');
    assert.deepEqual(it.lines, [finished]);
  });

  test('rolls back what latest.json does not name, step by step: the fence, then the files, staging and the manifest', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2, 3);
    const intent = intentOf([2, 3], [1, 2]);
    seedIntent(it, intent);
    seedLatest(it, intentOf([1, 2], [], 1));
    seedStaged(it, intent, 2, 3);
    const { steps, overlaps, open } = watchSteps(it);
    await settle(it.area, users);
    const look = ['ListObjectsV2', 'GetObject'];
    assert.deepEqual(steps, [...look, 'PutObject', 'DeleteObjects', ...look]);
    assert.deepEqual([overlaps, open.size], [[], 0]);
    assert.deepEqual(marksIn(it), [1, 2]);
    assert.deepEqual(keysBelow(it, '_staging/'), []);
    assert.deepEqual(keysBelow(it, '_manifests/users/'), ['_manifests/users/latest.json']);
    assert.deepEqual(it.lines, [rolledBack]);
  });

  test('settles each of several, the oldest first, and reads each manifest twice at most', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2, 3, 4, 5);
    const [older, newer, newest] = [intentOf([2], [1], 0), intentOf([3], [1], 1), intentOf([5], [1], 2)];
    const over = intentOf([9], [], 3);
    seedLatest(it, intentOf([1, 4], [], 4));
    for (const intent of [older, newer, newest, { ...over, state: 'published' } as const]) seedIntent(it, intent);
    const reads = new Map<string, number>();
    const removed: string[] = [];
    it.server.setHooks({
      onRequest({ operation, key }) {
        if (operation === 'GetObject') reads.set(key, (reads.get(key) ?? 0) + 1);
      },
      onAnswer: ({ deleted = [] }) => void removed.push(...deleted.filter((key) => key.endsWith('.json'))),
    });
    await settle(it.area, users);
    const counts = [older, newer, newest, over].map((intent) => reads.get(manifestOf(intent)));
    assert.deepEqual(counts, [2, 2, 2, 1]);
    assert.deepEqual(removed, [older, newer, newest].map(manifestOf));
    assert.deepEqual(marksIn(it), [1, 4]);
    assert.deepEqual(it.lines, [rolledBack, rolledBack, rolledBack]);
  });

  test('skips a manifest that is removed just before it is read', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2);
    const intent = intentOf([2], [1]);
    seedIntent(it, intent);
    it.server.setHooks({
      onRequest: ({ operation, key }) => {
        if (operation === 'GetObject' && key === manifestOf(intent)) it.server.remove(testBucket, key);
      },
    });
    const { exports } = await settle(it.area, users);
    assert.deepEqual([exports, marksIn(it), it.lines], [[intent.export], [1, 2], []]);
  });

  test('decides again when latest.json was written meanwhile: a set that is named just then is kept', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2);
    const intent = intentOf([2], [1]);
    seedIntent(it, intent);
    seedLatest(it, intentOf([1], [], 1));
    disturb(it, 1, () => seedLatest(it, intent));
    const { latest } = await settle(it.area, users);
    assert.equal(latest?.current?.export, intent.export);
    assert.deepEqual([marksIn(it), it.lines], [[2], [finished]]);
  });

  for (const [times, writes] of [
    [4, 5],
    [5, 5],
  ] as const) {
    const end = times < 5 ? 'succeeds where' : 'aborts where';
    test(`${end} someone else writes latest.json ${times} times between its looks and its writes`, async () => {
      await using it = await openPlace();
      seedMarks(it, 1, 2);
      seedIntent(it, intentOf([2], [1]));
      seedLatest(it, intentOf([1], [], 1));
      let minute = 1;
      const disturbed = disturb(it, times, () => seedLatest(it, intentOf([1], [], (minute += 1))));
      if (times < 5) await settle(it.area, users);
      else await assert.rejects(settle(it.area, users), { code: 'S3_OBJECT_CONFLICT' });
      assert.equal(disturbed.writes(), writes);
      assert.deepEqual(marksIn(it), times < 5 ? [1] : [1, 2]);
    });
  }

  test('tries nothing again that fails for another reason', async () => {
    await using it = await openPlace(0);
    seedMarks(it, 1, 2);
    seedIntent(it, intentOf([2], [1]));
    it.server.inject({ kind: 'error', code: 'AccessDenied', operation: 'PutObject' });
    await assert.rejects(settle(it.area, users), { code: 'S3_ACCESS_DENIED' });
    assert.equal(it.server.counts.of('PutObject').requests, 1);
    assert.deepEqual(marksIn(it), [1, 2]);
  });

  test('stops at once when the run is stopped', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2);
    seedIntent(it, intentOf([2], [1]));
    const stop = new AbortController();
    it.server.setHooks({
      onAnswer: ({ operation }) => (operation === 'GetObject' ? stop.abort(new Error('stopped by a test')) : undefined),
    });
    await assert.rejects(settle(it.area, users, stop.signal));
    assert.deepEqual(marksIn(it), [1, 2]);
    assert.equal(it.server.counts.of('PutObject').requests, 0);
  });
});
