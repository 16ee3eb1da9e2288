// The report of a run in the log: every five minutes what was done in them, and at the end everything, why files were closed,
// and how soon rows were visible. Also the metrics of these.
import type { LateRules } from '@s3-connectors/common/destination/plan/record-judge.ts';
import { sentenceOf, type Figures } from '@s3-connectors/common/destination/run/summary.ts';
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { durationBounds, type Distribution, type Point } from '@s3-connectors/common/protocol/metrics.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';
import { Sketch } from '@s3-connectors/common/streams/sketch.ts';

import type { Latency } from '../files/latency.ts';
import type { RotationReason } from '../files/rotation.ts';

/** Counts, including files by the reason for closing them. */
export type StreamingFigures = Figures & Readonly<Record<RotationReason, number>>;

/** Rotation reasons in the words of the log. Memory is named, so that an operator can provide more. */
const reasonTexts = { age: 'by age', size: 'by size', memory: 'for memory', end: 'at the end' } as const;

const reasons = Object.keys(reasonTexts) as readonly RotationReason[];

function summarize(figures: StreamingFigures, late: LateRules | undefined): string {
  const closed = reasons
    .filter((reason) => figures[reason] > 0)
    .map((reason) => `${figures[reason]} ${reasonTexts[reason]}`);
  return sentenceOf(figures, { closed: closed.length === 0 ? '' : `, closed ${closed.join(', ')}`, late });
}

const intervalMs = 5 * 60_000;

type Options = {
  readonly log: Log;
  readonly clock: Clock;
  readonly late: LateRules | undefined;
  /** Counts since the start. */
  readonly figures: () => StreamingFigures;
  readonly standing: () => { readonly openFiles: number; readonly bufferBytes: number };
};

export class Report {
  readonly #options: Options;
  /** For the rows stored since the last report, which empties it. */
  readonly latency: Latency = { sinceCame: new Sketch(), sinceHappened: new Sketch() };
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

  /** Reports what was done since the last time, if five minutes have passed. */
  tell(): void {
    if (this.msUntilDue > 0) return;
    const { log, figures, late, clock, standing } = this.#options;
    const { openFiles, bufferBytes } = standing();
    const now = figures();
    const memory = `${countOf(openFiles, 'file is', 'files are')} open, ${megabytes(bufferBytes)} in buffers, ${megabytes(process.memoryUsage.rss())} of memory in all.`;
    log(
      'INFO',
      `Last 5 minutes: ${summarize(difference(now, this.#before), late)}${latencyText(this.latency)} ${memory}`,
    );
    this.#takeLatency();
    this.#before = now;
    this.#due = clock.elapsed() + intervalMs;
  }

  *points(): Generator<Point> {
    const { openFiles, bufferBytes } = this.#options.standing();
    const figures = this.#options.figures();
    for (const reason of reasons) {
      yield { metric: 's3_connectors.closed.files', value: figures[reason], of: { reason } };
    }
    yield { metric: 's3_connectors.open.files', value: openFiles };
    yield { metric: 's3_connectors.buffer.usage', value: bufferBytes, of: { place: 'memory' } };
    const [came, happened] = [this.#distribution('sinceCame'), this.#distribution('sinceHappened')];
    yield { metric: 's3_connectors.row.arrival_to_visible.duration', value: came };
    yield { metric: 's3_connectors.row.event_to_visible.duration', value: happened };
  }

  /** Reports the complete run. */
  conclusion(): string {
    this.#takeLatency();
    return `${summarize(this.#options.figures(), this.#options.late)}${latencyText(this.#whole)}`;
  }

  /** For all rows stored since the start. */
  #distribution(name: keyof Latency): Distribution {
    const all = new Sketch();
    all.merge(this.#whole[name]);
    all.merge(this.latency[name]);
    return all.distribution(durationBounds);
  }

  #takeLatency(): void {
    for (const name of ['sinceCame', 'sinceHappened'] as const) {
      this.#whole[name].merge(this.latency[name]);
      this.latency[name].clear();
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

/** ` Half of the rows were visible …`. Empty if no row was stored. */
function latencyText({ sinceCame, sinceHappened }: Latency): string {
  const came = sinceCame.quantile(0.5);
  if (came === undefined) return '';
  const happened = sinceHappened.quantile(0.5) ?? Infinity;
  // The latency of events from years ago is of no interest.
  const [own, ownLate] =
    happened === Infinity
      ? ['', '']
      : [` and ${seconds(happened)} of their event time`, ` and ${seconds(sinceHappened.quantile(0.99))}`];
  return ` Half of the rows were visible within ${seconds(came)} of their arrival${own}, 99 % within ${seconds(sinceCame.quantile(0.99))}${ownLate}.`;
}

function seconds(ms = Infinity): string {
  return ms === Infinity ? 'far more' : `${(ms / 1000).toFixed(1)} s`;
}
