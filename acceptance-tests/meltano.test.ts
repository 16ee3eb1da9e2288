// Meltano as a user runs it: plugins added by their definitions, tested, and run again and again with Meltano's own state.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { promisify } from 'node:util';

import { freshName, putObject } from './support/account.ts';
import { temporaryFolder } from './support/programs.ts';
import { runnerProgram, runScriptBytes } from './support/python.ts';
import { runnerTest } from './support/runner-table.ts';
import {
  administratorConfig,
  batchConfig,
  destinationConfig,
  openSetting,
  type Setting,
  sourceConfig,
} from './support/setting.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '..');
const meltano = runnerProgram('meltano', 'meltano');
const loaders = ['target-s3-streaming', 'target-s3-batch'] as const;

let project: string;
let setting: Setting;
let env: NodeJS.ProcessEnv;

before(async () => {
  setting = await openSetting();
  const parent = await mkdtemp(join(await temporaryFolder(), 'meltano-'));
  env = {
    ...process.env,
    ...settings('tap-s3-tables', sourceConfig(setting)),
    ...settings('target-s3-streaming', destinationConfig(setting)),
    ...settings('target-s3-batch', batchConfig(await administratorConfig())),
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`, // Where `npm run build` has put the executables.
    HOME: parent,
    NO_COLOR: '1',
    MELTANO_SEND_ANONYMOUS_USAGE_STATS: 'false',
  };
  await execute(meltano, ['init', 'project'], { cwd: parent, env });
  project = join(parent, 'project');
});

/** A config as the environment variables that Meltano takes settings from; a choice's fields are settings of their own. */
function settings(plugin: string, config: Readonly<Record<string, unknown>>, path = ''): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(config)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      Object.assign(variables, settings(plugin, value as Readonly<Record<string, unknown>>, `${path}${name}_`));
    } else {
      const variable = `${plugin}_${path}${name}`.replaceAll('-', '_').toUpperCase();
      variables[variable] = typeof value === 'string' ? value : JSON.stringify(value);
    }
  }
  return variables;
}

/** @returns all that was said. @throws with it, when the exit code is not 0. */
async function run(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execute(meltano, args, { cwd: project, env, maxBuffer: 64 * 1024 * 1024 });
  return `${stdout}${stderr}`;
}

/** Rows of the table; each loader adds a file. */
let flights = 100_000;

const tap = { runner: 'Meltano', connector: 'tap-s3-tables' } as const;

runnerTest(tap, 'is added by its definition and passes `config test`', async () => {
  await run(
    'add',
    '--plugin-type',
    'extractor',
    'tap-s3-tables',
    '--from-ref',
    join(root, 'meltano/tap-s3-tables.yml'),
  );
  assert.match(await run('config', 'test', 'tap-s3-tables'), /Plugin configuration is valid/u);
});

runnerTest(tap, 'lists its tables and columns for `select`', async () => {
  const listed = await run('select', 'tap-s3-tables', '--list', '--all');
  assert.match(listed, /flights\.date/u);
  assert.match(listed, /airports\.iata/u);
});

for (const loader of loaders) {
  const both = { runner: 'Meltano', connector: `tap-s3-tables → ${loader}` };
  runnerTest(
    { runner: 'Meltano', connector: loader },
    'is added by its definition and takes what `config test` sends',
    async () => {
      await run('add', '--plugin-type', 'loader', loader, '--from-ref', join(root, `meltano/${loader}.yml`));
      // Meltano 4.4.1 ends a loader that has ended already and stumbles over that; what it says before is its verdict.
      const said = await run('config', 'test', loader).catch((error: Failed) => `${error.stdout}${error.stderr}`);
      assert.match(said, /Test data was written to your target system/u);
    },
  );

  runnerTest(both, 'moves every row once, nothing the second time, and then only a new file', async (context) => {
    await run('select', 'tap-s3-tables', 'flights', '*');
    await run('select', 'tap-s3-tables', 'airports', '*');
    const before = flights;
    assert.deepEqual(recordsRead(await run('run', 'tap-s3-tables', loader)), { airports: 3376, flights: before });
    assert.deepEqual(recordsRead(await run('run', 'tap-s3-tables', loader)), { airports: 0, flights: 0 });
    const key = `exports/flights/flight_month=2099-01/${freshName('new')}.parquet`;
    await putObject(setting.bucket, key, await runScriptBytes('make_file.py', ['7']));
    const third = await run('run', 'tap-s3-tables', loader);
    assert.deepEqual(recordsRead(third), { airports: 0, flights: 7 });
    flights += 7;
    const state = await run('state', 'get', `dev:tap-s3-tables-to-${loader}`);
    assert.match(state, /"bookmarks":\s*\{.*"flights".*flight_month=2099-01/su);
    context.diagnostic(`3 runs: ${before + 3376} rows, 0 rows, 7 rows`);
  });
}

const shards = 3;

runnerTest(
  { runner: 'Meltano', connector: 'tap-s3-tables → target-s3-batch' },
  'read each row once by the jobs of the recipe examples/meltano, one for each shard, each with its own state',
  async () => {
    const { stdout } = await execute(join(root, 'examples/meltano/shards.sh'), [String(shards)]);
    await writeFile(join(project, 'shards.meltano.yml'), stdout);
    await appendFile(join(project, 'meltano.yml'), '\ninclude_paths:\n- shards.meltano.yml\n');
    for (const expected of [flights, 0]) {
      const said = [];
      for (let index = 0; index < shards; index += 1) said.push(recordsRead(await run('run', `s3-tables--${index}`)));
      const counts = said.map((one) => one['flights'] ?? 0);
      assert.equal(
        counts.reduce((sum, count) => sum + count),
        expected,
      );
      assert.ok(expected === 0 || counts.every((count) => count < expected), counts.join());
    }
    assert.match(await run('schedule', 'list'), /s3-tables--2/u);
  },
);

type Failed = Error & { readonly stdout: string; readonly stderr: string };

function recordsRead(said: string): Readonly<Record<string, number>> {
  const found = said.matchAll(/exports\.(\w+): (\d+) records? read$/gmu);
  return Object.fromEntries(Array.from(found, ([, table = '', count]) => [table, Number(count)]));
}
