import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { SpoolFile } from '../../../destination-s3-batch/src/spool/spool-file.ts';
import { Spool } from '../../../destination-s3-batch/src/spool/spool.ts';
import type { BatchTable } from '../../../destination-s3-batch/src/tables/table.ts';
import { takeAll } from '../support/spooled.ts';

const segmentBytes = 64 * 1024;

function tableNamed(name: string, index: number, dedup?: BatchTable['dedup']): BatchTable {
  return { index, name, stream: 0, folder: `data/${name}/`, shape: undefined, dedup };
}

async function withSpool(work: (spool: Spool) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spool-test-'));
  try {
    await work(new Spool(folder, { maxHeldBytes: 16 * 1024, segmentBytes }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Rows in turn to each of the tables. */
function fill(spool: Spool, tables: readonly BatchTable[], rows: number, from = 0): void {
  for (let row = from; row < from + rows; row += 1) {
    const table = tables[row % tables.length] as BatchTable;
    const bytes = Buffer.from(`{"row":${row},"padding":"${'x'.repeat(row % 200)}"}`);
    spool.append(
      { table, day: 20_000, partition: '', placedBy: 0, time: Number.NaN, isUnusual: false },
      bytes,
      0,
      bytes.length,
    );
  }
}

async function rowsOf(files: readonly SpoolFile[]): Promise<readonly number[]> {
  const texts = await Promise.all(files.map(({ usual }) => readFile(usual.path, 'utf8')));
  const rows = texts.flatMap((text) => text.split('\n').slice(0, -1));
  return rows.map((row) => (JSON.parse(row) as { row: number }).row).sort((a, b) => a - b);
}

suite('the spool', () => {
  test('keeps every row once, also those that come while others are written to disk', async () => {
    await withSpool(async (spool) => {
      const tables = [tableNamed('a', 0), tableNamed('b', 1)];
      const segments: SpoolFile[] = [];
      let flushed: Promise<unknown> = Promise.resolve();
      for (let from = 0; from < 4000; from += 100) {
        fill(spool, tables, 100, from);
        await flushed;
        flushed = spool.flush().then((full) => segments.push(...full));
      }
      await flushed;
      assert.ok(segments.length > 2);
      segments.push(...(await takeAll(spool)));
      assert.deepEqual(await rowsOf(segments), [...Array(4000).keys()]);
    });
  });

  test('closes the largest of many tables before any is full, after the same rows whenever it is flushed', async () => {
    const tables = Array.from({ length: 6 }, (_, index) => tableNamed(`t${index}`, index));
    const cuts: (readonly (readonly [string, number])[])[] = [];
    for (const rowsAFlush of [100, 1500]) {
      await withSpool(async (spool) => {
        const segments: SpoolFile[] = [];
        for (let from = 0; from < 3000; from += rowsAFlush) {
          fill(spool, tables, rowsAFlush, from);
          segments.push(...(await spool.flush()));
        }
        assert.ok(segments.length > 1);
        assert.ok(segments.every(({ bytes }) => bytes < segmentBytes && bytes >= segmentBytes / 4));
        cuts.push(segments.map(({ table, rows }) => [table.name, rows] as const));
        segments.push(...(await takeAll(spool)));
        assert.deepEqual(await rowsOf(segments), [...Array(3000).keys()]);
      });
    }
    assert.deepEqual(cuts[0], cuts[1]);
  });

  test('keeps a table whose duplicates are looked for in one piece, and small ones together', async () => {
    await withSpool(async (spool) => {
      const whole = tableNamed('whole', 0, { key: [['row']], cursor: [] });
      const small = Array.from({ length: 40 }, (_, index) => tableNamed(`s${index}`, index + 1));
      fill(spool, [whole], 3000);
      fill(spool, small, 400, 3000);
      assert.deepEqual(await spool.flush(), []);
      assert.equal((await takeAll(spool)).length, 41);
    });
  });

  test('keeps the rows that come for the same table and day after everything was taken', async () => {
    await withSpool(async (spool) => {
      const tables = [tableNamed('a', 0)];
      const taken: SpoolFile[][] = [];
      for (let from = 0; from < 300; from += 100) {
        fill(spool, tables, 100, from);
        taken.push([...(await takeAll(spool))]);
      }
      const all = [...Array(300).keys()];
      for (const [index, files] of taken.entries()) {
        assert.deepEqual(await rowsOf(files), all.slice(index * 100, index * 100 + 100));
      }
      assert.equal(new Set(taken.flat().map(({ usual }) => usual.path)).size, 3);
    });
  });

  test('counts the bytes on disk until each segment is removed', async () => {
    await withSpool(async (spool) => {
      fill(spool, [tableNamed('a', 0), tableNamed('b', 1)], 1000);
      const segments = await takeAll(spool);
      const sizes = await Promise.all(segments.map(async ({ usual }) => (await readFile(usual.path)).length));
      assert.equal(
        spool.bytes,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      for (const segment of segments) {
        const before = spool.bytes;
        await spool.remove(segment);
        assert.equal(spool.bytes, before - segment.bytes);
        await assert.rejects(readFile(segment.usual.path), { code: 'ENOENT' });
      }
      assert.equal(spool.bytes, 0);
    });
  });
});
