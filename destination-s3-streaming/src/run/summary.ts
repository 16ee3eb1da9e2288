// What was done, in sentences for the log.
import type { Latency } from '../files/latency.ts';
import type { RotationReason } from '../files/rotation.ts';

/** Counts. `untimed` to `early` as `IntakeCounts` has them, `bytes` of the input, `storedBytes` compressed. */
export type Figures = Readonly<
  Record<
    | 'records'
    | 'bytes'
    | 'states'
    | 'files'
    | 'storedBytes'
    | RotationReason
    | 'untimed'
    | 'invalid'
    | 'rejected'
    | 'late'
    | 'early',
    number
  >
>;

/** Rotation reasons as the log says them; memory named so that an operator can give more of it. */
const reasonTexts = { age: 'by age', size: 'by size', memory: 'for memory', end: 'at the end' } as const;

export function summarize(figures: Figures): string {
  const reasons = (Object.keys(reasonTexts) as RotationReason[])
    .filter((reason) => figures[reason] > 0)
    .map((reason) => `${figures[reason]} ${reasonTexts[reason]}`);
  const remarks = [
    [figures.untimed, 'records had no valid time and lie by emitted_at'],
    [figures.invalid, 'records break their schema and were written all the same'],
    [figures.rejected, 'records were rejected and lie below _rejected/'],
    [figures.late, 'records came late'],
    [figures.early, 'records were ahead of time'],
  ] as const;
  const remarked = remarks.filter(([count]) => count > 0).map(([count, what]) => ` ${count} ${what}.`);
  const closed = reasons.length === 0 ? '' : `, closed ${reasons.join(', ')}`;
  return `${figures.records} records and ${figures.states} states read (${megabytes(figures.bytes)}); ${figures.files} files stored (${megabytes(figures.storedBytes)})${closed}.${remarked.join('')}`;
}

/** ` Rows were visible …`; empty if none was stored. */
export function latencyText({ sinceCame, sinceHappened }: Latency): string {
  const came = sinceCame.quantile(0.5);
  if (came === undefined) return '';
  const happened = sinceHappened.quantile(0.5) ?? Infinity;
  // Nobody asks how long the events of years ago took.
  const own =
    happened === Infinity
      ? ''
      : `; since their own time ${seconds(happened)} and ${seconds(sinceHappened.quantile(0.99))}`;
  return ` Rows were visible within ${seconds(came)} (half of them) and ${seconds(sinceCame.quantile(0.99))} (99 %)${own}.`;
}

function seconds(ms = Infinity): string {
  return ms === Infinity ? 'far more' : `${(ms / 1000).toFixed(1)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
