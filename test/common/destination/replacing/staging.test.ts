// Files that wait to be published: each is verified before it counts, and what a killed run left is removed by its own worker.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { newExportId, stagingFolder } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { stagedKey } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import {
  removeLeftovers,
  removeStaged,
  verifyStaged,
  type StagedFile,
} from '@s3-connectors/common/destination/replacing/staging.ts';

import { testBucket } from '../../../support/s3-connection.ts';
import { keysBelow, nameOf, openPlace, prefix, stage, users } from './support/place.ts';

const hour = 3_600_000;

function changedAt(exportId: string, mark: number, what: string) {
  const key = stagedKey(prefix, exportId, users.folder + nameOf(mark));
  return { code: 'S3_OBJECT_CHANGED', message: new RegExp(`^s3://${testBucket}/${key} ${what}`, 'u') };
}

suite('a staged file', () => {
  const other: Readonly<Record<string, (file: StagedFile) => StagedFile>> = {
    size: (file) => ({ ...file, size: file.size + 1 }),
    checksum: (file) => ({ ...file, crc32: 'AAAAAA==' }),
    version: (file) => ({ ...file, etag: '"0"' }),
  };
  for (const [what, changed] of Object.entries(other)) {
    test(`is refused by its key when it has another ${what} than was written, be it the last of many`, async () => {
      await using it = await openPlace();
      const { exportId, files } = await stage(it.area, [1, 2, 3]);
      await verifyStaged(it.area, exportId, files);
      const [first, second, third] = files;
      assert.ok(first && second && third);
      for (const [mark, all] of [
        [1, [changed(first), second, third]],
        [3, [first, second, changed(third)]],
      ] as const) {
        const refused = changedAt(exportId, mark, 'is not what was written there');
        await assert.rejects(verifyStaged(it.area, exportId, all), refused);
      }
    });
  }

  test('is refused as gone when it is not there', async () => {
    await using it = await openPlace();
    const { exportId, files } = await stage(it.area, [1, 2]);
    it.server.remove(testBucket, stagedKey(prefix, exportId, users.folder + nameOf(2)));
    await assert.rejects(verifyStaged(it.area, exportId, files), changedAt(exportId, 2, 'is gone'));
  });

  test('needs no checksum where the storage tells of none', async () => {
    await using it = await openPlace();
    const { exportId, files } = await stage(it.area, [1]);
    it.server.seed(testBucket, stagedKey(prefix, exportId, users.folder + nameOf(1)), '1');
    await verifyStaged(it.area, exportId, files);
  });

  test('is removed for its own export and key alone', async () => {
    await using it = await openPlace();
    const [one, two] = [await stage(it.area, [1, 2, 3]), await stage(it.area, [1])];
    await removeStaged(
      it.area,
      one.exportId,
      [1, 3, 9].map((mark) => users.folder + nameOf(mark)),
    );
    const left = keysBelow(it, '_staging/').map((key) => prefix + key);
    assert.deepEqual(
      left.toSorted(),
      [
        stagedKey(prefix, one.exportId, users.folder + nameOf(2)),
        stagedKey(prefix, two.exportId, users.folder + nameOf(1)),
      ].toSorted(),
    );
  });
});

function staged(time: number, mark: number, folder = 'type=users/'): string {
  return `${stagingFolder(prefix)}${newExportId(new Date(time), '0')}/${folder}${nameOf(mark)}`;
}

suite('what dead runs left in staging', () => {
  const now = Date.UTC(2026, 0, 15, 12);

  test('is removed once it is more than a day old, and is counted', async () => {
    await using it = await openPlace();
    const kept = [staged(now, 1), staged(now - 24 * hour, 2), staged(now + 48 * hour, 3)];
    const old = [staged(now - 24 * hour - 1, 4), staged(now - 9000 * hour, 5)];
    for (const key of [...kept, ...old]) it.server.seed(testBucket, key, 'x');
    const leftovers = { workerId: '0', parent: 'type=', folders: [], now } as const;
    assert.equal(await removeLeftovers(it.area, leftovers), 2);
    assert.equal(await removeLeftovers(it.area, leftovers), 0);
    const left = keysBelow(it, '_staging/').map((key) => prefix + key);
    assert.deepEqual(left.toSorted(), kept.toSorted());
  });

  test('is removed at any age for each folder that is replaced, page by page', async () => {
    await using it = await openPlace();
    const id = `${stagingFolder(prefix)}${newExportId(new Date(now), '0')}/`;
    for (let mark = 0; mark < 1500; mark += 1) {
      it.server.seed(testBucket, `${id}type=${mark % 3 === 0 ? 'users' : 'events'}/${nameOf(mark)}`, 'x');
    }
    const folders = ['out/type=users/', 'out/type=visits/'];
    assert.equal(await removeLeftovers(it.area, { workerId: '0', parent: 'type=', folders, now }), 500);
    assert.equal(keysBelow(it, '_staging/').length, 1000);
    const all = ['out/type=users/', 'out/type=events/'];
    assert.equal(await removeLeftovers(it.area, { workerId: '0', parent: 'type=', folders: all, now }), 1000);
  });
});
