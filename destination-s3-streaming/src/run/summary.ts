// What a streaming run did, in sentences for the log: why files were closed, and how soon rows were visible.
import { sentenceOf, type Figures } from '@s3-connectors/common/destination/run/summary.ts';

import type { Latency } from '../files/latency.ts';
import type { RotationReason } from '../files/rotation.ts';

/** Counts, also of files by why they were closed. */
export type StreamingFigures = Figures & Readonly<Record<RotationReason, number>>;

/** Rotation reasons as the log says them; memory named so that an operator can give more of it. */
const reasonTexts = { age: 'by age', size: 'by size', memory: 'for memory', end: 'at the end' } as const;

export function summarize(figures: StreamingFigures): string {
  const reasons = (Object.keys(reasonTexts) as RotationReason[])
    .filter((reason) => figures[reason] > 0)
    .map((reason) => `${figures[reason]} ${reasonTexts[reason]}`);
  return sentenceOf(figures, reasons.length === 0 ? '' : `, closed ${reasons.join(', ')}`);
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
