import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';

import { type Ended, runProgram } from '../../support/program.ts';

const fixture = join(import.meta.dirname, '../../support/programs/fixture-connector.ts');
const canary = 'canary-secret-value';
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-operator-'));
});
after(() => rm(folder, { recursive: true }));

async function run(verb: readonly string[], config: object = {}): Promise<Ended> {
  const path = join(folder, `${Object.values(config).join('-')}config.json`);
  await writeFile(path, JSON.stringify({ api_key: canary, behaviour: 'lines', ...config }));
  const ended = await runProgram(fixture, [...verb, '--config', path]);
  assert.doesNotMatch(ended.stdout + ended.stderr, /canary/u);
  return ended;
}

suite('an operator verb', () => {
  test('prints only its redacted text on stdout, and its log on stderr', async () => {
    const { stdout, stderr, exitCode } = await run(['count']);
    assert.deepEqual([stdout, stderr, exitCode], ['10 rows ****\n', 'fixture: counting with ****\n', 0]);
  });

  test('discover --configured prints the catalog that read and write need, and nothing else', async () => {
    const { stdout, exitCode } = await run(['discover', '--configured']);
    const { streams } = JSON.parse(stdout) as { streams: readonly Record<string, unknown>[] };
    assert.deepEqual(
      streams.map(({ sync_mode, destination_sync_mode }) => [sync_mode, destination_sync_mode]),
      streams.map(() => ['incremental', 'append']),
    );
    assert.ok(streams.length > 0 && parseConfiguredCatalog({ streams }).length === streams.length);
    assert.equal(exitCode, 0);
    const other = await run(['discover', '--mode', 'full_refresh_overwrite', '--configured']);
    assert.match(other.stdout, /"full_refresh",\s+"destination_sync_mode": "overwrite"/u);
    const wrong = await run(['discover', '--configured', '--mode', 'sideways']);
    assert.match(wrong.stderr, /--mode must be one of incremental_append, .*\(USAGE_INVALID\)/u);
  });

  test('takes flags and texts', async () => {
    const { stdout } = await run(['count', '--words', '--unit', 'files']);
    assert.equal(stdout, '10 files in words ****\n');
  });

  test('of two words is distinct from the verb of its first word, and gets its arguments', async () => {
    const { stdout, stderr, exitCode } = await run(['count', 'file', '-']);
    assert.equal(stdout, 'file -\nand on\n');
    assert.equal(stderr, 'fixture: It holds nothing. (FILE_UNREADABLE)\n');
    assert.equal(exitCode, 1);
  });

  test('that throws reports the cause on stderr after its output, and exits with 1', async () => {
    const { stdout, stderr, exitCode } = await run(['count'], { behaviour: 'transient_error' });
    assert.equal(stdout, '10 rows ****\n');
    assert.match(stderr, /fixture: ERROR: request 7 with \*{4}\nfixture: S3 was away\. \(S3_UNAVAILABLE\)\n$/u);
    assert.equal(exitCode, 1);
  });

  test('with a wrong config reports it on stderr', async () => {
    const { stdout, stderr, exitCode } = await run(['count'], { behaviour: 'dancing' });
    assert.deepEqual([stdout, exitCode], ['', 1]);
    assert.match(stderr, /^fixture: .*behaviour.*\(CONFIG_INVALID\)\n$/su);
  });

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['count', /Missing required argument: config\. Run "fixture count --help" for the options\. \(USAGE_INVALID\)/u],
    ['count twice --config c', /more arguments than the verb takes/u],
    ['count --unit --config c', /Not enough arguments following: unit/u],
    ['count --unit a --unit b --config c', /--unit is given more than once/u],
    ['count file --config c', /file is missing\. Run "fixture count file --help"/u],
    ['count --nowhere --config c', /Unknown argument: nowhere/u],
  ];
  for (const [line, message] of mistakes) {
    test(`refuses "${line}" on stderr`, async () => {
      const { stdout, stderr, exitCode } = await runProgram(fixture, line.split(' '));
      assert.deepEqual([stdout, exitCode], ['', 1]);
      assert.match(stderr, message);
    });
  }

  test('is in the help of the program, and has its own help', async () => {
    const general = await runProgram(fixture, ['--help']);
    assert.match(general.stdout, /fixture count +Count to/u);
    const own = await runProgram(fixture, ['count', 'file', '--help']);
    assert.match(own.stdout, /fixture count file <file> \[options\]\n\nCount what a file holds\nfile: path, or -/u);
    assert.match(own.stdout, /--config/u);
  });
});
