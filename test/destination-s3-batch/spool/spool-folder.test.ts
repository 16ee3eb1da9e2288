import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { openSpoolFolder, spoolBound } from '../../../destination-s3-batch/src/spool/spool-folder.ts';

const bounds = { maxSpoolBytes: 1e8, storageLimitBytes: undefined };

function bound(freeBytes: number, maxSpoolBytes?: number, storageLimitBytes?: number): number {
  return spoolBound({ maxSpoolBytes, storageLimitBytes, freeBytes });
}

suite('the folder of the spool', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-spool-'));
    await writeFile(join(folder, 'file'), '');
    await symlink(join(folder, 'nothing', 'there'), join(folder, 'dangling'));
  });
  after(() => rm(folder, { recursive: true }));

  test('has a bound that is configured, or the least of 20 GB, up to half of what is free and what the platform grants', () => {
    assert.deepEqual(
      [bound(3e9), bound(90e9), bound(90e9, undefined, 4e9), bound(3e9, 7e9, 4e9)],
      [2 ** 30, 20e9, 4e9, 7e9],
    );
    assert.deepEqual([bound(110e6), bound(98e6), bound(0)], [50e6, 49e6, 0]);
  });

  test('has the same bound when a run is repeated with a little more or less free space, so that rows are cut at the same places', () => {
    for (const free of [3e9, 5e9, 12e9, 24e9, 60e9]) assert.equal(bound(free * 1.2), bound(free));
  });

  test('is logged with its bound, and with a warning where that is more than is free', async () => {
    const said: string[] = [];
    const log = (level: string, message: string): void => void said.push(`${level} ${message}`);
    const options = { maxSpoolBytes: 1e17, storageLimitBytes: undefined, spoolDirectory: folder };
    await using _ = await openSpoolFolder(options, log);
    assert.equal(said.length, 2);
    assert.match(
      said[0] ?? '',
      /^INFO Rows wait in ".*", at most 100000000\.0 GB of them; [\d.]+ [MG]B are free there\.$/u,
    );
    assert.match(said[1] ?? '', /^WARN "max_spool_gb" is 100000000\.0 GB, more than is free/u);
  });

  test('is refused where it would be so small that a day is cut into thousands of files', async () => {
    const options = { maxSpoolBytes: undefined, storageLimitBytes: 49e6, spoolDirectory: folder };
    await assert.rejects(openSpoolFolder(options, silentLog), {
      code: 'TEMP_FOLDER_UNUSABLE',
      message: /CONNECTOR_STORAGE_LIMIT_BYTES allows 49\.0 MB, and it needs 50\.0 MB\. Set "spool_dir"/u,
    });
  });

  test('is made with all that leads to it, and removed', async () => {
    const spoolDirectory = join(folder, 'a', 'b', 'c');
    for (let run = 0; run < 2; run += 1) {
      await using spool = await openSpoolFolder({ ...bounds, spoolDirectory }, silentLog);
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
    test(`is refused with the remedy: ${what}`, async () => {
      await assert.rejects(openSpoolFolder({ ...bounds, spoolDirectory: path() }, silentLog), (error: unknown) => {
        assert.ok(error instanceof ConnectorError && error.code === 'TEMP_FOLDER_UNUSABLE', String(error));
        return error.message.includes(path()) && /[Ss]et "spool_dir" to a folder on local disk/u.test(error.message);
      });
    });
  }
});
