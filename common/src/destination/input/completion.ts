// Decides whether a stream's data is known to be complete when the input ends. Only then may it replace earlier data. Pure.
//
// A runner reports it in one of three ways. modern (the catalog has generation ids): STREAM_STATUS COMPLETE. legacy: nothing is
// reported, but a source that reaches its end closes with a STATE, so records after the last STATE prove a cut. singer:
// ACTIVATE_VERSION after the version's records.
import type { Scope } from './durable-states.ts';

export type Regime = 'modern' | 'legacy' | 'singer';

/** `untouched`: no message came for the stream. */
export type Ending = 'proven' | 'unproven' | 'untouched';

type Progress = {
  readonly regime: Regime;
  /** A message came: a record, a STATE, or the end of the stream. */
  touched: boolean;
  /** The last message of the stream is a STATE, not a record. */
  closedByState: boolean;
  /** The last report of the end. A later record cancels it. */
  verdict: 'complete' | 'incomplete' | undefined;
};

export class Completion {
  readonly #streams: readonly Progress[];

  constructor(regimes: readonly Regime[]) {
    this.#streams = regimes.map((regime) => {
      return { regime, touched: false, closedByState: false, verdict: undefined };
    });
  }

  /** Hot path. */
  record(stream: number): void {
    const progress = this.#streams[stream] as Progress;
    progress.touched = true;
    progress.closedByState = false;
    if (progress.verdict === 'complete') progress.verdict = undefined;
  }

  /** A GLOBAL state covers all streams. */
  state(scope: Scope): void {
    for (const progress of scope === 'all' ? this.#streams : [this.#streams[scope] as Progress]) {
      progress.touched = true;
      progress.closedByState = true;
    }
  }

  /** STREAM_STATUS COMPLETE or INCOMPLETE, or ACTIVATE_VERSION, which means COMPLETE. */
  ended(stream: number, verdict: 'complete' | 'incomplete'): void {
    const progress = this.#streams[stream] as Progress;
    progress.touched = true;
    progress.verdict = verdict;
  }

  /** Call it only when the input has ended normally: after a failure or a signal nothing is proven. */
  ending(stream: number): Ending {
    const { regime, touched, closedByState, verdict } = this.#streams[stream] as Progress;
    if (!touched) return 'untouched';
    if (verdict !== undefined) return verdict === 'complete' ? 'proven' : 'unproven';
    return regime === 'legacy' && closedByState ? 'proven' : 'unproven';
  }
}
