// `npm run bench [-- <case>…] [--runs N] [--rows N] [--write]`: measures the built programs. After a warm-up each program and its
// references run in turn. `--write` keeps the results in docs/benchmarks.json and makes the page, the picture and the README's table of
// them; nothing else stays on disk.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { openScreen } from '@s3-connectors/common/program/stdio/screen.ts';
import { DuckDBInstance } from '@duckdb/node-api';

import { buildConnector } from '../build.ts';
import { connectorNames } from '../generate.ts';
import type { Bench, BenchCase, Prepared } from './case.ts';
import { cases, chooseCases } from './cases.ts';
import { busyness, machine } from './report/machine.ts';
import { verdictTable } from './report/overview.ts';
import { keptResults, type Place, type Result, resultOf, withResult } from './report/result.ts';
import { sectionOf } from './report/section.ts';
import { type Pair, summarize } from './report/statistics.ts';
import { readResults, writeResults } from './report/store.ts';

const screen = openScreen(process.stdout, { elsewhere: false });
const order = cases.map(({ name }) => name);
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

type Options = {
  readonly runs: number;
  readonly rows: number | undefined;
  readonly command: string;
  readonly place: Place;
};

/** @throws Error if a program fails. */
async function measure(benchCase: BenchCase, options: Options, signal: AbortSignal): Promise<Result> {
  const { runs, rows, command, place } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-bench-'));
  stack.defer(() => rm(folder, { recursive: true, maxRetries: 3 }));
  const prepared = await prepare(benchCase, { folder, rows, signal });
  const pairs: Pair[] = [];
  const [first, last] = benchCase.runsOnce === true ? [1, 1] : [0, runs];
  for (let index = first; index <= last; index++) {
    const [name, begun] = [index === 0 ? 'warm-up' : `run ${index} of ${last}`, performance.now()];
    using _ = screen.watch(() => `  ${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    const pair: Pair = { run: await prepared.run(), references: index === 0 ? [] : await runAll(prepared, index) };
    say(`  ${index === 0 ? 'warm-up' : `run ${index}`}: ${pairText(pair)}`);
    if (index > 0) pairs.push(pair);
  }
  return resultOf({ benchCase, prepared, summary: summarize(pairs), runs, command, place });
}

/** The references of a pair. */
async function runAll({ references = [] }: Prepared, index: number): Promise<Pair['references']> {
  const measured: Pair['references'][number][] = [];
  for (const { run, runsOnce } of references) measured.push(runsOnce === true && index !== 1 ? undefined : await run());
  return measured;
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
  const beside = references.map((one) => (one ? `; reference ${one.seconds.toFixed(2)} s` : '')).join('');
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
  const place = { machine: machine(), day: new Date().toISOString().slice(0, 10) };
  const options = { runs: positive(values.runs) ?? 3, rows: positive(values.rows), command, place };
  if (values.write) await startPage(place, { isComplete: positionals.length === 0 });
  const busy = busyness(); // Later it would include our own work.
  if (busy !== undefined) say(`WARNING: ${busy}`);
  for (const name of connectorNames) await buildConnector(name);
  const results: Result[] = [];
  const begun = performance.now();
  for (const benchCase of chosen) {
    const result = await measure(benchCase, options, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      process.exitCode = 1;
      process.stderr.write(`${benchCase.name} FAILED: ${messageOf(error)}\n`);
    });
    if (result === undefined) continue; // One that fails does not take the others' figures away.
    say(`\n${sectionOf(result)}`);
    results.push(result);
    if (values.write) await writeResults(withResult(await readResults(), result, order));
  }
  say(verdictTable(results));
  const failed = chosen.length - results.length;
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  say(`${results.length} of ${chosen.length} cases in ${minutes} minutes${failed === 0 ? '' : `, ${failed} FAILED`}.`);
}

/** Before any case runs. @throws Error if the page must not have these results too. */
async function startPage(place: Place, run: { readonly isComplete: boolean }): Promise<void> {
  const stored = await readResults();
  const kept = keptResults(stored, place, run);
  if (kept.length === stored.length) return;
  say(
    `Drops ${stored.length - kept.length} cases of docs/benchmarks.json that were measured on another machine or day.`,
  );
  await writeResults(kept);
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
  process.stderr.write(`${messageOf(cause)}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
