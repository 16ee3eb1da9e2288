import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { watchDisk } from '../../../tools/bench/disk.ts';

test('the content of a folder is counted, at any depth', async () => {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-disk-'));
  try {
    const { result, peakBytes } = await watchDisk(folder, async () => {
      await mkdir(join(folder, 'a/b'), { recursive: true });
      await writeFile(join(folder, 'a/b/c'), Buffer.alloc(1_000_000, 1));
      return 'done';
    });
    assert.equal(result, 'done');
    assert.ok(peakBytes >= 1_000_000 && peakBytes < 1_100_000, `${peakBytes} bytes`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
