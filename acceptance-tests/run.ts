// `npm run acceptance [-- <word>…]`: the built programs against a real S3 server and Airbyte's published models, all of other authors;
// or the files whose path has one of the words. Builds, makes the Python environment, starts the server, runs the tests, says with
// which versions, and ends the server. `support/suites.ts` says what
// a suite needs beyond that, and which are run only by name.
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { promisify } from 'node:util';

import { installConnector } from '../tools/build.ts';
import { connectorNames } from '../tools/generate.ts';
import { imageObstacle } from '../tools/images/image.ts';
import { startMinistack } from '../tools/ministack.ts';
import { findBrowser } from './support/browser.ts';
import { findJava } from './support/debian.ts';
import {
  ministack,
  packageVersion,
  preparePython,
  prepareRunner,
  python,
  type Runner,
  runners,
} from './support/python.ts';
import { columns, RunnerTable } from './support/runner-table.ts';
import { suiteOf } from './support/suites.ts';

const root = join(import.meta.dirname, '..');
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
const fileTimeoutMs = 1_200_000; // A hang fails its file; the server is still ended.
/** Airflow is prepared for its own tests alone. */
const runnerNames = (Object.keys(runners) as Runner[]).filter((name) => name !== 'airflow');

const words = process.argv.slice(2);
const files = globSync('acceptance-tests/*.test.ts', { cwd: root }).filter((path) => {
  return words.length === 0 ? !suiteOf(path).isLong : words.some((word) => path.includes(word));
});
const needsServer = files.some((path) => !suiteOf(path).isAlone);

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    process.exitCode = exitCodes[name];
    stop.abort(new Error(`Stopped by ${name}`));
  });
}

try {
  for (const name of connectorNames) await installConnector(name);
  if (files.length === 0) throw new Error(`No acceptance test's path has ${words.join(' or ')}.`);
  if (words.length > 0 && files.some((path) => path.includes('images'))) {
    const obstacle = await imageObstacle();
    if (obstacle !== undefined) throw new Error(`The images need a Docker engine. ${obstacle}`);
  }
  if (needsServer) await prepareServer();
  for (const path of files) await suiteOf(path).prepare?.(say);
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-acceptance-'));
  stack.defer(() => rm(folder, { recursive: true, maxRetries: 3 }));
  const endpoint = needsServer
    ? stack.use(await startMinistack(ministack, { AUTH: 'true', SERVICES: 's3,iam,sts,kms' })).endpoint
    : '';
  stop.signal.throwIfAborted();
  const table = await runTests(endpoint, folder);
  say(`\n${columns([['runner', 'connector', 'result'], ...table.rows()])}`);
  if (needsServer) say(await versions());
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode ??= 1;
}

async function prepareServer(): Promise<void> {
  await preparePython(say);
  await findBrowser(say);
  await findJava(say);
  for (const name of runnerNames) await prepareRunner(name, say);
}

/** @param folder for all temporary files, of the tests and of the programs: tests that are stopped remove nothing. */
async function runTests(endpoint: string, folder: string): Promise<RunnerTable> {
  const table = new RunnerTable();
  const events = run({
    cwd: root,
    files: files.map((path) => join(root, path)),
    concurrency: 2,
    timeout: fileTimeoutMs,
    signal: stop.signal,
    env: { ...process.env, ACCEPTANCE_ENDPOINT: endpoint, TMPDIR: folder },
  });
  events.on('test:pass', ({ name }) => table.add(name, true));
  events.on('test:fail', ({ name }) => {
    table.add(name, false);
    process.exitCode ??= 1;
  });
  events.on('test:summary', ({ file, counts }) => {
    // The last summary, of the complete run, names no file. A run without tests must not pass.
    if (file === undefined && counts.tests === 0) process.exitCode ??= 1;
  });
  const report = events.pipe(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return table;
}

/** The table of what it was run with. */
async function versions(): Promise<string> {
  const { stdout } = await promisify(execFile)(python, ['--version']);
  const rows = [
    ['Node.js', process.versions.node],
    ['Python', stdout.trim().replace('Python ', '')],
  ];
  for (const name of ['ministack', 'airbyte-protocol-models-pdv2', 'pyarrow']) {
    rows.push([name, await packageVersion(name)]);
  }
  for (const name of runnerNames) rows.push([runners[name], await packageVersion(runners[name], name)]);
  return `\nran with\n${columns(rows)}`;
}
