// The statistics of a case's runs. Each ratio is within one pair, whose two runs had the same load on the machine.
import type { Finding, Measured, Usage } from '../process.ts';

/** The speed is compared with the first of the references. A reference that did not run in this pair is undefined. */
export type Pair = { readonly run: Measured; readonly references: readonly (Measured | undefined)[] };

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export type Summary = {
  readonly seconds: Spread;
  /** The speed as a share of the reference's. */
  readonly ratio: Spread | undefined;
  /** The highest of all runs. */
  readonly usages: readonly Usage[];
  readonly references: readonly { readonly seconds: Spread; readonly usages: readonly Usage[] }[];
  /** The findings of all runs, without duplicates: a brief one of a later run replaces that of an earlier run. */
  readonly findings: readonly Finding[];
};

export function summarize(pairs: readonly Pair[]): Summary {
  const ratios = pairs.flatMap(({ run, references: [first] }) => (first ? first.seconds / run.seconds : []));
  const runs = pairs.map(({ run }) => run);
  return {
    seconds: spread(runs.map(({ seconds }) => seconds)),
    ratio: ratios.length === 0 ? undefined : spread(ratios),
    usages: highest(runs),
    references: (pairs[0]?.references ?? []).map((_, index) => {
      const same = pairs.flatMap(({ references }) => references[index] ?? []);
      return { seconds: spread(same.map(({ seconds }) => seconds)), usages: highest(same) };
    }),
    findings: [
      ...new Map(
        runs.flatMap(({ findings = [] }) => findings.map((one) => [one.brief?.wanted ?? one.text, one])),
      ).values(),
    ],
  };
}

/** @throws RangeError without values. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  const [min] = sorted;
  const max = sorted.at(-1);
  if (upper === undefined || lower === undefined || min === undefined || max === undefined) {
    throw new RangeError('no values');
  }
  return { median: (lower + upper) / 2, min, max };
}

function highest(runs: readonly Measured[]): readonly Usage[] {
  return (runs[0]?.usages ?? []).map(({ name }, index) => {
    const same = runs.flatMap(({ usages }) => usages[index] ?? []);
    return {
      name,
      peakBytes: Math.max(...same.map(({ peakBytes }) => peakBytes)),
      cpuSeconds: Math.max(...same.map(({ cpuSeconds }) => cpuSeconds)),
      longestStallMs: Math.max(...same.map(({ longestStallMs }) => longestStallMs)),
    };
  });
}
