// Tries every mutant of one module on the tests that reach it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import { testsOf, type DecidingModule } from './modules.ts';
import { mutantsOf, mutated, type Mutant } from './mutants.ts';
import { reachOf, type Reach } from './reach.ts';
import { runTests } from './test-process.ts';

/** A mutant that no test is expected to notice. `in` and `change` are the mutant's `lineText` and `change`. */
export type Accepted = { readonly in: string; readonly change: string; readonly why: string };

/** `unreached`: no test runs the place. */
export type Survivor = Mutant & { readonly kind: 'survived' | 'unreached' };

export type Verdict = {
  readonly tried: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly accepted: number;
  readonly survivors: readonly Survivor[];
  /** Entries of the list of accepted ones that fit no mutant. */
  readonly stale: readonly Accepted[];
};

type Subject = { readonly root: string; readonly module: DecidingModule; readonly accepted: readonly Accepted[] };

/** Generous, since other work may share the machine: a test that is only slow must not count as one that noticed. */
const leastTimeoutMs = 8_000;

export async function judgeModule({ root, module, accepted }: Subject): Promise<Verdict> {
  const path = join(root, module.file);
  const url = pathToFileURL(path).href;
  const source = await readFile(path, 'utf8');
  const mutants = mutantsOf(source);
  const isAccepted = (mutant: Mutant): boolean => accepted.some((entry) => isSame(entry, mutant));
  const tried = mutants.filter((mutant) => !isAccepted(mutant));
  const reaches: Reach[] = [];
  for (const test of testsOf(module).filter((test) => existsSync(join(root, test)))) {
    reaches.push(await reachOf(root, test, url));
  }
  reaches.sort((a, b) => a.ms - b.ms); // Most mutants are noticed by the fastest tests.
  await using folder = await temporaryFolder();
  const verdicts = mapConcurrent(tried, availableParallelism(), async (mutant) => {
    const near = reaches.filter(({ reaches }) => reaches(mutant.start));
    if (near.length === 0) return { mutant, result: 'unreached' as const };
    const code = join(folder.path, `${mutants.indexOf(mutant)}.mjs`);
    await writeFile(code, mutated(source, mutant));
    const env = { MUTANT_URL: url, MUTANT_CODE: code };
    for (const { test, ms } of near) {
      const { kind } = await runTests({ root, test, timeoutMs: leastTimeoutMs + 5 * ms, env });
      if (kind !== 'passed') return { mutant, result: kind };
    }
    return { mutant, result: 'passed' as const };
  });
  const survivors: Survivor[] = [];
  let timedOut = 0;
  for await (const { mutant, result } of verdicts) {
    if (result === 'timed out') timedOut += 1;
    if (result === 'passed') survivors.push({ ...mutant, kind: 'survived' });
    if (result === 'unreached') survivors.push({ ...mutant, kind: 'unreached' });
  }
  return {
    tried: tried.length,
    killed: tried.length - survivors.length,
    timedOut,
    accepted: mutants.length - tried.length,
    survivors,
    stale: accepted.filter((entry) => !mutants.some((mutant) => isSame(entry, mutant))),
  };
}

function isSame(entry: Accepted, { lineText, change }: Mutant): boolean {
  return entry.in === lineText && entry.change === change;
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'mutate-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
