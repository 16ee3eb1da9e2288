// The pages for newcomers, run as they are written: all their `sh` blocks in one shell, in a folder of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { temporaryFolder } from './programs.ts';

const root = join(import.meta.dirname, '../..');
/** What a clone has done already when this test runs in it. */
const done = /^(?:git clone .*|npm ci .*)\n/gmu;

/** `answers`: the blocks without a language, which show what is printed. */
type Page = { readonly steps: number; readonly script: string; readonly answers: readonly string[] };

/** The steps of the part "First run" of a page of docs. */
export async function page(name: string): Promise<Page> {
  const whole = await readFile(join(root, 'docs', name), 'utf8');
  const [, firstRun = ''] = /^## First run\n(.*?)^## /msu.exec(whole) ?? [];
  const blocks = Array.from(firstRun.matchAll(/^( *)```sh\n(.*?)^ *```$/gmsu), ([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gmu'), ''),
  );
  const steps = firstRun.match(/^\d+\. /gmu)?.length ?? 0;
  assert.equal(blocks.length, steps, `${name}: each step has one block`);
  const answers = Array.from(firstRun.matchAll(/^```\n(.*?)^```$/gmsu), ([, answer = '']) => answer);
  return { steps, script: blocks.join(''), answers };
}

/** In the clone first, where step 1 sets the path; then in a new folder, after `prelude`. @returns both outputs; asserts that all went well. */
export async function follow({ script }: Pick<Page, 'script'>, prelude = ''): Promise<string> {
  const folder = await mkdtemp(join(await temporaryFolder(), 'first-run-'));
  const [, exported = '', rest = ''] = /^(export [^\n]*\n)(.*)$/su.exec(script.replaceAll(done, '')) ?? [];
  assert.match(exported, /S3_CONNECTORS/u);
  const lines = `set -m\ncd "${root}"\n${exported}cd "${folder}"\n${prelude}${rest}`;
  const child = spawn('bash', ['-euo', 'pipefail', '-c', lines], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder, NO_COLOR: '1' },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  assert.equal(child.exitCode, 0, `${stdout}\n${stderr}`);
  return `${stdout}\n${stderr}`;
}
