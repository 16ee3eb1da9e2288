// Lines in: each RECORD's data goes into the open file of its stream and hour, or of its stream's rejected records; each STATE
// joins those that wait. The hot path: nothing here builds a string, an object or a Date per record that is written.
import { isUtf8 } from 'node:buffer';

import type { Completion } from '@s3-connectors/common/destination/completion.ts';
import type { DurableStates } from '@s3-connectors/common/destination/durable-states.ts';
import { emittedAt, hourOf } from '@s3-connectors/common/destination/event-time.ts';
import {
  createRecordScanner,
  type Envelope,
  type RecordScanner,
} from '@s3-connectors/common/destination/record-scanner.ts';
import { rejectedLine, RejectionTally, type Rejection } from '@s3-connectors/common/destination/rejections.ts';
import { skipSpace } from '@s3-connectors/common/destination/json-bytes.ts';
import { StreamNames } from '@s3-connectors/common/destination/stream-names.ts';
import { parseStateLine } from '@s3-connectors/common/destination/state-line.ts';
import { parseStreamEnd } from '@s3-connectors/common/destination/stream-status.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamKey } from '@s3-connectors/common/protocol/stream-key.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

import type { RecordRules } from './config.ts';
import { findBreach, isOfWorkspace, ownTime, timeliness } from './judge.ts';
import { noHour, type OpenFiles } from './open-files.ts';
import type { Plan, Target } from './plan.ts';

const lineEnd = Buffer.from('\n');
/** Message types that a destination may be sent and has no use for. */
const knownTypes = new Set(['LOG', 'TRACE', 'CONTROL', 'SPEC', 'CATALOG', 'CONNECTION_STATUS', 'DESTINATION_CATALOG']);

