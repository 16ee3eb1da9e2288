// The recorded inputs by which Meltano's SDK judges targets, sent to ours: what their names demand, and what is stored.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { before } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { runProgram } from '../test/support/program.ts';
import { download, freshName } from './support/account.ts';
import { executables, jsonFile, temporaryFolder } from './support/programs.ts';
import { runnerProgram } from './support/python.ts';
import { runnerTest } from './support/runner-table.ts';
import { administratorConfig } from './support/setting.ts';

const place = join(
  runnerProgram('singer-sdk', '..'),
  'lib/python3*/site-packages/singer_sdk/testing/target_test_streams',
);
const fixtures = globSync(join(place, '*.singer')).sort();
const fails = new Set(['invalid_schema', 'record_before_schema', 'record_missing_key_property']);

let bucketConfig: Awaited<ReturnType<typeof administratorConfig>>;
before(async () => {
  assert.equal(fixtures.length, 20, 'the SDK has other fixtures than before');
  bucketConfig = await administratorConfig();
});

/** Batch gives rows columns of its own; of those only the number is compared. */
const targets = [
  { target: 'target-s3-streaming', more: {}, form: (row: unknown) => JSON.stringify(row) },
  { target: 'target-s3-batch', more: { output_format: 'json' }, form: () => 'a row' },
] as const;

for (const { target, more, form } of targets) {
  for (const fixture of fixtures) {
    const name = basename(fixture, '.singer');
    const must = fails.has(name) ? 'fails' : 'is stored';
    runnerTest({ runner: 'Singer SDK fixtures', connector: target }, `${name} ${must}`, async () => {
      const prefix = freshName(name.replaceAll('_', '-'));
      const config = await jsonFile({ ...bucketConfig, ...more, prefix });
      const input = await readFile(fixture, 'utf8');
      const { stdout, stderr, exitCode } = await runProgram(executables[target], ['--config', config], { input });
      if (fails.has(name)) {
        assert.equal(exitCode, 1);
        assert.match(stderr, new RegExp(`^${target}: Line \\d+ of the input `, 'mu'));
        return;
      }
      assert.equal(exitCode, 0, stderr);
      const messages = input.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as Message]));
      const sent = messages.flatMap(({ type, record }) => (type === 'RECORD' ? [form(record)] : []));
      const stored = await storedRows(String(bucketConfig['bucket']), prefix);
      assert.deepEqual(stored.map(form).sort(), sent.sort());
      const states = messages.flatMap(({ type, value }) => (type === 'STATE' ? [value] : []));
      const printed = stdout.split('\n').slice(0, -1);
      assert.deepEqual(
        printed.map((line) => JSON.parse(line) as unknown),
        states,
      );
    });
  }
}

type Message = { readonly type: string; readonly record?: unknown; readonly value?: unknown };

/** What readers of tables find below the prefix: nothing in folders whose names begin with an underscore. */
async function storedRows(bucket: string, prefix: string): Promise<readonly unknown[]> {
  const folder = join(await temporaryFolder(), prefix);
  await download(bucket, `${prefix}/`, folder);
  const paths = globSync('**/*.gz', { cwd: folder }).filter((path) => !/(?:^|\/)_/u.test(path));
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  const lines = texts.flatMap((bytes) => gunzipSync(bytes).toString().split('\n').slice(0, -1));
  return lines.map((line) => JSON.parse(line) as unknown);
}
