// The pages for newcomers that need nothing but this repository and Python.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { follow, page } from './support/pages.ts';
import { runnerTest } from './support/runner-table.ts';

const maxSteps = 10;

test('the pages for newcomers have at most ten steps', async () => {
  for (const name of [
    'tutorial/first-sync.md',
    'tutorial/first-export.md',
    'tutorial/streaming-from-kafka.md',
    'how-to/meltano.md',
  ])
    assert.ok((await page(name)).steps <= maxSteps, name);
});

runnerTest(
  { runner: 'first run', connector: 'docs/tutorial/first-sync.md' },
  'all steps work as they are written',
  async () => {
    const said = await follow(await page('tutorial/first-sync.md'));
    assert.equal(said.match(/"status":"SUCCEEDED"/gu)?.length, 2);
    assert.match(said, /^0\n3376\n/mu); // Nothing again; every row back.
  },
);

runnerTest(
  { runner: 'first run', connector: 'docs/tutorial/first-export.md' },
  'all steps work as they are written, and DuckDB gives the answer that the page shows',
  async () => {
    const { answers, script } = await page('tutorial/first-export.md');
    const said = await follow({ script });
    assert.equal(said.match(/"status":"SUCCEEDED"/gu)?.length, 2);
    assert.match(said, /^1 table, 90 files, /mu);
    assert.equal(answers.length, 1);
    for (const answer of answers) assert.ok(said.includes(answer), said);
  },
);

runnerTest(
  { runner: 'first run', connector: 'docs/how-to/meltano.md' },
  'all steps work as they are written',
  async () => {
    const said = await follow(await page('how-to/meltano.md'));
    const read = Array.from(said.matchAll(/exports\.airports: (\d+) records? read$/gmu), ([, rows]) => Number(rows));
    assert.deepEqual(read, [3376, 0]);
    assert.match(said, /"bookmarks"/u);
  },
);
