// What was skipped and why, in numbers: for the log and for people.
import { shownExtension } from '../layout/file-name.ts';
import { SKIP_REASONS, type SkipReason } from '../layout/layout.ts';

/** The number and one example of skipped objects, for each reason. */
export type SkipReport = Map<SkipReason, { count: number; readonly example: string }>;

export function countSkip<Name>(
  report: Map<Name, { count: number; readonly example: string }>,
  reason: Name,
  key: string,
  count = 1,
): void {
  const entry = report.get(reason);
  if (entry === undefined) report.set(reason, { count, example: key });
  else entry.count += count;
}

/** An object, or a folder that was not listed. */
export type Skipped = { readonly reason: SkipReason; readonly key: string };

export type Gathered = {
  readonly skips: SkipReport;
  /** Files with extensions of other or unknown formats, by extension. */
  readonly foreign: Map<string, { count: number; readonly example: string }>;
};

/** The most extensions that are counted separately. */
const mostExtensions = 100;

/** Counts objects that are not read. */
export function gather({ skips, foreign }: Gathered, { reason, key }: Skipped): void {
  countSkip(skips, reason, key);
  if (reason === 'extension') countForeign(foreign, shownExtension(key), key);
}

export function countForeign(foreign: Gathered['foreign'], extension: string, key: string, count = 1): void {
  if (foreign.has(extension) || foreign.size < mostExtensions) countSkip(foreign, extension, key, count);
}

/** A list for one sentence. Undefined if nothing was skipped except folder markers. */
export function describeSkips(report: SkipReport): string | undefined {
  const parts = [...report]
    .filter(([reason]) => reason !== 'marker')
    .map(([reason, { count, example }]) => `${count} ${reason} (${SKIP_REASONS[reason]}, such as "${example}")`);
  return parts.length === 0 ? undefined : parts.join('; ');
}
