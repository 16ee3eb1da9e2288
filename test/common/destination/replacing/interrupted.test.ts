import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { newExportId, stagingFolder } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { settle } from '@s3-connectors/common/destination/replacing/interrupted.ts';
import { formatManifest } from '@s3-connectors/common/destination/replacing/manifest.ts';
import { readRecords } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';
import { removeLeftovers } from '@s3-connectors/common/destination/replacing/staging.ts';

import { testBucket } from '../../../support/s3-connection.ts';
import { intentOf, latestJson, manifestOf, seedIntent, seedLatest, seedMarks } from './support/interrupted-place.ts';
import { keysBelow, marksIn, nameOf, openPlace, prefix, stage, users } from './support/place.ts';

const refused = { code: 'BUCKET_DOCUMENT_INVALID' };
suite('settling what was interrupted', () => {
  test('touches nothing where latest.json names other files than the manifest of its export', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2, 3);
    const intent = intentOf([3], [1, 2]);
    seedIntent(it, intent);
    seedLatest(it, { ...intent, files: intentOf([1, 2], []).files });
    await assert.rejects(settle(it.area, users), refused);
    assert.deepEqual(marksIn(it), [1, 2, 3]);
  });

  for (const [what, marks] of [
    ['one file more', [2, 3]],
    ['one file less', []],
  ] as const) {
    test(`touches nothing where latest.json names ${what} than the manifest of its export`, async () => {
      await using it = await openPlace();
      seedMarks(it, 1, 2, 3);
      const intent = intentOf([3], [1, 2]);
      seedIntent(it, intent);
      seedLatest(it, { ...intent, files: intentOf(marks, []).files });
      await assert.rejects(settle(it.area, users), { ...refused, message: /latest\.json" names the export/u });
      assert.deepEqual(marksIn(it), [1, 2, 3]);
    });
  }

  test('keeps the current and the previous data, also if a manifest to roll back names it as its own', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2, 3, 4);
    seedLatest(it, intentOf([1], []));
    seedIntent(it, intentOf([1, 2, 3, 4], [2]));
    await settle(it.area, users);
    assert.deepEqual(marksIn(it), [1, 2]);
  });

  test('keeps the new set where the manifest to finish calls its files the previous ones as well', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2);
    const intent = intentOf([1, 2], [1, 2]);
    seedIntent(it, intent);
    seedLatest(it, intent);
    await settle(it.area, users);
    assert.deepEqual(marksIn(it), [1, 2]);
  });

  test('touches nothing as long as one of several manifests is refused', async () => {
    await using it = await openPlace();
    seedMarks(it, 1, 2, 3);
    seedIntent(it, intentOf([2], [1], 0));
    seedIntent(it, intentOf([3], [1], 1));
    const bad = intentOf([], [], 2);
    seedIntent(it, bad, JSON.stringify({ ...bad, previous: ['finance/payroll-2026.csv'] }));
    const before = it.server.objects(testBucket);
    await assert.rejects(settle(it.area, users), { ...refused, message: /"finance\/payroll-2026\.csv"/u });
    assert.deepEqual(it.server.objects(testBucket), before);
    it.server.remove(testBucket, manifestOf(bad));
    await settle(it.area, users);
    assert.deepEqual(marksIn(it), [1]);
  });

  test('refuses a manifest under the name of another export', async () => {
    await using it = await openPlace();
    seedMarks(it, 1);
    const [intent, other] = [intentOf([1], [], 0), intentOf([1], [], 1)];
    seedIntent(it, intent, formatManifest(other).toString());
    await assert.rejects(settle(it.area, users), refused);
    assert.deepEqual(marksIn(it), [1]);
  });

  for (const document of ['the manifest of an export', 'latest.json']) {
    test(`refuses ${document} that is of another folder, even if it names no files`, async () => {
      await using it = await openPlace();
      const intent = { ...intentOf([], []), folder: 'prod/type=users/' };
      if (document === 'latest.json') seedLatest(it, intent);
      else seedIntent(it, intent);
      const message = /is of the folder "prod\/type=users\/", not of "out\/type=users\/"/u;
      await assert.rejects(settle(it.area, users), { ...refused, message });
    });
  }

  for (const hasLatest of [true, false]) {
    const found = hasLatest ? 'with a latest.json' : 'where there is no latest.json yet';
    test(`makes the writer fail whose replacement it rolled back while that was paused, ${found}`, async () => {
      await using it = await openPlace();
      if (hasLatest) await replaceSet(it.area, await stage(it.area, [1, 2]));
      else seedMarks(it, 1, 2);
      const replacement = await stage(it.area, [2, 3]);
      let isPaused = false;
      it.server.setHooks({
        async onRequest({ operation, key }) {
          if (isPaused || operation !== 'PutObject' || key !== latestJson) return;
          isPaused = true;
          await settle(it.area, users); // As in a run that only appends.
        },
      });
      await assert.rejects(replaceSet(it.area, replacement), { code: 'S3_OBJECT_CONFLICT' });
      assert.ok(isPaused);
      assert.deepEqual(marksIn(it), [1, 2]);
      const { latest } = await readRecords(it.area, users);
      assert.notEqual(latest?.current?.export, replacement.exportId);
    });
  }

  test('ends with an error where the storage does not delete a manifest that it says it has deleted', async () => {
    await using it = await openPlace();
    const intent = intentOf([1], []);
    seedIntent(it, intent);
    it.server.setHooks({
      onAnswer({ deleted = [] }) {
        if (deleted.some((key) => key.endsWith('.json'))) seedIntent(it, intent);
      },
    });
    await assert.rejects(settle(it.area, users), { code: 'S3_OBJECT_CONFLICT', message: /exists again/u });
  });

  test('keeps a name that returns when it rolls back where no latest.json exists', async () => {
    await using it = await openPlace(0);
    seedMarks(it, 1, 2);
    it.server.inject({
      kind: 'error',
      code: 'AccessDenied',
      operation: 'PutObject',
      prefix: latestJson,
      times: Infinity,
    });
    await assert.rejects(replaceSet(it.area, await stage(it.area, [2, 3])), { code: 'S3_ACCESS_DENIED' });
    assert.deepEqual(marksIn(it), [1, 2, 3]);
    assert.equal(it.lines.length, 1);
    assert.match(
      String(it.lines[0]),
      /^WARN The replacement of "users" is rolled back by the next run, .*latest\.json/u,
    );
    it.server.clearFaults();
    await settle(it.area, users);
    assert.deepEqual(marksIn(it), [1, 2]);
    const { latest, exports } = await readRecords(it.area, users);
    assert.deepEqual([latest?.current, exports], [undefined, []]);
  });
});

