// The counts of the spool, and the positions of its streams' sources.
import assert from 'node:assert/strict';
import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { Spool } from '../../../destination-s3-batch/src/spool/spool.ts';
import {
  a,
  add,
  addMany,
  b,
  maxHeldBytes,
  plainRow,
  segmentBytes,
  tableNamed,
  takeAll,
  withSpool,
} from '../support/spooled.ts';

suite('the spool', () => {
  test('knows where each source stands, until a cut for what it said', async () => {
    await withSpool(async (spool) => {
      const position = Buffer.from('1');
      assert.equal(spool.positionOf(0), undefined);
      spool.passed(0, position);
      spool.passed(1, position);
      assert.deepEqual(spool.positionOf(0), position);
      spool.cut(0);
      assert.deepEqual(spool.positionOf(0), position, 'A cut without a place says nothing of it.');
      spool.cut(0, position);
      assert.deepEqual([spool.positionOf(0), spool.positionOf(1)], [undefined, position]);
      await Promise.resolve();
    });
  });

  test('has all rows on disk after a flush, also of segments that take more', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'spool-test-'));
    const spool = new Spool(folder.path, { maxHeldBytes, segmentBytes });
    addMany(spool, a, 3);
    await spool.flush();
    const [name = '', ...more] = await readdir(folder.path);
    assert.deepEqual([(await readFile(join(folder.path, name))).length, more.length], [300, 0]);
  });

  test('is full of rows with as many closed segments as wait, however small', async () => {
    await withSpool(async (spool) => {
      let closed = 0;
      while (!spool.isFullOfRows) {
        spool.append({ ...plainRow, table: tableNamed('t', closed) }, Buffer.from('{'), 0, 1);
        spool.cut(closed);
        closed += 1;
        assert.ok(closed <= 256);
      }
      assert.equal(closed, 256);
      await Promise.resolve();
    });
  });

  test('is full of rows at its bound, until they are on disk', async () => {
    await withSpool(async (spool) => {
      for (let round = 0; round < 2; round += 1) {
        add(spool, a, 999);
        assert.equal(spool.isFullOfRows, false);
        add(spool, b, 1);
        assert.equal(spool.isFullOfRows, true);
        await spool.flush();
        assert.equal(spool.isFullOfRows, false);
        assert.equal(spool.bytes, 1000 * (round + 1));
      }
    });
  });

  test('does not count a segment as removed that could not be removed', async () => {
    await withSpool(async (spool) => {
      add(spool, a, 500);
      add(spool, b, 300);
      const [first] = await takeAll(spool);
      assert.ok(first !== undefined);
      await spool.remove(first);
      assert.equal(spool.bytes, 300);
      await assert.rejects(spool.remove(first), { code: 'ENOENT' });
      assert.equal(spool.bytes, 300);
    });
  });
});
