import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { LocalFile, replaceFile, writeWhole, writeWholeSync } from '@s3-connectors/common/local-disk/local-file.ts';
import * as fc from 'fast-check';

import { runLimited } from '../../support/programs/limited.ts';

const program = join(import.meta.dirname, '../../support/programs/write-file.ts');
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-local-file-'));
});
after(() => rm(folder, { recursive: true }));

/** Takes as many bytes as the next of `shares` says, then all that are left. */
function shortWriter(bytes: Uint8Array, shares: readonly number[]) {
  const written: number[] = [];
  const left = [...shares];
  return {
    written,
    write(offset: number): number {
      const count = Math.min(left.shift() ?? Infinity, bytes.length - offset);
      written.push(...bytes.subarray(offset, offset + count));
      return count;
    },
  };
}

suite('a write', () => {
  const inputs = [fc.uint8Array({ maxLength: 200 }), fc.array(fc.integer({ min: 1, max: 50 }))] as const;

  test('is complete however little the system accepts at once', async () => {
    await fc.assert(
      fc.asyncProperty(...inputs, async (bytes, shares) => {
        const waiting = shortWriter(bytes, shares);
        await writeWhole(bytes, (offset) => Promise.resolve(waiting.write(offset)));
        const immediate = shortWriter(bytes, shares);
        writeWholeSync(bytes, (offset) => immediate.write(offset));
        assert.deepEqual([waiting.written, immediate.written], [[...bytes], [...bytes]]);
      }),
      { numRuns: 1000, seed: 14, endOnFailure: true },
    );
  });

  test('fails if the system accepts nothing, instead of retrying forever', async () => {
    await assert.rejects(
      writeWhole(Buffer.from('row'), () => Promise.resolve(0)),
      { code: 'ENOSPC' },
    );
    assert.throws(() => writeWholeSync(Buffer.from('row'), () => 0), { code: 'ENOSPC' });
  });

  test('to a disk that accepts only a part of it fails, wherever in the file it begins', async () => {
    for (const [index, position] of [undefined, 0, 700, 1023, 1024].entries()) {
      const path = join(folder, `short-${index}`);
      const args = [path, '2000', ...(position === undefined ? [] : [String(position)])];
      const { stdout, exitCode } = await runLimited(program, args, { fileBytes: 1024 });
      assert.deepEqual([stdout, exitCode], ['EFBIG', 0], `at ${position}`);
    }
  });
});

suite('a local file', () => {
  test('can be read only by its user, and is always a new file', async () => {
    const path = join(folder, 'new');
    {
      await using file = await LocalFile.open(path, 'new');
      await file.write(Buffer.from('abcdef'));
      await file.write(Buffer.from('gh'));
      await file.truncate(7);
    }
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await assert.rejects(LocalFile.open(path, 'new'), { code: 'EEXIST' });
    {
      await using file = await LocalFile.open(path, 'append');
      await file.write(Buffer.from('ij'));
    }
    {
      await using file = await LocalFile.open(path, 'change');
      await file.write(Buffer.from('BC'), 1);
    }
    assert.equal(await readFile(path, 'utf8'), 'aBCdefgij');
  });
});

suite('a file that replaces another', () => {
  test('is complete, with no other file next to it', async () => {
    const own = await mkdtemp(join(folder, 'replaced-'));
    const path = join(own, 'page.html');
    await writeFile(path, 'an older and longer one');
    await replaceFile(path, Buffer.from('new'));
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.deepEqual(await readdir(own), ['page.html']);
  });

  test('leaves the older file, and no other file next to it, if it cannot be written', async () => {
    const own = await mkdtemp(join(folder, 'replaced-'));
    await assert.rejects(replaceFile(join(own, 'missing/page.html'), Buffer.from('new')), { code: 'ENOENT' });
    await assert.rejects(replaceFile(own, Buffer.from('new')), { code: 'EISDIR' });
    assert.deepEqual(await readdir(own), []);
    assert.ok(!(await readdir(folder)).some((name) => name.endsWith('.part')));
  });
});
