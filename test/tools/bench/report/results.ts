// Results of cases that nobody measured.
import type { Result, Timed } from '../../../../tools/bench/report/result.ts';

export const here = { machine: 'a machine', day: '2026-11-30' };

/** 1,000 rows of 100,000 bytes. */
export function result(name: string, other: Partial<Result> = {}): Result {
  return {
    name,
    what: 'What it does.',
    data: '1,000 rows',
    limit: 'The core.',
    rows: 1000,
    bytes: 100_000,
    program: timed('program', 2),
    compared: [],
    mostMegabytes: {},
    mostStallMs: {},
    findings: [],
    runs: 'one run',
    place: here,
    command: `npm run bench -- ${name}`,
    ...other,
  };
}

/** With a peak of 100 MB for each second. */
export function timed(label: string, seconds: number, other: Partial<Timed> = {}): Timed {
  const usage = { name: label, peakBytes: seconds * 100 * 1024 * 1024, cpuSeconds: seconds, longestStallMs: 1 };
  const spread = { median: seconds, min: seconds, max: seconds };
  return { name: `${label}, in full`, label, seconds: spread, usages: [usage], isPeer: false, ...other };
}

export function ratio(median: number): Pick<Result, 'ratio'> {
  return { ratio: { median, min: median, max: median } };
}
