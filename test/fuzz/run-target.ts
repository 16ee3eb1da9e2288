// Tries inputs on a target until the time is over or one breaks the rule.
import * as fc from 'fast-check';

import type { FuzzTarget, Outcome } from './target.ts';

type Options = {
  readonly seed: number;
  readonly ms: number;
  /** Told each input before it is tried. */
  readonly trying?: (input: Uint8Array) => void;
};

export type Fuzzed = {
  readonly inputs: number;
  /** How many inputs ended how. */
  readonly outcomes: ReadonlyMap<Outcome, number>;
  readonly failure: { readonly input: Uint8Array; readonly error: unknown } | undefined;
};

/** What one input may leave in memory above what there was before all: no parser needs more for so small inputs. */
const mostGrowthBytes = 1_500_000_000;

export async function fuzz(target: FuzzTarget, { seed, ms, trying = () => undefined }: Options): Promise<Fuzzed> {
  await using subject = await target.open();
  const outcomes = new Map<Outcome, number>();
  const atFirst = process.memoryUsage.rss();
  // When the time is over the property is left where it is: it must end before what it works with is closed.
  let running: Promise<unknown> = Promise.resolve();
  const property = fc.asyncProperty(subject.inputs, async (input) => {
    trying(input);
    const checked = subject.check(input);
    running = checked;
    const outcome = await checked;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const growth = process.memoryUsage.rss() - atFirst;
    if (growth > mostGrowthBytes) throw new Error(`the process has grown by ${growth} bytes`);
  });
  const result = await fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: ms,
    markInterruptAsFailure: false,
  });
  await Promise.allSettled([running]);
  const [input] = result.counterexample ?? [];
  const inputs = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  const failure = result.failed && input !== undefined ? { input, error: result.errorInstance } : undefined;
  return { inputs, outcomes, failure };
}
