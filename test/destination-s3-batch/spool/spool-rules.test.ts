// When segments close, and their content: to the byte, with rows of known sizes.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { mostPartitions } from '@s3-connectors/common/destination/files/partition-folders.ts';

import { Spool } from '../../../destination-s3-batch/src/spool/spool.ts';
import type { BatchTable } from '../../../destination-s3-batch/src/tables/table.ts';
import { a, add, addMany, b, c, d, named, plainRow, tableNamed, takeAll, withSpool } from '../support/spooled.ts';

suite('a segment', () => {
  test('closes at its size, and later rows of its table and day begin another', async () => {
    await withSpool(async (spool) => {
      addMany(spool, a, 9);
      assert.deepEqual(named(await spool.flush()), []);
      addMany(spool, a, 2);
      assert.deepEqual(named(await spool.flush()), ['a 10']);
      assert.deepEqual(named(await takeAll(spool)), ['a 1']);
    });
  });

  test('is smaller while few rows have come since the last cut, of one table and of several', async () => {
    await withSpool(
      async (spool) => {
        for (const cut of ['first', 'second']) {
          addMany(spool, a, 45);
          assert.deepEqual(named(await spool.flush()), ['a 3', 'a 3', 'a 6', 'a 10', 'a 10', 'a 10'], cut);
          assert.deepEqual(named(await takeAll(spool)), ['a 3'], cut);
          for (let round = 0; round < 16; round += 1) for (const table of [a, b, c, d]) add(spool, table, 50);
          // The largest when 1,000 bytes are open, later when half of all rows so far are.
          assert.deepEqual(named(await spool.flush()), ['a 5', 'b 6', 'c 8', 'd 9', 'a 9'], cut);
          await takeAll(spool);
        }
      },
      { firstBytes: 250 },
    );
  });

  test('of a table whose duplicates are looked for does not close at its size', async () => {
    await withSpool(async (spool) => {
      addMany(spool, tableNamed('whole', 0, { key: [['id']], cursor: [] }), 15);
      assert.deepEqual(named(await spool.flush()), []);
      assert.deepEqual(named(await takeAll(spool)), ['whole 15']);
    });
  });

  test('of a partition closes when it had no row for longest and too many are open', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'spool-test-'));
    const spool = new Spool(folder.path, { maxHeldBytes: 1e9, segmentBytes: 1e9 });
    const row = Buffer.from('{}');
    const addTo = (partition: string): void => {
      spool.append(
        { table: a, day: 1, partition, placedBy: 0, time: Number.NaN, isUnusual: false },
        row,
        0,
        row.length,
      );
    };
    for (let place = 0; place < mostPartitions; place += 1) addTo(`k=${place}/`);
    addTo('k=0/');
    assert.equal(spool.uncutBytes, (mostPartitions + 1) * 3);
    addTo('k=new/');
    spool.cut(0);
    const files = await spool.flush();
    const closed = files.map(({ partition, rows }) => `${partition} ${rows}`);
    assert.deepEqual([closed[0], closed.at(-1), closed.length], ['k=1/ 1', 'k=new/ 1', mostPartitions + 1]);
    assert.ok(closed.includes('k=0/ 2'));
  });

  test('is of one day', async () => {
    await withSpool(async (spool) => {
      add(spool, a, 10, { day: 1 });
      add(spool, a, 10, { day: 2 });
      add(spool, a, 10, { day: 1 });
      const files = await takeAll(spool);
      assert.deepEqual(
        files.map(({ day, rows }) => [day, rows]),
        [
          [1, 2],
          [2, 1],
        ],
      );
    });
  });

  test('that is the largest closes when all together have twice the size of one, the first of equal ones', async () => {
    await withSpool(async (spool) => {
      addMany(spool, a, 7);
      addMany(spool, b, 7);
      addMany(spool, c, 5);
      assert.deepEqual(named(await spool.flush()), []);
      addMany(spool, c, 1);
      assert.deepEqual(named(await spool.flush()), ['a 7']);
      addMany(spool, d, 6);
      assert.deepEqual(named(await spool.flush()), []);
      addMany(spool, d, 1);
      assert.deepEqual(named(await spool.flush()), ['b 7']);
    });
  });

  test('that is the largest is found wherever it is', async () => {
    await withSpool(async (spool) => {
      addMany(spool, a, 6);
      addMany(spool, b, 8);
      addMany(spool, c, 6);
      assert.deepEqual(named(await spool.flush()), ['b 8']);
    });
  });

  test('stays open while all are small, and is looked at again a quarter of a segment later', async () => {
    await withSpool(async (spool) => {
      const small = Array.from({ length: 60 }, (_, index) => tableNamed(`s${index}`, index + 1));
      for (const table of small.slice(0, 36)) add(spool, table, 50);
      add(spool, a, 200);
      assert.deepEqual(named(await spool.flush()), []);
      add(spool, a, 50);
      for (const table of small.slice(40, 43)) add(spool, table, 50);
      assert.deepEqual(named(await spool.flush()), [], 'a has a quarter, and is not looked at yet');
      add(spool, small[43] as BatchTable, 50);
      assert.deepEqual(named(await spool.flush()), ['a 2']);
    });
  });

  test('that was taken counts no more for what is open', async () => {
    await withSpool(async (spool) => {
      for (const table of [a, b]) addMany(spool, table, 9);
      assert.equal((await takeAll(spool)).length, 2);
      for (const table of [a, b]) addMany(spool, table, 9);
      add(spool, c, 199);
      assert.deepEqual(named(await spool.flush()), []);
      add(spool, c, 1);
      assert.deepEqual(named(await spool.flush()), ['a 9']);
    });
  });

  test('of no partition is not closed for the number of those that are open', async () => {
    await withSpool(async (spool) => {
      for (let day = 0; day <= mostPartitions; day += 1) {
        spool.append(
          { ...plainRow, table: tableNamed('a', 0, { key: [['id']], cursor: [] }), day },
          Buffer.from('{'),
          0,
          1,
        );
      }
      spool.append({ ...plainRow, table: tableNamed('a', 0), day: 0, partition: 'k=1/' }, Buffer.from('{'), 0, 1);
      assert.deepEqual(await spool.flush(), []);
    });
  });

  test('of a partition that is closed no longer counts among those that are open', async () => {
    await withSpool(async (spool) => {
      const rowOf = (stream: number, partition: string): void => {
        spool.append({ ...plainRow, table: tableNamed('t', stream), partition }, Buffer.from('{'), 0, 1);
      };
      for (let place = 0; place < mostPartitions; place += 1) rowOf(0, `k=${place}/`);
      spool.cut(0);
      assert.equal((await spool.flush()).length, mostPartitions);
      for (let place = 0; place < mostPartitions; place += 1) rowOf(1, `k=${place}/`);
      assert.deepEqual(await spool.flush(), []);
      rowOf(1, 'k=one more/');
      assert.equal((await spool.flush()).length, 1);
    });
  });

  test('has its unusual rows apart', async () => {
    await withSpool(async (spool) => {
      for (const isUnusual of [false, true, false]) {
        spool.append({ ...plainRow, table: a, isUnusual }, Buffer.from('{'), 0, 1);
      }
      const [file] = await takeAll(spool);
      assert.deepEqual([file?.rows, file?.usual.rows, file?.unusual.rows], [3, 2, 1]);
    });
  });

  test('is removed with its unusual rows', async () => {
    await withSpool(async (spool) => {
      for (const isUnusual of [false, true]) {
        spool.append({ ...plainRow, table: a, isUnusual }, Buffer.from('{'), 0, 1);
      }
      const [file] = await takeAll(spool);
      assert.ok(file !== undefined && existsSync(file.unusual.path));
      await spool.remove(file);
      assert.deepEqual([existsSync(file.usual.path), existsSync(file.unusual.path), spool.bytes], [false, false, 0]);
    });
  });

  test('is not made for publishing before a cut', async () => {
    await withSpool(async (spool) => {
      addMany(spool, a, 10);
      const [file] = await spool.flush();
      assert.deepEqual([file?.cut.isMade, file?.cut.until], [false, undefined]);
      spool.cut(a.stream);
      assert.equal(file?.cut.isMade, true);
    });
  });

  test('has the place where its stream stood before its first row', async () => {
    await withSpool(async (spool) => {
      const [first, second] = [Buffer.from('1'), Buffer.from('2')];
      add(spool, b, 10, { placedBy: 7 });
      spool.passed(a.stream, first);
      add(spool, a, 10);
      spool.passed(a.stream, second);
      add(spool, a, 10);
      add(spool, a, 10, { day: 5 });
      const files = await takeAll(spool);
      assert.deepEqual(
        files.map(({ table, position }) => [table.name, Buffer.from(position).toString()]),
        [
          ['a', '1'],
          ['a', '2'],
          ['b', ''],
        ],
      );
      assert.deepEqual(
        files.map(({ timestamp }) => timestamp),
        [0, 0, 7],
      );
    });
  });

  test('takes no more rows once a cut was made for its stream, and says where its source stands then', async () => {
    await withSpool(async (spool) => {
      const position = Buffer.from('1');
      addMany(spool, a, 11);
      addMany(spool, b, 2);
      assert.deepEqual([spool.uncutBytes, spool.uncutBytesOf(a.stream)], [1300, 1100]);
      spool.cut(a.stream, position);
      assert.deepEqual([spool.uncutBytes, spool.uncutBytesOf(a.stream)], [200, 0]);
      addMany(spool, a, 1);
      const taken = await spool.flush();
      assert.deepEqual(named(taken), ['a 10', 'a 1']);
      for (const { cut } of taken) assert.deepEqual([cut.isMade, cut.until], [true, position]);
      spool.cut(a.stream);
      const [rest] = await spool.flush();
      assert.deepEqual([rest?.rows, rest?.position.length, rest?.cut.until], [1, 0, undefined]);
    });
  });

  test('closes after a cut when it would in a run that begins there', async () => {
    await withSpool(async (spool) => {
      for (let index = 0; index < 60; index += 1) add(spool, tableNamed(`s${index}`, index), 50);
      for (let index = 0; index < 60; index += 1) spool.cut(index, Buffer.from('1'));
      assert.equal((await spool.flush()).length, 60);
      for (const table of [a, b]) addMany(spool, table, 9);
      add(spool, c, 200);
      assert.deepEqual(named(await spool.flush()), ['a 9']);
    });
  });

  test('of a row without a byte is written too', async () => {
    await withSpool(async (spool) => {
      add(spool, a, 1);
      const [file] = await takeAll(spool);
      assert.equal(await readFile(file?.usual.path ?? '', 'utf8'), '\n');
    });
  });
});
