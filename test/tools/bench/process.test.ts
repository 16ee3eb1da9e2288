import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { discard, nodeStep, run, toolStep, watchedStep } from '../../../tools/bench/process.ts';

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-bench-test-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

suite('measured programs', () => {
  const { signal } = new AbortController();

  test('read what the one before writes, and leave nothing but their output', async () => {
    await inFolder(async (folder) => {
      const output = join(folder, 'output');
      await writeFile(join(folder, 'input'), 'b\na\n');
      const steps = [toolStep('cat', []), toolStep('sort', [])];
      await run(steps, { folder, input: join(folder, 'input'), output }, signal);
      assert.equal(await readFile(output, 'utf8'), 'a\nb\n');
      assert.deepEqual((await readdir(folder)).sort(), ['input', 'output']);
    });
  });

  test('tell the memory and the CPU time of a Node program', async () => {
    await inFolder(async (folder) => {
      const program = join(folder, 'program.mjs');
      await writeFile(program, 'Buffer.alloc(200e6, 1);');
      const { usages } = await run([nodeStep('big', program, [])], { folder }, signal);
      assert.equal(usages.length, 1);
      assert.equal(usages[0]?.name, 'big');
      assert.ok((usages[0]?.peakBytes ?? 0) > 200e6);
      assert.ok((usages[0]?.cpuSeconds ?? 0) > 0);
      assert.equal(usages[0]?.longestStallMs, 0);
    });
  });

  test('have their memory and CPU time watched if they are programs of others', async () => {
    await inFolder(async (folder) => {
      const program = join(folder, 'program.mjs');
      await writeFile(program, 'Buffer.alloc(200e6, 1); setTimeout(() => {}, 300);');
      const watched = watchedStep('big', process.execPath, [program]);
      const { usages } = await run([toolStep('cat', []), watched, discard], { folder }, signal);
      if (process.platform !== 'linux') return assert.deepEqual(usages, []);
      assert.deepEqual(
        usages.map(({ name }) => name),
        ['big'],
      );
      assert.ok((usages[0]?.peakBytes ?? 0) > 200e6);
      assert.ok((usages[0]?.cpuSeconds ?? 0) > 0);
    });
  });

  test('fail by name, with what they said last', async () => {
    await inFolder(async (folder) => {
      const steps = [toolStep('sh', ['-c', 'echo too bad; exit 3']), toolStep('cat', [])];
      await assert.rejects(run(steps, { folder }, signal), /sh failed\. The last that was said:\ntoo bad/u);
    });
  });

  test('are ended by an abort, which rejects with its reason', async () => {
    await inFolder(async (folder) => {
      const stop = new AbortController();
      const running = run([toolStep('sleep', ['60']), toolStep('cat', [])], { folder }, stop.signal);
      const reason = new Error('enough');
      setTimeout(() => stop.abort(reason), 50);
      await assert.rejects(running, reason);
    });
  });
});
