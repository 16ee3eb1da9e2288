// Records in: each is judged, placed in time and handed to the destination's sink, or set aside with the reason. STATEs join those
// that wait. The hot path: nothing here builds a string, an object or a Date for a record that is written.
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

/** Of the row in hand; one object for all rows. Times in milliseconds. */
export type Placement = {
  /** The row's own; NaN without a valid one. */
  time: number;
  /** What it is placed by: its own, or when it was emitted. */
  placedBy: number;
  /** When its line came: by the wall, and by the clock's `elapsed`. */
  now: number;
  cameAt: number;
};

/** Where a destination's rows go. It counts them in `DurableStates`, since it alone knows what holds them until they are stored. */
export type Sink<Planned extends Target = Target> = DataWalker<Planned> & {
  /** Takes the row `data` in. @returns why it cannot. Hot path. */
  append(target: Planned, placement: Readonly<Placement>, bytes: Buffer, found: Envelope): Rejection | undefined;
  /** Takes a line in that is to be kept below `_rejected/`, placed by when its record was emitted. */
  setAside(target: Target, kept: Buffer, placement: Readonly<Placement>): void;
  /** The source of a stream, or of all, says how far it is: part of the names of files begun from now on. */
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

/** `untimed`: rows that should have a time of their own, have none and are placed by `emitted_at`. */
export type IntakeCounts = LineCounts & JudgeCounts & RepairCounts & { readonly untimed: number };

export class Intake<Planned extends Target> implements LineHandlers<Planned> {
  readonly rejections: RejectionTally;
  readonly #options: Options<Planned>;
  readonly #sink: Sink<Planned>;
  readonly #judge: RecordJudge;
  readonly #lines: LineIntake<Planned>;
  readonly #placement: Placement = { time: Number.NaN, placedBy: 0, now: 0, cameAt: 0 };
  /** Streams that cannot be written. */
  readonly #givenUp = new Set<number>();
  #untimed = 0;

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
  }

  /** Of the lines, and of what was seen in their records. */
  get counts(): IntakeCounts {
    return { ...this.#lines.counts, ...this.#judge.counts, ...this.repairs.counts, untimed: this.#untimed };
  }

  get repairs(): RepairTally {
    return this.#lines.repairs;
  }

  /** @throws INPUT_INVALID or RECORDS_REJECTED naming a line; the lines before it have been taken. */
  take(batch: LineBatch): void {
    const { clock } = this.#options;
    this.#placement.now = clock.wall();
    this.#placement.cameAt = clock.elapsed();
    this.#lines.take(batch);
  }

  /** The stream cannot be written: its records are dropped, and its STATEs wait for ever. */
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
        if (!isTimed && target.timeField !== undefined) this.#untimed += 1;
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

  /** Below _rejected/, where it belongs by `emitted_at`: its own time may be what is wrong with it. */
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
