// What a run did, in one sentence for the log.
import type { IntakeCounts } from './intake.ts';
import type { StoreCounts } from './store.ts';

/** Rotation reasons as the log says them; memory named so that an operator can give more of it. */
const reasonTexts = { age: 'by age', size: 'by size', memory: 'for memory', end: 'at the end' } as const;

export function summarize(intake: IntakeCounts, rejected: number, store: StoreCounts): string {
  const reasons = (Object.keys(reasonTexts) as (keyof typeof reasonTexts)[])
    .filter((reason) => store.reasons[reason] > 0)
    .map((reason) => `${store.reasons[reason]} ${reasonTexts[reason]}`);
  const remarks = [
    [intake.untimed, 'records had no valid time and lie by emitted_at'],
    [intake.invalid, 'records break their schema and were written all the same'],
    [rejected, 'records were rejected and lie below _rejected/'],
    [intake.late, 'records came late'],
    [intake.early, 'records were ahead of time'],
  ] as const;
  const remarked = remarks.filter(([count]) => count > 0).map(([count, what]) => ` ${count} ${what}.`);
  const closed = reasons.length === 0 ? '' : `, closed ${reasons.join(', ')}`;
  return `${intake.records} records and ${intake.states} states read (${megabytes(intake.bytes)}); ${store.files} files stored (${megabytes(store.bytes)})${closed}.${remarked.join('')}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
