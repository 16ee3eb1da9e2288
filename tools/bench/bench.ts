// `npm run bench [-- <case>…] [--runs N] [--rows N] [--write]`: measures the built programs. Each case and its reference
// run in turn. `--write` puts the output into docs/benchmarks.md; nothing else stays on disk.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { openScreen } from '@s3-connectors/common/program/stdio/screen.ts';
import { DuckDBInstance } from '@duckdb/node-api';

import { buildConnector } from '../build.ts';
import { connectorNames } from '../generate.ts';
import type { Bench, BenchCase } from './case.ts';
import { cases, chooseCases } from './cases.ts';
import type { Measured } from './process.ts';
import { busyness, machine } from './report/machine.ts';
import { pageWith } from './report/page.ts';
import { sectionOf } from './report/section.ts';
import { type Pair, summarize } from './report/statistics.ts';

const root = join(import.meta.dirname, '../..');
const page = join(root, 'docs/benchmarks.md');
const screen = openScreen(process.stdout, { elsewhere: false });
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

type Options = { readonly runs: number; readonly rows: number | undefined; readonly command: string };

/** @throws Error if a program fails. @returns the section of the case. */
async function measure(benchCase: BenchCase, { runs, rows, command }: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-bench-'));
  stack.defer(() => rm(folder, { recursive: true, maxRetries: 3 }));
  const prepared = await prepare(benchCase, { folder, rows, signal });
  const pairs: Pair[] = [];
  const [first, last] = benchCase.runsOnce === true ? [1, 1] : [0, runs];
  for (let index = first; index <= last; index++) {
    const [name, begun] = [index === 0 ? 'warm-up' : `run ${index} of ${last}`, performance.now()];
    using _ = screen.watch(() => `  ${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    const pair = { run: await prepared.run(), references: [] as Measured[] };
    for (const reference of prepared.references ?? []) pair.references.push(await reference.run());
    say(`  ${index === 0 ? 'warm-up' : `run ${index}`}: ${pairText(pair)}`);
    if (index > 0) pairs.push(pair);
  }
  const summary = summarize(pairs);
  return sectionOf({ benchCase, prepared, summary, runs, machine: machine(), command, date: new Date() });
}

/** Closes the engine that makes the data before any measurement. */
async function prepare(benchCase: BenchCase, bench: Omit<Bench, 'db'>) {
  say(`${benchCase.name}: preparing the data …`);
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: join(bench.folder, 'engine') });
  const db = await instance.connect();
  const interrupt = (): void => db.interrupt();
  bench.signal.addEventListener('abort', interrupt);
  try {
    await db.run("SET TimeZone = 'UTC'");
    return await benchCase.prepare({ ...bench, db });
  } finally {
    bench.signal.removeEventListener('abort', interrupt);
    db.closeSync();
    instance.closeSync();
  }
}

function pairText({ run, references }: Pair): string {
  const peaks = run.usages.map(({ name, peakBytes }) => `, ${name} ${Math.ceil(peakBytes / 1024 / 1024)} MB`).join('');
  const beside = references.map(({ seconds }) => `; reference ${seconds.toFixed(2)} s`).join('');
  return `${run.seconds.toFixed(2)} s${peaks}${beside}`;
}

function say(text: string): void {
  screen.say(text);
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`"${text}" is not a whole number above 0.`);
  return number;
}

async function bench(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { runs: { type: 'string' }, rows: { type: 'string' }, write: { type: 'boolean', default: false } },
  });
  const chosen = chooseCases(positionals);
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const options = { runs: positive(values.runs) ?? 3, rows: positive(values.rows), command };
  const busy = busyness(); // Later it would include our own work.
  if (busy !== undefined) say(`WARNING: ${busy}`);
  for (const name of connectorNames) await buildConnector(name);
  for (const benchCase of chosen) {
    const section = await measure(benchCase, options, signal);
    say(`\n${section}`);
    if (values.write) await writePage(benchCase.name, section);
  }
}

async function writePage(name: string, section: string): Promise<void> {
  await mkdir(join(root, 'docs'), { recursive: true });
  const before = existsSync(page) ? await readFile(page, 'utf8') : '';
  const order = cases.map((one) => one.name);
  await writeFile(page, pageWith(before, new Map([[name, section]]), order));
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    process.exitCode = exitCodes[name];
    stop.abort(new Error(`Stopped by ${name}.`));
  });
}
try {
  await bench(process.argv.slice(2), stop.signal);
} catch (error) {
  process.exitCode ??= 1;
  const cause: unknown = stop.signal.aborted ? stop.signal.reason : error; // A stopped program throws its own error.
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
}
