// The recipe examples/aws-batch: its requests by AWS's own model of the API, and its scripts with the environment of an array job and
// an aws client that keeps what it is asked for. There is no AWS Batch to run it on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { filesOfTable, idsOf, parts, startTable } from './support/parted-table.ts';
import { temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '..');
const recipe = join(root, 'examples/aws-batch');
const job = '6c7e0f3a-8d0e-4b53-9b3c-2f1d0f6f2b7e';

/** Keeps each request in a file, and answers with the ID of a job. */
const client = `#!/bin/sh
for last; do :; done
printf '%s' "$last" > "$(mktemp "$KEPT/request-XXXXXX")"
echo ${job}
`;

test('requests of the recipe are what AWS Batch takes, also as the script sends them', async () => {
  const folder = await mkdtemp(join(await temporaryFolder(), 'aws-'));
  const [aws, kept] = [join(folder, 'aws'), await mkdtemp(join(folder, 'kept-'))];
  await writeFile(aws, client, { mode: 0o755 });
  const env = { ...process.env, KEPT: kept, PATH: `${folder}:${process.env['PATH']}` };
  await execute(join(recipe, 'submit.sh'), ['nightly'], { env });
  const { stdout } = await execute('ls', ['-tr', kept]);
  const sent = stdout
    .trim()
    .split('\n')
    .map((name) => join(kept, name));
  assert.equal(sent.length, 2);
  const files = ['array-job.json', 'commit-job.json'].map((name) => join(recipe, name));
  const submitted = [...files, ...sent].map((path) => `SubmitJob=${path}`);
  await runScript('validate_batch.py', [`RegisterJobDefinition=${join(recipe, 'job-definition.json')}`, ...submitted]);
  const wrong = join(folder, 'wrong.json');
  await writeFile(wrong, JSON.stringify({ jobName: 'a', jobQueue: 'b', jobDefinition: 'c', arraySize: 8 }));
  await assert.rejects(
    runScript('validate_batch.py', [`SubmitJob=${wrong}`]),
    /Unknown parameter in input: "arraySize"/u,
  );
  const texts = await Promise.all(sent.map((path) => readFile(path, 'utf8')));
  assert.ok(texts.some((text) => /"value": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/u.test(text)));
  assert.equal(texts.join('').match(new RegExp(job, 'gu'))?.length, 2, 'the commit knows the run, and waits for it');
  assert.doesNotMatch(texts.join(''), /QUEUE|ARRAY|NOW/u);
});

test('the children of an array job replace a table, each told its part by AWS Batch’s variables alone', async () => {
  await using table = await startTable({ sync: 'full_refresh' });
  table.write(1);
  const path = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`;
  const part = async (index: number): Promise<unknown> => {
    const given = {
      AWS_BATCH_JOB_ID: `${job}:${index}`,
      AWS_BATCH_JOB_ARRAY_INDEX: String(index),
      AWS_BATCH_JOB_ARRAY_SIZE: String(parts),
      MODIFIED_BEFORE: '2026-02-01T00:00:00Z',
    };
    return execute(join(recipe, 'part.sh'), { cwd: table.folder, env: { ...process.env, PATH: path, ...given } });
  };
  for (let index = 0; index < parts; index += 2) {
    assert.deepEqual(table.ids(), []);
    await Promise.all([part(index), part(index + 1)]);
  }
  const { containerOverrides } = JSON.parse(await readFile(join(recipe, 'commit-job.json'), 'utf8')) as {
    readonly containerOverrides: { readonly command: readonly [string, ...string[]] };
  };
  const [program, ...args] = containerOverrides.command.map((word) => (word === 'ARRAY' ? job : word));
  const { stdout } = await execute(program ?? '', args, { cwd: table.folder, env: { ...process.env, PATH: path } });
  assert.equal(stdout.match(/^\{"type":"STATE"/gmu)?.length, parts);
  assert.deepEqual([table.ids(), table.keys('_staging/')], [idsOf(filesOfTable), []]);
  await table.sees(1);
});
