import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parquet } from '../support/parquet.ts';
import { discoverHere, readHere, serverWith } from './support/source.ts';

test('a value that needs more memory than allowed is reported as that, not as a damaged file', async () => {
  const body = await parquet("SELECT repeat('x', 100000000) AS v", 'COMPRESSION zstd');
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  await discoverHere(server);
  const { failures } = await readHere(server, { config: { max_memory_mb: 128 } });
  const [failure] = failures;
  assert.equal(failure?.code, 'ENGINE_MEMORY_EXCEEDED');
  assert.match(failure?.message ?? '', /"lake\/t\/a\.parquet" cannot be read: .*Raise max_memory_mb/u);
});

/** 384 characters that hardly compress. */
function longText(column: number): string {
  const parts = Array.from({ length: 12 }, (_, part) => `md5(concat(i, '-', ${column}, '-', ${part}))`);
  return `concat(${parts.join(', ')}) AS text_${column}`;
}

test('wide rows and large pages are read within the usual memory', async () => {
  const columns = Array.from({ length: 12 }, (_, column) => longText(column)).join(', ');
  // Pages of 8 MB, which fit together, and rows of 5 KB.
  const body = await parquet(`SELECT i AS id, ${columns} FROM range(20000) t(i)`, 'COMPRESSION snappy');
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  const { failures, messages } = await readHere(server);
  assert.deepEqual(failures, []);
  assert.equal(messages.filter(({ type }) => type === 'RECORD').length, 20_000);
});

test('rows whose JSON is far longer than their values are read within little memory, each once', async () => {
  // In each row 250 structs, whose names take most of the 32 KB of its line.
  const names = ['an_unusually_long_name_of_a_member', 'another_one_that_is_hardly_shorter', 'and_a_third_to_go_along'];
  const struct = `{${names.map((name) => `${name}: CAST(n % 7 AS TINYINT)`).join(', ')}}`;
  const select = `SELECT i AS id, list_transform(range(250), n -> ${struct}) AS hits FROM range(2500) t(i)`;
  await using server = await serverWith({ 'lake/t/a.parquet': await parquet(select, 'COMPRESSION zstd') });
  const { failures, messages } = await readHere(server, { config: { max_memory_mb: 128 } });
  assert.deepEqual(failures, []);
  const ids = messages.flatMap((message) => (message.type === 'RECORD' ? [message.record.data['id']] : []));
  assert.deepEqual(
    ids,
    Array.from({ length: 2500 }, (_, id) => id),
  );
});
