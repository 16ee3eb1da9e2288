// The pages for newcomers, run as they are written: all their `sh` blocks in one shell, in a folder of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { temporaryFolder } from './support/programs.ts';
import { runnerTest } from './support/runner-table.ts';

const root = join(import.meta.dirname, '..');
const maxSteps = 10;
/** What a clone has done already when this test runs in it. */
const done = /^(?:git clone .*|npm ci .*)\n/gmu;

type Page = { readonly steps: number; readonly script: string };

async function page(name: string): Promise<Page> {
  const whole = await readFile(join(root, 'docs', name), 'utf8');
  const [, firstRun = ''] = /^## First run\n(.*?)^## /msu.exec(whole) ?? [];
  const blocks = Array.from(firstRun.matchAll(/^( *)```sh\n(.*?)^ *```$/gmsu), ([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gmu'), ''),
  );
  const steps = firstRun.match(/^\d+\. /gmu)?.length ?? 0;
  assert.equal(blocks.length, steps, `${name}: each step has one block`);
  return { steps, script: blocks.join('') };
}

/** In the clone first, where step 1 sets the path; then in a new folder. @returns both outputs; asserts that all went well. */
async function follow({ script }: Page): Promise<string> {
  const folder = await mkdtemp(join(await temporaryFolder(), 'first-run-'));
  const [, exported = '', rest = ''] = /^(export [^\n]*\n)(.*)$/su.exec(script.replaceAll(done, '')) ?? [];
  assert.match(exported, /S3_CONNECTORS/u);
  const lines = `set -m\ncd "${root}"\n${exported}cd "${folder}"\n${rest}`;
  const child = spawn('bash', ['-euo', 'pipefail', '-c', lines], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder, NO_COLOR: '1' },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  assert.equal(child.exitCode, 0, `${stdout}\n${stderr}`);
  return `${stdout}\n${stderr}`;
}

test('the pages for newcomers have at most ten steps', async () => {
  for (const name of ['tutorial/first-sync.md', 'how-to/meltano.md'])
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
  { runner: 'first run', connector: 'docs/how-to/meltano.md' },
  'all steps work as they are written',
  async () => {
    const said = await follow(await page('how-to/meltano.md'));
    const read = Array.from(said.matchAll(/exports\.airports: (\d+) records? read$/gmu), ([, rows]) => Number(rows));
    assert.deepEqual(read, [3376, 0]);
    assert.match(said, /"bookmarks"/u);
  },
);
