import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parquet } from '../support/parquet.ts';
import { discoverHere, readHere, serverWith } from './support/source.ts';

test('a value that needs more memory than allowed is told as that, not as a damaged file', async () => {
  const body = await parquet("SELECT repeat('x', 100000000) AS v", 'COMPRESSION zstd');
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  await discoverHere(server);
  const { failures } = await readHere(server, { config: { max_memory_mb: 128 } });
  const [failure] = failures;
  assert.equal(failure?.code, 'ENGINE_MEMORY_EXCEEDED');
  assert.match(failure?.message ?? '', /"lake\/t\/a\.parquet" cannot be read: .*Raise max_memory_mb/u);
});
