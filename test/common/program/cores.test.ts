// Threads by cores, setting and memory.
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { compressionsAtOnce, coresOf, sizeThreadPool } from '@s3-connectors/common/program/cores.ts';
import { runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const megabyte = 1024 * 1024;
const program = join(import.meta.dirname, '../../support/programs/blocked-threads.ts');

suite('the cores that a program plans for', () => {
  test('are the setting, else those that the process may use', () => {
    assert.equal(coresOf(3), 3);
    assert.equal(coresOf(undefined), availableParallelism());
  });

  test('decide how many chunks are compressed at once, as far as there is memory', () => {
    const planned = [1, 2, 4, 16].map((cores) =>
      [32, 64, 128, 256, 2048].map((megabytes) => compressionsAtOnce(cores, megabytes * megabyte)),
    );
    assert.deepEqual(planned, [
      [1, 1, 1, 1, 1],
      [2, 2, 2, 2, 2],
      [4, 4, 4, 4, 4],
      [4, 8, 16, 16, 16],
    ]);
  });

  test('do not bound the compressions of a machine with few cores, where a thread would wait for its next chunk', () => {
    assert.equal(compressionsAtOnce(undefined, 2048 * megabyte), Math.max(4, availableParallelism()));
  });
});

suite('the thread pool', () => {
  test('has at least four threads, one for each core, and the size that the operator sets', () => {
    const sizes = [1, 4, 16].map((cores) => {
      const env: NodeJS.ProcessEnv = {};
      sizeThreadPool(cores, env);
      return env['UV_THREADPOOL_SIZE'];
    });
    assert.deepEqual(sizes, ['4', '4', '16']);
    const set = { UV_THREADPOOL_SIZE: '7' };
    sizeThreadPool(16, set);
    assert.equal(set.UV_THREADPOOL_SIZE, '7');
  });

  test('of sixteen cores works on while eight of its threads are blocked', { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder();
    const ended = await runProgram(program, [folder.path, '16'], { fromSource: true });
    assert.deepEqual([ended.stdout, ended.stderr, ended.exitCode], ['read', '', 0]);
  });
});
