// How many threads write a table: what they hold together fits into the engine's memory.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { groupRows, threadsFor } from '../../../destination-s3-batch/src/engine/threads.ts';

const megabyte = 1024 * 1024;
/** Three quarters of `max_memory_mb`. */
const engineBytes = (megabytes: number): number => (megabytes * megabyte * 3) / 4;

const tables = fc.record({
  columns: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 2000 })),
  rows: fc.integer({ min: 1, max: 50_000_000 }),
  rowBytes: fc.oneof(fc.integer({ min: 20, max: 400 }), fc.integer({ min: 20, max: 40_000 })),
  longestRow: fc.oneof(fc.constant(4 * megabyte), fc.integer({ min: 4 * megabyte, max: 64 * megabyte })),
});

suite('the threads that write a table', () => {
  test('hold no more than the engine has, with any number of cores', () => {
    const counts = { one: 0, two: 0, more: 0 };
    const memory = fc.constantFrom(256, 512, 1024, 2048);
    const property = fc.property(tables, fc.constantFrom(1, 2, 4, 16), memory, (table, cores, megabytes) => {
      const limit = engineBytes(megabytes);
      const written = { ...table, bytes: table.rows * table.rowBytes };
      const group = groupRows(written, limit);
      const threads = Math.min(cores, threadsFor(written, limit));
      assert.ok(group === 2048 || group * table.rowBytes <= limit / 8, `a group of ${group} rows`);
      counts[threads === 1 ? 'one' : threads === 2 ? 'two' : 'more'] += 1;
      const held = [group * table.columns * 32, table.columns * 256 * 1024, 4 * table.longestRow];
      if (threads > 2) held.push(group * table.rowBytes);
      assert.ok(Number.isInteger(threads) && threads >= 1);
      for (const each of threads === 1 ? [] : held) assert.ok(threads * each <= limit, `${threads} of ${each} bytes`);
    });
    fc.assert(property, { numRuns: 5000, seed: 20 });
    assert.ok(Math.min(counts.one, counts.two, counts.more) > 300, JSON.stringify(counts));
  });

  test('are one for tables of so many columns that each has less than 512 KiB', () => {
    for (const columns of [1, 20, 384, 768, 769, 2000]) {
      const threads = threadsFor({ columns, rows: 1, bytes: 100, longestRow: 4 * megabyte }, engineBytes(512));
      assert.equal(Math.min(2, threads), columns * 512 * 1024 > engineBytes(512) ? 1 : 2, String(columns));
    }
  });

  test('are two unless there are more groups, so that files have groups of the same size on any machine', () => {
    const counts = [1, 61_440, 61_440 * 3, 61_440 * 8, 61_440 * 100].map((rows) =>
      threadsFor({ columns: 10, rows, bytes: rows * 300, longestRow: 4 * megabyte }, engineBytes(512)),
    );
    assert.deepEqual(counts, [2, 2, 3, 8, 20]);
  });

  test('are two for rows of so much text that only two groups of it fit', () => {
    const rows = 61_440 * 8;
    assert.equal(
      threadsFor({ columns: 3, rows, bytes: rows * 100_000, longestRow: 4 * megabyte }, engineBytes(512)),
      2,
    );
    assert.equal(threadsFor({ columns: 3, rows, bytes: rows * 300, longestRow: 4 * megabyte }, engineBytes(512)), 8);
  });
});
