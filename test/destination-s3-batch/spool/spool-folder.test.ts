import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { openSpoolFolder } from '../../../destination-s3-batch/src/spool/spool-folder.ts';

const bounds = { maxSpoolBytes: 1e8, storageLimitBytes: undefined };

suite('the folder of the spool', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-spool-'));
    await writeFile(join(folder, 'file'), '');
    await symlink(join(folder, 'nothing', 'there'), join(folder, 'dangling'));
  });
  after(() => rm(folder, { recursive: true }));

  test('is made with all that leads to it, and removed', async () => {
    const spoolDirectory = join(folder, 'a', 'b', 'c');
    for (let run = 0; run < 2; run += 1) {
      await using spool = await openSpoolFolder({ ...bounds, spoolDirectory });
      assert.equal(join(spool.path, '..'), spoolDirectory);
    }
    assert.deepEqual(await readdir(spoolDirectory), []);
  });

  const places: readonly (readonly [what: string, path: () => string])[] = [
    ['a file', () => join(folder, 'file')],
    ['below a file', () => join(folder, 'file', 'spool')],
    ['a link to nothing', () => join(folder, 'dangling')],
    ['below a link to nothing', () => join(folder, 'dangling', 'spool')],
    ['where the kernel allows no folder', () => '/proc/s3-connectors/spool'],
  ];
  for (const [what, path] of places) {
    test(`is refused with the mend: ${what}`, async () => {
      await assert.rejects(openSpoolFolder({ ...bounds, spoolDirectory: path() }), (error: unknown) => {
        assert.ok(error instanceof ConnectorError && error.code === 'SPOOL_UNUSABLE', String(error));
        return error.message.includes(path()) && error.message.includes('Set "spool_dir" to a folder on local disk');
      });
    });
  }
});
