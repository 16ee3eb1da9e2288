import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openEngine } from '../../../source-s3/src/engine/engine.ts';
import { registerLockTests } from '../../support/hostile/locked-engine.ts';
import { folderAt, temporaryFolder } from '../../support/temp-folder.ts';

const memoryBytes = 64 * 1024 * 1024;

registerLockTests((directory) => openEngine(folderAt(directory), memoryBytes));

test('the source’s engine can be given more memory after it was locked', async () => {
  await using folder = await temporaryFolder();
  await using engine = await openEngine(folder, memoryBytes);
  await engine.limitMemory(2 * memoryBytes);
  assert.deepEqual(await engine.rows("SELECT current_setting('memory_limit') AS bytes"), [{ bytes: '128.0 MiB' }]);
});
