// `npm run acceptance`: the built programs against a real S3 server and Airbyte's published models, all of other authors.
// Builds, makes the Python environment, starts the server, runs the tests, says with which versions, and ends the server.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { promisify } from 'node:util';

import { buildConnector } from '../build.ts';
import { connectorNames } from '../generate.ts';
import { startMinistack } from './support/ministack.ts';
import { packageVersion, preparePython, python } from './support/python.ts';

const root = join(import.meta.dirname, '..');
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
const fileTimeoutMs = 300_000; // A hang fails its file; the server is still ended.

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    process.exitCode = exitCodes[name];
    stop.abort(new Error(`Stopped by ${name}`));
  });
}

try {
  for (const name of connectorNames) await buildConnector(name);
  await preparePython(say);
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-acceptance-'));
  stack.defer(() => rm(folder, { recursive: true, maxRetries: 3 }));
  const { endpoint } = stack.use(await startMinistack());
  stop.signal.throwIfAborted();
  await runTests(endpoint, folder);
  say(await versions());
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode ??= 1;
}

/** @param folder for all temporary files, of the tests and of the programs: tests that are stopped remove nothing. */
async function runTests(endpoint: string, folder: string): Promise<void> {
  const events = run({
    cwd: root,
    globPatterns: process.argv.length > 2 ? process.argv.slice(2) : ['acceptance-tests/*.test.ts'],
    concurrency: 2,
    timeout: fileTimeoutMs,
    signal: stop.signal,
    env: { ...process.env, ACCEPTANCE_ENDPOINT: endpoint, TMPDIR: folder },
  });
  events.on('test:fail', () => {
    process.exitCode ??= 1;
  });
  events.on('test:summary', ({ file, counts }) => {
    // The last summary, of the whole run, names no file. A pattern that matches nothing must not pass.
    if (file === undefined && counts.tests === 0) process.exitCode ??= 1;
  });
  const report = events.pipe(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
}

/** The table of what was run. */
async function versions(): Promise<string> {
  const { stdout } = await promisify(execFile)(python, ['--version']);
  const rows = [
    ['Node.js', process.versions.node],
    ['Python', stdout.trim().replace('Python ', '')],
  ];
  for (const name of ['ministack', 'airbyte-protocol-models-pdv2', 'pyarrow']) {
    rows.push([name, await packageVersion(name)]);
  }
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return ['', 'ran with', ...rows.map(([name = '', version]) => `  ${name.padEnd(width)}  ${version}`)].join('\n');
}
