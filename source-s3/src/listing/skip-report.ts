// What was passed over and why, in numbers: for the log and for people.
import { SKIP_REASONS, type SkipReason } from '../layout/layout.ts';

/** Number and one example of what was passed over for each reason. */
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

/** A list for one sentence; undefined when nothing was passed over but folder markers. */
export function describeSkips(report: SkipReport): string | undefined {
  const parts = [...report]
    .filter(([reason]) => reason !== 'marker')
    .map(([reason, { count, example }]) => `${count} ${reason} (${SKIP_REASONS[reason]}, such as "${example}")`);
  return parts.length === 0 ? undefined : parts.join('; ');
}