function stagedFile(worker: string, time: number, rest: string): string {
  return `${stagingFolder(prefix)}${newExportId(new Date(time), worker)}/${rest}`;
}

suite('leftovers in staging', () => {
  const now = Date.now();
  const old = now - 48 * 3_600_000;

  test('are removed of the own worker and destination alone', async () => {
    await using it = await openPlace();
    const removed = [
      stagedFile('0', old, `type=visits/${nameOf(1)}`),
      stagedFile('0', now, `type=users/${nameOf(1)}`),
      stagedFile('0', now, `type=users/year=2026/month=01/day=15/hour=07/${nameOf(2)}`),
    ];
    const kept = [
      stagedFile('0', now, `type=users_archive/${nameOf(1)}`),
      stagedFile('1', old, `type=users/${nameOf(1)}`),
      stagedFile('1', now, `type=users/${nameOf(1)}`),
      stagedFile('0', old, `data/users/${nameOf(1)}`),
      stagedFile('0', old, 'type=users/notes.txt'),
      stagedFile('0', old, `other/users/${nameOf(1)}`),
      `${stagingFolder(prefix)}archive/type=users/${nameOf(1)}`,
    ];
    for (const key of [...removed, ...kept]) it.server.seed(testBucket, key, 'x');
    const leftovers = { workerId: '0', parent: 'type=', folders: [users.folder], now } as const;
    assert.equal(await removeLeftovers(it.area, leftovers), removed.length);
    const left = keysBelow(it, '_staging/').map((key) => prefix + key);
    assert.deepEqual(left.toSorted(), kept.toSorted());
  });
});
