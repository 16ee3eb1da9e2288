// What is loaded before each test file (test/support/test-scope.ts) costs no name: a report is the same with it as without.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

const scope = join(import.meta.dirname, '../support/test-scope.ts');
const tests = `
import { after, before, beforeEach, suite, test } from 'node:test';
import { setTimeout as passed } from 'node:timers/promises';
const fail = (text) => { throw new Error(text); };
test('awaits', async (context) => {
  await passed(1);
  await context.test('has a part', () => passed(1));
});
suite('a suite', { concurrency: 2 }, () => {
  before(async () => { await passed(1); console.log('before'); });
  beforeEach(() => console.log('each'));
  after(() => console.log('after'));
  test('throws in a timer', async () => { setTimeout(() => fail('timer'), 1); await passed(20); });
  test('rejects what nobody awaits', async () => { void passed(1).then(() => fail('rejected')); await passed(20); });
  suite('inside', () => test('throws in an immediate of a promise', async () => {
    await passed(1);
    setImmediate(() => fail('immediate'));
    await passed(20);
  }));
});
test('throws after its end', () => { setTimeout(() => fail('late'), 5); });
test('is the last', () => passed(40));
`;

async function report(...args: readonly string[]): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [...args, '--input-type=module', '-e', tests], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  return (await text(child.stdout)).replaceAll(/ ?\(?\d+\.\d+(?:ms\))?/gu, '');
}

test('a report names the same tests, suites and faults as without the scope of tests', async () => {
  const plain = await report();
  for (const name of ['✖ throws in a timer', '▶ inside', 'Error: immediate', 'Test "throws after its end"'])
    assert.ok(plain.includes(name), plain);
  assert.equal(await report(`--import=${scope}`), plain);
});
