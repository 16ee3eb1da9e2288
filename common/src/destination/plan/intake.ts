// Takes records: each is judged, placed in time and given to the destination's sink, or set aside with the reason. STATEs join
// those that wait. Hot path: no string, object or Date is built for a record that is written.
import type { LineBatch } from '../../protocol/lines.ts';
import type { Log } from '../../protocol/log.ts';
import type { Envelope } from '../../records/envelope.ts';
import { emittedTime, ownTime } from '../../records/record-times.ts';
import type { RepairCounts, RepairTally } from '../../records/repairs.ts';
import type { Clock } from '../../streams/clock.ts';
import type { Completion } from '../input/completion.ts';
import { beforeAllRecords, type DurableStates, type Scope } from '../input/durable-states.ts';
import {
  LineIntake,
  type DataWalker,
  type LineCounts,
  type LineHandlers,
  type ScannedLine,
} from '../input/line-intake.ts';
import { recordRefused, rejectedLine, RejectionTally, type LineRefusal, type Rejection } from '../input/rejections.ts';
import { RecordJudge, type JudgeCounts, type RecordRules } from './record-judge.ts';
import type { Plan, Target } from './plan.ts';

/** The place of the current row. One object is reused for all rows. Times are in milliseconds. */
export type Placement = {
  /** The row's own time; NaN if it has no valid one. */
  time: number;
  /** The time that decides the folder: the row's own, or the time at which it was emitted. */
  placedBy: number;
  /** When the line arrived: by the wall clock, and by the clock's `elapsed`. */
  now: number;
  cameAt: number;
};

/**
 * Where a destination's rows go. The sink counts them in `DurableStates`, because only the sink knows which file holds them
 * until they are stored.
 */
export type Sink<Planned extends Target = Target> = DataWalker<Planned> & {
  /** Takes the row `data`. @returns why it cannot. Hot path. */
  append(target: Planned, placement: Readonly<Placement>, bytes: Buffer, found: Envelope): Rejection | undefined;
  /** Takes a line for `_rejected/`. The time at which its record was emitted decides the folder. */
  setAside(target: Target, kept: Buffer, placement: Readonly<Placement>): void;
  /**
   * A STATE reports the position of a stream, or of all streams. The position is part of the names of files that are begun
   * later.
   */
  passed(scope: Scope, position: Uint8Array): void;
};

type Options<Planned extends Target> = {
  readonly plan: Plan<Planned>;
  readonly sink: Sink<Planned>;
  readonly states: DurableStates;
  readonly completion: Completion;
  readonly rules: RecordRules;
  readonly clock: Clock;
  readonly log: Log;
};

type SetAside = { readonly target: Target; readonly rejection: Rejection; readonly line: number };

/** `untimed`: rows that should have a time of their own and do not. `emitted_at` decides their folder. */
export type IntakeCounts = LineCounts & JudgeCounts & RepairCounts & { readonly untimed: number };

export class Intake<Planned extends Target> implements LineHandlers<Planned> {
  readonly rejections: RejectionTally;
  readonly #options: Options<Planned>;
  readonly #sink: Sink<Planned>;
  readonly #judge: RecordJudge;
  readonly #lines: LineIntake<Planned>;
  readonly #placement: Placement = { time: Number.NaN, placedBy: 0, now: 0, cameAt: 0 };
  /** Streams that have failed. */
  readonly #givenUp = new Set<number>();
  /** By the number of the stream. */
  readonly #untimed: number[];

  constructor(options: Options<Planned>) {
    const { plan, sink, states, completion, rules, log } = options;
    const { byKey, fields, targets } = plan;
    this.#options = options;
    this.#sink = sink;
    this.#judge = new RecordJudge(rules, fields);
    this.#lines = new LineIntake({
      byKey,
      fields,
      states,
      completion,
      handlers: this,
      walker: sink,
      strays: targets.length,
      log,
    });
    this.rejections = new RejectionTally(targets.length);
    this.#untimed = targets.map(() => 0);
  }

  /** Counts of the lines, and of the records in them. */
  get counts(): IntakeCounts {
    return {
      ...this.#lines.counts,
      ...this.#judge.counts,
      ...this.repairs.counts,
      untimed: this.#untimed.reduce((sum, count) => sum + count, 0),
    };
  }

  /** The rows of the stream that should have a time of their own and do not. */
  untimedOf(stream: number): number {
    return this.#untimed[stream] ?? 0;
  }

  get repairs(): RepairTally {
    return this.#lines.repairs;
  }

  /** @throws INPUT_INVALID or RECORDS_REJECTED, naming a line. The lines before it have been taken. */
  take(batch: LineBatch): void {
    const { clock } = this.#options;
    this.#placement.now = clock.wall();
    this.#placement.cameAt = clock.elapsed();
    this.#lines.take(batch);
  }

  /** The stream has failed: its records are dropped, and its STATEs are never printed. */
  giveUp(stream: number): void {
    this.#givenUp.add(stream);
    this.#options.states.opened(stream, {}, beforeAllRecords);
  }

  hasGivenUp(stream: number): boolean {
    return this.#givenUp.has(stream);
  }

  record(target: Planned, bytes: Buffer, found: Envelope, line: number): void {
    if (this.#givenUp.size > 0 && this.#givenUp.has(target.index)) {
      this.#sink.forgetWalk?.();
      return;
    }
    const placement = this.#placement;
    const time = ownTime(bytes, found, target.timeField, placement.now);
    placement.time = time;
    let rejection = this.#judge.judge(target, bytes, found, placement);
    if (rejection === undefined) {
      const isTimed = !Number.isNaN(time);
      placement.placedBy = isTimed ? this.#judge.timeToPlaceBy(placement) : emittedTime(bytes, found, placement.now);
      rejection = this.#sink.append(target, placement, bytes, found);
      if (rejection === undefined) {
        if (!isTimed && target.timeField !== undefined) this.#untimed[target.index] = this.untimedOf(target.index) + 1;
        this.rejections.accept(target.index);
        return;
      }
    }
    const { dataStart: start, dataEnd: end } = found;
    const kept = rejectedLine(
      rejection,
      this.#lines.repairs.readable(bytes, { start, end }, found) ?? bytes.subarray(start, end),
    );
    this.#setAside({ target, rejection, line }, kept, bytes, found);
  }

  refused(target: Planned | undefined, refused: LineRefusal, { bytes, found, line }: ScannedLine): void {
    if (target !== undefined && this.#givenUp.has(target.index)) {
      this.#sink.forgetWalk?.();
      return;
    }
    const { strays } = this.#options.plan;
    this.#setAside({ target: target ?? strays, rejection: refused, line }, refused.kept, bytes, found);
  }

  passed(scope: Scope, position: Uint8Array): void {
    this.#sink.passed(scope, position);
  }

  /** `emitted_at` decides the folder, because the record's own time may be the fault. */
  #setAside({ target, rejection, line }: SetAside, kept: Buffer, bytes: Buffer, found: Envelope): void {
    this.#sink.forgetWalk?.();
    const isFarFromPresent = rejection.reason === 'too_late' || rejection.reason === 'too_early';
    if (this.#options.rules.invalidRecords === 'fail' && !isFarFromPresent) {
      throw recordRefused(target.label, rejection, line);
    }
    const placement = this.#placement;
    placement.placedBy = emittedTime(bytes, found, placement.now);
    this.#sink.setAside(target, kept, placement);
    this.rejections.reject(target.index, rejection);
  }
}
