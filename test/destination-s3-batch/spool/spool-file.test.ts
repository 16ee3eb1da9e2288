// A file of the spool has the bytes of its rows, whatever their sizes and whenever it is written to disk.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { crc32 } from 'node:zlib';

import * as fc from 'fast-check';

import { SpoolFile } from '../../../destination-s3-batch/src/spool/spool-file.ts';
import type { BatchTable } from '../../../destination-s3-batch/src/tables/table.ts';

const table: BatchTable = { index: 0, name: 't', stream: 0, folder: 'data/t/', shape: undefined, dedup: undefined };
const KiB = 1024;
const edges = [4 * KiB, 128 * KiB, 1024 * KiB].flatMap((size) => [size - 2, size - 1, size, size + 1]);

type Row = { readonly do: 'row'; readonly size: number; readonly time: number; readonly isUnusual: boolean };
type Step = Row | { readonly do: 'flush' | 'settle' };
const usual = { time: Number.NaN, isUnusual: false } as const;
const size = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 3000 }) },
  { weight: 2, arbitrary: fc.constantFrom(...edges) },
  { weight: 1, arbitrary: fc.constant(1600 * KiB) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('row' as const),
      size,
      time: fc.oneof(fc.constant(Number.NaN), fc.nat({ max: 50 })),
      isUnusual: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'settle' as const }) },
);

function large(letter: string): Buffer {
  return Buffer.alloc(900 * KiB, letter);
}

suite('a file of the spool', () => {
  let folder: string;
  let files = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-file-'));
  });
  after(() => rm(folder, { recursive: true }));

  function fileAt(name: string, dedup?: BatchTable['dedup']): SpoolFile {
    const position = Buffer.from('p');
    const cut = { closedBytes: 0, isMade: false, until: undefined };
    const path = join(folder, name);
    return new SpoolFile({ table: { ...table, dedup }, day: 3, partition: '', path, timestamp: 9, position, cut });
  }

  test('has all rows, their checksum and their facts, also for rows that come while it is written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const file = fileAt(String((files += 1)));
        const rows: Buffer[] = [];
        const [plain, unusual]: [Buffer[], Buffer[]] = [[], []];
        const times: number[] = [];
        let flushed: Promise<void> = Promise.resolve();
        for (const [index, step] of steps.entries()) {
          if (step.do === 'row') {
            const row = Buffer.alloc(step.size, String.fromCodePoint(0x41 + (index % 26)));
            file.append(Buffer.concat([Buffer.from('??'), row, Buffer.from('?')]), 2, 2 + row.length, step);
            rows.push(Buffer.concat([row, Buffer.from('\n')]));
            (step.isUnusual ? unusual : plain).push(rows.at(-1) as Buffer);
            if (!Number.isNaN(step.time)) times.push(step.time);
          } else {
            await flushed;
            if (step.do === 'flush') flushed = file.flush();
          }
        }
        const all = Buffer.concat(rows);
        assert.equal(file.crc, crc32(all));
        await flushed;
        await file.flush();
        assert.equal(file.crc, crc32(all));
        assert.deepEqual(
          file.files.map(({ path }) => path),
          [file.usual, file.unusual].filter(({ bytes }) => bytes > 0).map(({ path }) => path),
        );
        for (const [part, expected] of [
          [file.usual, plain],
          [file.unusual, unusual],
        ] as const) {
          const longest = Math.max(0, ...expected.map((row) => row.length));
          assert.deepEqual([part.rows, part.longestRow, part.heldBytes], [expected.length, longest, 0]);
          if (expected.length > 0) assert.ok((await readFile(part.path)).equals(Buffer.concat(expected)));
          else assert.ok(!existsSync(part.path));
        }
        assert.deepEqual(
          [file.rows, file.bytes, file.heldBytes, file.minTime, file.maxTime],
          [
            rows.length,
            all.length,
            0,
            times.length === 0 ? Number.NaN : Math.min(...times),
            times.length === 0 ? Number.NaN : Math.max(...times),
          ],
        );
      }),
      { numRuns: 60, seed: 14, endOnFailure: true },
    );
  });

  test('holds what is not on disk, and no more', async () => {
    const file = fileAt('held');
    const row = Buffer.alloc(99);
    assert.equal(file.heldBytes, 0);
    file.append(row, 0, 99, usual);
    assert.equal(file.heldBytes, 100);
    await file.flush();
    assert.equal(file.heldBytes, 0);
    for (let count = 0; count < 3; count += 1) file.append(row, 0, 99, usual);
    assert.deepEqual([file.heldBytes, file.bytes], [300, 400]);
  });

  test('keeps its place, and can be read by its owner alone', async () => {
    const file = fileAt('own');
    assert.deepEqual(
      [file.table, file.day, file.timestamp, file.position.toString(), file.rows, file.usual.longestRow, file.crc],
      [{ ...table, dedup: undefined }, 3, 9, 'p', 0, 0, 0],
    );
    file.append(Buffer.from('{}'), 0, 2, { time: 5, isUnusual: false });
    await file.flush();
    assert.equal((await stat(file.usual.path)).mode & 0o777, 0o600);
    assert.deepEqual([file.minTime, file.maxTime, file.usual.longestRow], [5, 5, 3]);
  });

  test('keeps a row without a byte before one that takes a piece of its own', async () => {
    const file = fileAt('empty');
    const long = Buffer.alloc(1024 * KiB, 'x');
    file.append(long, 0, 0, usual);
    file.append(long, 0, long.length, usual);
    await file.flush();
    assert.ok((await readFile(file.usual.path)).equals(Buffer.concat([Buffer.from('\n'), long, Buffer.from('\n')])));
  });

  test('keeps the rows of a table in which duplicates are looked for in one file, in their order', async () => {
    const file = fileAt('dedup', { key: [['id']], cursor: [] });
    for (const [row, isUnusual] of [
      ['a', true],
      ['b', false],
      ['c', true],
    ] as const) {
      file.append(Buffer.from(row), 0, 1, { time: Number.NaN, isUnusual });
    }
    await file.flush();
    assert.deepEqual([file.files, await readFile(file.usual.path, 'utf8')], [[file.usual], 'a\nb\nc\n']);
  });

  test('is closed whenever it was written', async () => {
    const file = fileAt('closed');
    const before = readdirSync('/dev/fd').length;
    for (let count = 0; count < 20; count += 1) {
      file.append(Buffer.from('{}'), 0, 2, usual);
      await file.flush();
      assert.equal(readdirSync('/dev/fd').length, before);
    }
  });

  test('that was written twice is not written over by the rows of another', async () => {
    const [one, other] = [fileAt('one'), fileAt('other')];
    for (const [file, letter] of [
      [one, 'a'],
      [other, 'b'],
      [one, 'c'],
      [other, 'd'],
    ] as const) {
      file.append(large(letter), 0, 900 * KiB, usual);
      await file.flush();
      file.append(large(letter), 0, 900 * KiB, usual);
    }
    await Promise.all([one.flush(), other.flush()]);
    for (const [file, letters] of [
      [one, 'aacc'],
      [other, 'bbdd'],
    ] as const) {
      const expected = Array.from(letters, (letter) => `${large(letter).toString()}\n`).join('');
      assert.ok((await readFile(file.usual.path, 'utf8')) === expected);
      assert.equal(file.crc, crc32(expected));
    }
  });
});