type Options = {
  readonly plan: Plan;
  readonly files: OpenFiles;
  readonly states: DurableStates;
  readonly completion: Completion;
  readonly rules: RecordRules;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Counts for the summary. `untimed`: rows of hourly streams placed by `emitted_at`, having no time of their own; `invalid`:
 * rows written although they break their schema; `late`, `early`: records far from the present, whatever became of them.
 */
export type IntakeCounts = {
  records: number;
  bytes: number;
  states: number;
  untimed: number;
  invalid: number;
  late: number;
  early: number;
};

export class Intake {
  readonly counts: IntakeCounts = { records: 0, bytes: 0, states: 0, untimed: 0, invalid: 0, late: 0, early: 0 };
  readonly rejections: RejectionTally;
  readonly #plan: Plan;
  readonly #files: OpenFiles;
  readonly #states: DurableStates;
  readonly #completion: Completion;
  readonly #rules: RecordRules;
  readonly #workspace: Uint8Array | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #scanner: RecordScanner;
  readonly #names: StreamNames<Target>;
  readonly #unknownTypes = new Set<string>();
  /** When the lines in hand came, by the clock's `elapsed`. */
  #cameAt = 0;

  constructor({ plan, files, states, completion, rules, clock, log }: Options) {
    this.#plan = plan;
    this.#names = new StreamNames(plan.byKey);
    this.#files = files;
    this.#states = states;
    this.#completion = completion;
    this.#rules = rules;
    this.#workspace = rules.workspaceId === undefined ? undefined : Buffer.from(rules.workspaceId);
    this.#clock = clock;
    this.#log = log;
    this.#scanner = createRecordScanner(plan.fields);
    this.rejections = new RejectionTally(plan.targets.length);
  }

  /** @throws INPUT_INVALID or RECORDS_REJECTED naming a line; the lines before it have been taken. */
  take(batch: LineBatch): void {
    const bytes = batch.unterminated ? Buffer.concat([batch.bytes, lineEnd]) : batch.bytes;
    const allUtf8 = isUtf8(bytes);
    const now = this.#clock.wall();
    this.#cameAt = this.#clock.elapsed();
    let start = 0;
    for (const [index, end] of batch.ends.entries()) {
      if (!allUtf8 && !isUtf8(bytes.subarray(start, end))) throw malformed(batch, index, 'is not valid UTF-8');
      switch (this.#scanner.scan(bytes, start, end)) {
        case 'record':
          this.#takeRecord(bytes, now, batch.firstLine + index);
          break;
        case 'state':
          this.#takeState(batch, index, bytes.subarray(start, end + 1));
          break;
        case 'other':
          this.#takeOther(bytes.subarray(start, end), bytes);
          break;
        case 'malformed':
          if (skipSpace(bytes, start) < end) throw malformed(batch, index, 'is not a message of the Airbyte protocol');
      }
      start = end + 1;
    }
    this.counts.bytes += batch.bytes.length;
  }

  #takeRecord(bytes: Buffer, now: number, line: number): void {
    const found = this.#scanner.envelope;
    const target = this.#names.find(bytes, found);
    const time = ownTime(bytes, found, target, now);
    const rejection = this.#judge(bytes, found, target, time, now);
    this.counts.records += 1;
    this.#completion.record(target.index);
    if (rejection !== undefined) this.#setAside(bytes, target, rejection, now, line);
    else this.#write(bytes, target, time, now);
  }

  /** Why the record is not written. */
  #judge(bytes: Buffer, found: Envelope, target: Target, time: number, now: number): Rejection | undefined {
    const { invalidRecords, maxLatenessMs, latePolicy } = this.#rules;
    const { published } = target;
    if (published !== undefined) {
      const breach = findBreach(bytes, found, target, this.#plan.fields, time);
      if (breach !== undefined && invalidRecords !== 'write') return breach;
      if (this.#workspace !== undefined && !isOfWorkspace(bytes, found, published, this.#workspace)) {
        return { reason: 'other_workspace', field: this.#plan.fields[published.workspaceField] as string };
      }
      if (breach !== undefined) this.counts.invalid += 1;
    }
    const reason = timeliness(time, now, maxLatenessMs);
    if (reason === 'timely') return undefined;
    if (reason === 'too_late') this.counts.late += 1;
    else this.counts.early += 1;
    return latePolicy === 'dead_letter' ? { reason, field: this.#fieldOfTime(target) } : undefined;
  }

  #write(bytes: Buffer, target: Target, time: number, now: number): void {
    const { dataStart, dataEnd } = this.#scanner.envelope;
    const placed = this.#timeToPlaceBy(bytes, target, time, now);
    const hour = target.timeField === undefined ? noHour : hourOf(placed);
    const number = this.#states.record(target.index);
    let file = this.#files.find(target.index, hour);
    if (file === undefined) {
      file = this.#files.open(target.index, hour, { timestamp: placed, openedAt: this.#cameAt });
      this.#states.opened(target.index, file, number);
    }
    file.append(bytes, dataStart, dataEnd);
    if (target.succession.kind === 'replace' && !Number.isNaN(time)) file.spans(time);
    file.rowTimes.add(this.#cameAt - file.openedAt, now - (Number.isNaN(time) ? placed : time));
    this.rejections.accept(target.index);
  }

  /** Below _rejected/, in the hour in which it was emitted: its own time may be what is wrong with it. */
  #setAside(bytes: Buffer, target: Target, rejection: Rejection, now: number, line: number): void {
    const isFarFromPresent = rejection.reason === 'too_late' || rejection.reason === 'too_early';
    if (this.#rules.invalidRecords === 'fail' && !isFarFromPresent) throw refused(target, rejection, line);
    const { dataStart, dataEnd } = this.#scanner.envelope;
    const time = this.#emittedAt(bytes, now);
    const hour = target.timeField === undefined ? noHour : hourOf(time);
    const place = this.#files.rejectedPlace(target.index);
    const number = this.#states.rejectedRecord(target.index);
    let file = this.#files.find(place, hour);
    if (file === undefined) {
      file = this.#files.open(place, hour, { timestamp: time, openedAt: this.#cameAt });
      this.#states.opened(target.index, file, number);
    }
    const kept = rejectedLine(rejection, bytes, dataStart, dataEnd);
    file.append(kept, 0, kept.length);
    this.rejections.reject(target.index, rejection);
  }

  /** The row's own time, else when it was emitted, else now. */
  #timeToPlaceBy(bytes: Buffer, { timeField }: Target, time: number, now: number): number {
    if (Number.isNaN(time)) {
      if (timeField !== undefined) this.counts.untimed += 1;
      return this.#emittedAt(bytes, now);
    }
    const { latePolicy, maxLatenessMs } = this.#rules;
    return latePolicy === 'current_hour' && timeliness(time, now, maxLatenessMs) !== 'timely' ? now : time;
  }

  #emittedAt(bytes: Buffer, now: number): number {
    const { emittedAtStart, emittedAtEnd } = this.#scanner.envelope;
    const emitted = emittedAtStart < 0 ? Number.NaN : emittedAt(bytes, emittedAtStart, emittedAtEnd);
    return Number.isNaN(emitted) ? now : emitted;
  }

  #fieldOfTime({ timeField = -1 }: Target): string {
    return this.#plan.fields[timeField] ?? '';
  }

  #takeState(batch: LineBatch, index: number, line: Buffer): void {
    let state;
    try {
      state = parseStateLine(line);
    } catch (error) {
      throw error instanceof ConnectorError ? malformed(batch, index, 'is a STATE without its parts', error) : error;
    }
    const target = state.stream === undefined ? undefined : this.#plan.byKey.get(streamKey(state.stream));
    // A state of a stream that is not in the catalog waits for everything: that is always safe.
    const scope = target === undefined ? 'all' : target.index;
    this.#states.add(scope, state);
    // A STATE of an unknown stream waits for all, but says nothing of them.
    if (target !== undefined || state.stream === undefined) this.#completion.state(scope);
    this.#files.passed(scope, state.position);
    this.counts.states += 1;
  }

  /** `line` of `bytes`, which the scanner has just read. */
  #takeOther(line: Buffer, bytes: Buffer): void {
    const { typeStart, typeEnd } = this.#scanner.envelope;
    const type = String(JSON.parse(bytes.toString('utf8', typeStart, typeEnd)));
    const end = type === 'TRACE' ? parseStreamEnd(line) : undefined;
    const target = end && this.#plan.byKey.get(streamKey(end.stream));
    if (end !== undefined && target !== undefined) this.#completion.ended(target.index, end.verdict);
    if (knownTypes.has(type) || this.#unknownTypes.has(type) || this.#unknownTypes.size >= 100) return;
    this.#unknownTypes.add(type);
    this.#log('DEBUG', `Messages of the type "${type.slice(0, 100)}" are passed over: it is unknown.`);
  }
}

function refused({ label }: Target, { reason, field }: Rejection, line: number): ConnectorError {
  const text = `The record of the stream "${label}" in line ${line} of the input is rejected: ${reason} of "${field}".`;
  return new ConnectorError('RECORDS_REJECTED', text);
}

function malformed(batch: LineBatch, index: number, what: string, cause?: unknown): ConnectorError {
  const cut = batch.unterminated && index === batch.ends.length - 1 ? ' The input ended in the middle of it.' : '';
  return new ConnectorError('INPUT_INVALID', `Line ${batch.firstLine + index} of the input ${what}.${cut}`, { cause });
}
