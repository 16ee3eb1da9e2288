// Lines in: each RECORD's data goes into the open file of its stream and hour, or of its stream's rejected records; each STATE
// joins those that wait. The hot path: nothing here builds a string, an object or a Date per record that is written.
import type { Completion } from '@s3-connectors/common/destination/input/completion.ts';
import type { DurableStates, Scope } from '@s3-connectors/common/destination/input/durable-states.ts';
import { LineIntake, type LineCounts, type LineHandlers } from '@s3-connectors/common/destination/input/line-intake.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import { emittedTime, ownTime } from '@s3-connectors/common/records/record-times.ts';
import {
  recordRefused,
  rejectedLine,
  RejectionTally,
  type Refusal,
  type Rejection,
} from '@s3-connectors/common/destination/input/rejections.ts';
import type { Plan, Target } from '@s3-connectors/common/destination/run/plan.ts';
import type { LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

import type { RecordRules } from '../config/config.ts';
import { findBreach, isOfWorkspace, timeliness } from './judge.ts';
import type { OpenFile } from '../files/open-file.ts';
import { noHour, type OpenFiles } from './open-files.ts';
import { layout } from '../layout/layout.ts';

type Options = {
  readonly plan: Plan;
  readonly files: OpenFiles;
  readonly states: DurableStates;
  readonly completion: Completion;
  readonly rules: RecordRules;
  readonly clock: Clock;
  readonly log: Log;
};

/** Older than every record's number: whatever a stream's STATEs say, they wait. */
export const beforeAllRecords = -1;

type SetAside = { readonly target: Target; readonly rejection: Rejection; readonly line: number };

type FirstRecord = { readonly placed: number; readonly number: number };

/**
 * Counts for the summary. `untimed`: rows of hourly streams placed by `emitted_at`, having no time of their own; `invalid`:
 * rows written although they break their schema; `late`, `early`: records far from the present, whatever became of them.
 */
export type IntakeCounts = { untimed: number; invalid: number; late: number; early: number };

export class Intake implements LineHandlers<Target> {
  readonly rejections: RejectionTally;
  readonly #counts: IntakeCounts = { untimed: 0, invalid: 0, late: 0, early: 0 };
  readonly #lines: LineIntake<Target>;
  readonly #strays: Target;
  readonly #fields: readonly string[];
  readonly #files: OpenFiles;
  readonly #states: DurableStates;
  readonly #rules: RecordRules;
  readonly #workspace: Uint8Array | undefined;
  readonly #clock: Clock;
  /** When the lines in hand came, by the wall and by the clock's `elapsed`. */
  #now = 0;
  #cameAt = 0;
  /** Streams that cannot be written. */
  readonly #givenUp = new Set<number>();

  constructor({ plan, files, states, completion, rules, clock, log }: Options) {
    const { byKey, fields, targets, strays } = plan;
    this.#lines = new LineIntake({ byKey, fields, states, completion, handlers: this, log });
    this.#fields = fields;
    this.#strays = strays;
    this.#files = files;
    this.#states = states;
    this.#rules = rules;
    this.#workspace = rules.workspaceId === undefined ? undefined : Buffer.from(rules.workspaceId);
    this.#clock = clock;
    this.rejections = new RejectionTally(targets.length);
  }

  /** Of the lines, and of what was seen in their records. */
  get counts(): IntakeCounts & LineCounts {
    return { ...this.#counts, ...this.#lines.counts };
  }

  /** @throws INPUT_INVALID or RECORDS_REJECTED naming a line; the lines before it have been taken. */
  take(batch: LineBatch): void {
    this.#now = this.#clock.wall();
    this.#cameAt = this.#clock.elapsed();
    this.#lines.take(batch);
  }

  /** The stream cannot be written: its records are dropped, and its STATEs wait for ever. */
  giveUp(stream: number): void {
    this.#givenUp.add(stream);
    this.#states.opened(stream, {}, beforeAllRecords);
  }

  record(target: Target, bytes: Buffer, found: Envelope, line: number): void {
    if (this.#givenUp.size > 0 && this.#givenUp.has(target.index)) return;
    const time = ownTime(bytes, found, target.timeField, this.#now);
    const rejection = this.#judge(target, bytes, found, time);
    if (rejection === undefined) this.#write(target, bytes, found, time);
    else {
      const kept = rejectedLine(rejection, bytes, found.dataStart, found.dataEnd);
      this.#setAside({ target, rejection, line }, kept, bytes, found);
    }
  }

  refused(target: Target | undefined, refused: Refusal, bytes: Buffer, found: Envelope, line: number): void {
    if (target !== undefined && this.#givenUp.has(target.index)) return;
    this.#setAside({ target: target ?? this.#strays, rejection: refused, line }, refused.kept, bytes, found);
  }

  passed(scope: Scope, position: Uint8Array): void {
    this.#files.passed(scope, position);
  }

  /** Why the record is not written. */
  #judge(target: Target, bytes: Buffer, found: Envelope, time: number): Rejection | undefined {
    const { invalidRecords, maxLatenessMs, latePolicy } = this.#rules;
    const { published, timeField = -1 } = target;
    if (published !== undefined) {
      const breach = findBreach(bytes, found, target, this.#fields, time);
      if (breach !== undefined && invalidRecords !== 'write') return breach;
      if (this.#workspace !== undefined && !isOfWorkspace(bytes, found, published, this.#workspace)) {
        return { reason: 'other_workspace', field: this.#fields[published.workspaceField] as string };
      }
      if (breach !== undefined) this.#counts.invalid += 1;
    }
    const reason = timeliness(time, this.#now, maxLatenessMs);
    if (reason === 'timely') return undefined;
    if (reason === 'too_late') this.#counts.late += 1;
    else this.#counts.early += 1;
    return latePolicy === 'dead_letter' ? { reason, field: this.#fields[timeField] as string } : undefined;
  }

  #write(target: Target, bytes: Buffer, found: Envelope, time: number): void {
    const { index, timeField, succession } = target;
    const isTimed = !Number.isNaN(time);
    if (!isTimed && timeField !== undefined) this.#counts.untimed += 1;
    const placed = isTimed ? this.#timeToPlaceBy(time) : emittedTime(bytes, found, this.#now);
    const hour = timeField === undefined ? noHour : layout.periodOf(placed);
    const number = this.#states.record(index);
    const file = this.#files.find(index, hour) ?? this.#open(index, index, hour, { placed, number });
    file.append(bytes, found.dataStart, found.dataEnd);
    if (succession.kind === 'replace' && isTimed) file.spans(time);
    file.rowTimes.add(this.#cameAt - file.openedAt, this.#now - (isTimed ? time : placed));
    this.rejections.accept(index);
  }

  /** Below _rejected/, in the hour in which it was emitted: its own time may be what is wrong with it. */
  #setAside({ target, rejection, line }: SetAside, kept: Buffer, bytes: Buffer, found: Envelope): void {
    const { index, timeField, label } = target;
    const isFarFromPresent = rejection.reason === 'too_late' || rejection.reason === 'too_early';
    if (this.#rules.invalidRecords === 'fail' && !isFarFromPresent) throw recordRefused(label, rejection, line);
    const placed = emittedTime(bytes, found, this.#now);
    const hour = timeField === undefined ? noHour : layout.periodOf(placed);
    const place = this.#files.rejectedPlace(index);
    const number = this.#states.rejectedRecord(index);
    const file = this.#files.find(place, hour) ?? this.#open(index, place, hour, { placed, number });
    file.append(kept, 0, kept.length);
    this.rejections.reject(index, rejection);
  }

  #open(stream: number, place: number, hour: number, { placed, number }: FirstRecord): OpenFile {
    const file = this.#files.open(place, hour, { timestamp: placed, openedAt: this.#cameAt });
    this.#states.opened(stream, file, number);
    return file;
  }

  /** The row's own time, unless it is far from the present and not to be placed by it. */
  #timeToPlaceBy(time: number): number {
    const { latePolicy, maxLatenessMs } = this.#rules;
    return latePolicy === 'current_hour' && timeliness(time, this.#now, maxLatenessMs) !== 'timely' ? this.#now : time;
  }
}
