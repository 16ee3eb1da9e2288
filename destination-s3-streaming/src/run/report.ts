// What the log says of a run: every five minutes what was done in them, at the end what was done in all, why files were closed, and
// how soon rows were visible.
import { sentenceOf, type Figures } from '@s3-connectors/common/destination/run/summary.ts';
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

import { Sketch, type Latency } from '../files/latency.ts';
import type { RotationReason } from '../files/rotation.ts';

/** Counts, also of files by why they were closed. */
export type StreamingFigures = Figures & Readonly<Record<RotationReason, number>>;

/** Rotation reasons as the log says them; memory named so that an operator can give more of it. */
const reasonTexts = { age: 'by age', size: 'by size', memory: 'for memory', end: 'at the end' } as const;

function summarize(figures: StreamingFigures): string {
  const reasons = (Object.keys(reasonTexts) as RotationReason[])
    .filter((reason) => figures[reason] > 0)
    .map((reason) => `${figures[reason]} ${reasonTexts[reason]}`);
  return sentenceOf(figures, reasons.length === 0 ? '' : `, closed ${reasons.join(', ')}`);
}

const intervalMs = 5 * 60_000;

type Options = {
  readonly log: Log;
  readonly clock: Clock;
  /** Counts since the start. */
  readonly figures: () => StreamingFigures;
  /** Of the rows stored since the last report, which empties it. */
  readonly latency: Latency;
};

export type Standing = { readonly openFiles: number; readonly bufferBytes: number };

export class Report {
  readonly #options: Options;
  readonly #whole: Latency = { sinceCame: new Sketch(), sinceHappened: new Sketch() };
  #before: StreamingFigures;
  #due: number;

  constructor(options: Options) {
    this.#options = options;
    this.#before = options.figures();
    this.#due = options.clock.elapsed() + intervalMs;
  }

  get msUntilDue(): number {
    return Math.max(0, this.#due - this.#options.clock.elapsed());
  }

  /** Says what was done since the last time, if five minutes are over. */
  tell({ openFiles, bufferBytes }: Standing): void {
    if (this.msUntilDue > 0) return;
    const { log, figures, latency, clock } = this.#options;
    const now = figures();
    const memory = `${countOf(openFiles, 'file is', 'files are')} open, ${megabytes(bufferBytes)} in buffers, ${megabytes(process.memoryUsage.rss())} of memory in all.`;
    log('INFO', `Last 5 minutes: ${summarize(difference(now, this.#before))}${latencyText(latency)} ${memory}`);
    this.#takeLatency();
    this.#before = now;
    this.#due = clock.elapsed() + intervalMs;
  }

  /** The whole run. */
  conclusion(): string {
    this.#takeLatency();
    return `${summarize(this.#options.figures())}${latencyText(this.#whole)}`;
  }

  #takeLatency(): void {
    for (const name of ['sinceCame', 'sinceHappened'] as const) {
      this.#whole[name].merge(this.#options.latency[name]);
      this.#options.latency[name].clear();
    }
  }
}

function difference(now: StreamingFigures, before: StreamingFigures): StreamingFigures {
  const names = Object.keys(now) as (keyof StreamingFigures)[];
  return Object.fromEntries(names.map((name) => [name, now[name] - before[name]])) as StreamingFigures;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** ` Rows were visible …`; empty if none was stored. */
function latencyText({ sinceCame, sinceHappened }: Latency): string {
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
