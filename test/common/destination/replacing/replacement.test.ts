import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { settle } from '@s3-connectors/common/destination/replacing/interrupted.ts';
import { readRecords } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { testBucket } from '../../../support/s3-connection.ts';
import { keysBelow, marksIn, nameOf, openPlace, stage, users } from './support/place.ts';

function hasCode(code: string) {
  return (error: unknown): boolean => error instanceof ConnectorError && error.code === code;
}

suite('replacing a set of files', () => {
  test('puts the new files in the place of the previous ones, and nothing else', async () => {
    await using it = await openPlace();
    it.server.seed(testBucket, `out/type=users/${nameOf(1)}`, '1');
    it.server.seed(testBucket, 'out/type=users/notes.txt', '100');
    it.server.seed(testBucket, `out/type=users_archive/${nameOf(7)}`, '7');
    const replacement = await stage(it.area, [2, 3]);
    const { deleted } = await replaceSet(it.area, replacement);
    assert.equal(deleted, 1);
    assert.deepEqual(marksIn(it), [2, 3, 100]);
    assert.deepEqual(marksIn(it, 'out/type=users_archive/'), [7]);
    assert.deepEqual(keysBelow(it, '_staging/'), []);
    assert.deepEqual(keysBelow(it, '_manifests/'), [
      `_manifests/users/${replacement.exportId}.json`,
      '_manifests/users/latest.json',
    ]);
    const left = 'Not deleted, because their names do not have this connector’s form: out/type=users/notes.txt.';
    assert.deepEqual(it.lines, [`WARN ${left}`]);
  });

  test('tells of the set in latest.json and in the manifest', async () => {
    await using it = await openPlace();
    const replacement = await stage(it.area, [2, 3]);
    await replaceSet(it.area, replacement);
    const { latest, exports } = await readRecords(it.area, users);
    assert.deepEqual(exports, [replacement.exportId]);
    const { files = [], ...about } = latest?.current ?? {};
    assert.deepEqual(about, {
      version: 1,
      export: replacement.exportId,
      state: 'published',
      stream: { name: 'users' },
      folder: 'out/type=users/',
      objects: 2,
      rows: 20,
      bytes: 2,
      min_time: '2026-01-03T00:00:00.000Z',
      max_time: '2026-01-05T00:00:00.000Z',
      schema: {},
    });
    assert.deepEqual(
      files.map(({ key }) => key),
      replacement.files.map(({ key }) => key),
    );
  });

  test('names five objects of others at most, in their order, and says how many more there are', async () => {
    for (const [count, more] of [
      [0, undefined],
      [5, '5.txt.'],
      [6, '5.txt and 1 more.'],
      [8, '5.txt and 3 more.'],
    ] as const) {
      await using it = await openPlace();
      for (let index = 1; index <= count; index += 1) it.server.seed(testBucket, `${users.folder}${index}.txt`, 'x');
      await replaceSet(it.area, await stage(it.area, [1]));
      const first = [1, 2, 3, 4].map((index) => `${users.folder}${index}.txt, `).join('');
      const named = it.lines.map((line) => line.slice(line.indexOf(': ') + 2));
      assert.deepEqual(named, more === undefined ? [] : [`${first}${users.folder}${more}`]);
    }
  });

  test('counts as deleted only what is gone, and measures how long both sets were there', async () => {
    await using it = await openPlace();
    await replaceSet(it.area, await stage(it.area, [1, 2, 3]));
    const begun = performance.now();
    const { deleted, burstMs } = await replaceSet(it.area, await stage(it.area, [3, 4]));
    assert.equal(deleted, 2);
    assert.ok(burstMs > 0 && burstMs <= performance.now() - begun, `${burstMs} ms`);
  });

  test('has no times if no file has any, and the times of the others if some have none', async () => {
    await using it = await openPlace();
    for (const [timeless, times] of [
      [
        [0, 1],
        [null, null],
      ],
      [[0], ['2026-01-03T00:00:00.000Z', '2026-01-04T00:00:00.000Z']],
      [[1], ['2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z']],
    ] as const) {
      const { files, ...replacement } = await stage(it.area, [1, 2]);
      const none = { minTime: Number.NaN, maxTime: Number.NaN };
      const some = files.map((file, index) => (timeless.some((one) => one === index) ? { ...file, ...none } : file));
      await replaceSet(it.area, { ...replacement, files: some });
      const { latest } = await readRecords(it.area, users);
      assert.deepEqual([latest?.current?.min_time, latest?.current?.max_time], times);
    }
  });

  test('three times in a row, with names that return, leaves each time exactly the new set', async () => {
    await using it = await openPlace();
    for (const marks of [[1, 2, 3], [2, 3, 4], [2, 3, 4], []]) {
      await replaceSet(it.area, await stage(it.area, marks));
      assert.deepEqual(marksIn(it), marks);
    }
    assert.deepEqual(keysBelow(it, '_staging/'), []);
  });

  test('keeps the newest thirty manifests', async () => {
    await using it = await openPlace();
    const ids: string[] = [];
    for (let mark = 1; mark <= 33; mark += 1) {
      const replacement = await stage(it.area, [mark]);
      ids.push(replacement.exportId);
      await replaceSet(it.area, replacement);
    }
    const { exports, latest } = await readRecords(it.area, users);
    assert.deepEqual(exports, ids.sort().slice(3));
    assert.equal(latest?.earlier.length, 30);
  });

  test('is refused when a staged file is not what was written', async () => {
    await using it = await openPlace();
    const replacement = await stage(it.area, [1]);
    it.server.seed(testBucket, `out/_staging/${replacement.exportId}/type=users/${nameOf(1)}`, '9');
    await assert.rejects(replaceSet(it.area, replacement), hasCode('S3_OBJECT_CHANGED'));
    assert.deepEqual(marksIn(it), []);
  });

  test('rolls back what it copied when a copy is refused', async () => {
    await using it = await openPlace();
    await replaceSet(it.area, await stage(it.area, [1, 2]));
    it.server.inject({ kind: 'error', code: 'AccessDenied', operation: 'CopyObject', skip: 1 });
    await assert.rejects(replaceSet(it.area, await stage(it.area, [2, 3, 4])), hasCode('S3_ACCESS_DENIED'));
    assert.deepEqual(marksIn(it), [1, 2]);
    assert.equal(keysBelow(it, '_manifests/users/').length, 2);
    assert.deepEqual(keysBelow(it, '_staging/'), []);
  });

  for (const [pausedAt, code] of [
    ['CopyObject', 'S3_OBJECT_CHANGED'],
    ['PutObject', 'S3_OBJECT_CONFLICT'],
  ] as const) {
    test(`of one place by two at a time: one fails (at ${pausedAt}) and leaves no trace, the other counts`, async () => {
      await using it = await openPlace();
      await replaceSet(it.area, await stage(it.area, [1]));
      const first = await stage(it.area, [2, 3]);
      const second = await stage(it.area, [3, 4]);
      let paused = false;
      it.server.setHooks({
        async onRequest({ operation, key }) {
          if (paused || operation !== pausedAt || (operation === 'PutObject' && !key.endsWith('latest.json'))) return;
          paused = true; // The other one passes here, from its first step to its last.
          await replaceSet(it.area, second);
        },
      });
      await assert.rejects(replaceSet(it.area, first), hasCode(code));
      assert.ok(paused);
      assert.deepEqual(marksIn(it), [3, 4]);
      const { latest, exports } = await readRecords(it.area, users);
      assert.equal(latest?.current?.export, second.exportId);
      assert.ok(!exports.includes(first.exportId));
    });
  }

  test('does not touch manifests of another destination below the same prefix', async () => {
    await using it = await openPlace();
    await replaceSet(it.area, await stage(it.area, [1], { ...users, folder: 'out/data/users/' }));
    await assert.rejects(replaceSet(it.area, await stage(it.area, [2])), hasCode('BUCKET_DOCUMENT_INVALID'));
    assert.deepEqual(marksIn(it, 'out/data/users/'), [1]);
  });
});

suite('settling what was interrupted', () => {
  test('costs one listing when there is nothing', async () => {
    await using it = await openPlace();
    await settle(it.area, users);
    assert.equal(it.server.counts.total.requests, 1);
  });

  test('refuses an invalid manifest', async () => {
    await using it = await openPlace();
    it.server.seed(testBucket, 'out/_manifests/users/latest.json', '{"version":2}');
    await assert.rejects(settle(it.area, users), hasCode('BUCKET_DOCUMENT_INVALID'));
  });
});
