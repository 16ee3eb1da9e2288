// Which parts of a module each test file runs: V8's own coverage, whose offsets are those of the source.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runTests } from './test-process.ts';

type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number };
type Coverage = {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly Range[] }[];
  }[];
};

/** One run of a test file on the unchanged module. */
export type Reach = { readonly test: string; readonly ms: number; readonly reaches: (offset: number) => boolean };

const firstTimeoutMs = 180_000;

/** @throws Error when the tests do not pass on the unchanged module: they would tell nothing. */
export async function reachOf(root: string, test: string, url: string): Promise<Reach> {
  const folder = await mkdtemp(join(tmpdir(), 'mutate-coverage-'));
  try {
    const env = { NODE_V8_COVERAGE: folder };
    const { kind, ms } = await runTests({ root, test, timeoutMs: firstTimeoutMs, env });
    if (kind !== 'passed') throw new Error(`${test} ${kind} without any change.`);
    const scripts = await Promise.all((await readdir(folder)).map((name) => readScripts(join(folder, name), url)));
    const runs = scripts.flat();
    return { test, ms, reaches: (offset) => runs.some((ranges) => isReached(ranges, offset)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Of each process that loaded the module: its ranges, outer before inner. */
async function readScripts(path: string, url: string): Promise<readonly (readonly Range[])[]> {
  const { result } = JSON.parse(await readFile(path, 'utf8')) as Coverage;
  const scripts = result.filter((script) => script.url === url);
  return scripts.map(({ functions }) =>
    functions
      .flatMap(({ ranges }) => ranges)
      .sort((a, b) => b.endOffset - b.startOffset - (a.endOffset - a.startOffset)),
  );
}

/** The innermost range decides. */
function isReached(ranges: readonly Range[], offset: number): boolean {
  const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset);
  return (around.at(-1)?.count ?? 0) > 0;
}
