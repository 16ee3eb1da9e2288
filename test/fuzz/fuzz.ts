// `npm run fuzz -- [--minutes N] [--seed S] [<target>…]`: tries random inputs on each target for N minutes in all, in processes
// of their own. Prints how many inputs ended how; an input that breaks the rule, crashes or hangs the process is written to
// fixtures/<target>/, where `npm test` tries it again. Exits with 1 if there is one.
import { fork } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { Report } from './child.ts';
import type { FuzzTarget } from './target.ts';
import { targets } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
});
/** Without a word from the target for so long, its input hangs. */
const mostSilenceMs = 60_000;
const heapMb = 1024;
const mostShown = 12;

const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0) throw new Error(`The targets are ${targets.map(({ name }) => name).join(', ')}.`);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const atOnce = Math.min(availableParallelism(), chosen.length);
const ms = (Number(values.minutes) * 60_000 * atOnce) / chosen.length;
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
console.log(`Seed ${seed}: ${chosen.length} targets, ${(ms / 1000).toFixed(0)} s each.`);

type Ended = { readonly target: FuzzTarget; readonly report: Extract<Report, { kind: 'done' }> };

try {
  let total = 0;
  for await (const { target, report } of mapConcurrent(chosen, atOnce, runTarget)) {
    const inputs = report.outcomes.reduce((sum, [, count]) => sum + count, 0);
    total += inputs;
    const shown = report.outcomes.toSorted((a, b) => b[1] - a[1]).slice(0, mostShown);
    console.log(`${target.name}: ${inputs} inputs; ${shown.map(([what, count]) => `${what} ${count}`).join(', ')}`);
    if (report.error === undefined) continue;
    process.exitCode = 1;
    console.log(`  FAILED with the seed ${seed}: ${report.error}`);
    if (report.input !== undefined) console.log(`  Its input is ${keep(target, Buffer.from(report.input, 'hex'))}`);
  }
  console.log(`${total} inputs`);
} finally {
  rmSync(folder, { recursive: true });
}

function runTarget(target: FuzzTarget): Promise<Ended> {
  const file = join(folder, target.name);
  writeFileSync(file, '');
  const child = fork(join(import.meta.dirname, 'child.ts'), [target.name, String(seed), String(ms), file], {
    execArgv: [`--max-old-space-size=${heapMb}`],
  });
  return new Promise((resolve) => {
    let done: Ended['report'] | undefined;
    let why: string | undefined;
    const hang = (): void => {
      why = `no input has ended for ${mostSilenceMs / 1000} s`;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(hang, mostSilenceMs);
    child.on('message', (report: Report) => {
      clearTimeout(timer);
      if (report.kind === 'done') done = report;
      else timer = setTimeout(hang, mostSilenceMs);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const error = why ?? `the process ended with ${signal ?? code}`;
      resolve({ target, report: done ?? { kind: 'done', outcomes: [], input: readFileSync(file, 'hex'), error } });
    });
  });
}

/** @returns the path. */
function keep({ name }: FuzzTarget, input: Buffer): string {
  const fixtures = join(import.meta.dirname, 'fixtures', name);
  mkdirSync(fixtures, { recursive: true });
  const path = join(fixtures, createHash('sha256').update(input).digest('hex').slice(0, 16));
  writeFileSync(path, input);
  return path;
}
