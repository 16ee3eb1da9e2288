import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { openEngine } from '../../../source-s3/src/engine/engine.ts';
import { registerLockTests } from '../../support/locked-engine.ts';

const memoryBytes = 64 * 1024 * 1024;

registerLockTests((directory) => openEngine(directory, memoryBytes));

test('the source’s engine can be given more memory after it was locked', async () => {
  const directory = await mkdtemp(join(tmpdir(), 's3-connectors-lock-'));
  try {
    await using engine = await openEngine(directory, memoryBytes);
    await engine.limitMemory(2 * memoryBytes);
    assert.deepEqual(await engine.rows("SELECT current_setting('memory_limit') AS bytes"), [{ bytes: '128.0 MiB' }]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
