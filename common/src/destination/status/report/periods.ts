// Hours and days without files: gaps, and those that usually have none. Pure.
//
// The usual state of an hour is known from the same hour of the week in the weeks around it (of a day: from the same day of the
// week). If there are fewer than three of these, it is known from the same hour of all days (or from all days). A period is
// expected to have files if at least half of the compared periods had some. Only periods between the oldest and the newest with
// files count, so that an outage at the end does not become usual.
import type { PeriodRing } from '../survey/period-ring.ts';

export type PeriodKind = 'hour' | 'day';

/** `few`: it usually has no files; `unknown`: there are fewer than three periods to compare it with. */
type Expectation = { readonly kind: 'files' | 'few' | 'unknown'; readonly usualFiles: number };

const strides = { hour: [168, 24], day: [7, 1] } as const;
const mostCompared = 56;
const leastCompared = 3;
const usualShare = 0.5;

function expectationOf(ring: PeriodRing, kind: PeriodKind, period: number): Expectation {
  for (const stride of strides[kind]) {
    let [seen, present, files] = [0, 0, 0];
    const first = Math.max(-mostCompared, Math.ceil((ring.oldestHeld - period) / stride));
    const last = Math.min(mostCompared, Math.floor((ring.newest - period) / stride));
    for (let step = first; step <= last; step += 1) {
      if (step === 0) continue;
      const cell = ring.at(period + step * stride);
      seen += 1;
      files += cell.files;
      if (cell.files > 0) present += 1;
    }
    if (seen >= leastCompared) {
      return { kind: present >= seen * usualShare ? 'files' : 'few', usualFiles: files / seen };
    }
  }
  return { kind: 'unknown', usualFiles: 0 };
}

type MissingPeriod = { readonly period: number; readonly usualFiles: number };

/** Periods without files: those that usually have some, the oldest first, and the number of those that usually have none. */
type Missing = { readonly gaps: readonly MissingPeriod[]; readonly quiet: number };

/** From `from`, or the oldest period with files if that is later, up to `to`, not included. Bound: `to - from` gaps. */
export function missingPeriods(ring: PeriodRing, kind: PeriodKind, [from, to]: readonly [number, number]): Missing {
  const gaps: MissingPeriod[] = [];
  let quiet = 0;
  if (ring.newest < 0) return { gaps, quiet };
  for (let period = Math.max(from, ring.oldestHeld); period < to; period += 1) {
    if (ring.at(period).files > 0) continue;
    const { kind: expected, usualFiles } = expectationOf(ring, kind, period);
    if (expected === 'files') gaps.push({ period, usualFiles });
    else if (expected === 'few') quiet += 1;
  }
  return { gaps, quiet };
}

const periodMs = { hour: 3_600_000, day: 86_400_000 } as const;
/** After this long without files, nothing is usual any more. */
const mostPeriods = 8 * 7 * 24;

/** The part of the time from `since` to `now` that is in hours or days that usually have no files, in milliseconds. */
export function quietTime(ring: PeriodRing, kind: PeriodKind, [since, now]: readonly [number, number]): number {
  const ms = periodMs[kind];
  const [first, last] = [Math.floor(since / ms), Math.floor(now / ms)];
  if (last - first > mostPeriods) return 0;
  let quiet = 0;
  for (let period = first; period <= last; period += 1) {
    if (ring.at(period).files > 0 || expectationOf(ring, kind, period).kind !== 'few') continue;
    quiet += Math.min(now, (period + 1) * ms) - Math.max(since, period * ms);
  }
  return quiet;
}

/** `2026-01-15T14` or `2026-01-15`, UTC. */
export function periodText(kind: PeriodKind, period: number): string {
  const time = new Date(period * periodMs[kind]);
  return time.toISOString().slice(0, kind === 'hour' ? 13 : 10);
}

/** `2026-01-15T14 to 2026-01-15T16, 2026-01-16T03`: periods in order; consecutive ones form a range. */
export function rangesOf(periods: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const ranges: [number, number][] = [];
  for (const period of periods) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === period - 1) last[1] = period;
    else ranges.push([period, period]);
  }
  return ranges;
}
