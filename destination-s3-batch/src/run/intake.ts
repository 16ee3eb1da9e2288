// Records in: each becomes a row, or several, in the spool of its table and day; what is seen of its values is noted for the
// types. The hot path: nothing here builds a string or an object for a usual record.
import type { DurableStates, Scope } from '@s3-connectors/common/destination/input/durable-states.ts';
import { QUOTE } from '@s3-connectors/common/json/json-bytes.ts';
import type { LineHandlers } from '@s3-connectors/common/destination/input/line-intake.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import { skippingWalk, type WalkData } from '@s3-connectors/common/records/data-walk.ts';
import { emittedTime, ownTime } from '@s3-connectors/common/records/record-times.ts';
import {
  recordRefused,
  rejectedLine,
  RejectionTally,
  type Refusal,
  type Rejection,
} from '@s3-connectors/common/destination/input/rejections.ts';
import type { Plan, Target } from '@s3-connectors/common/destination/run/plan.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';

import { fitsEngine } from '../config/budgets.ts';
import { RowObserver } from '../columns/observe/row-observer.ts';
import type { Config } from '../config/config.ts';
import { layout } from '../layout/layout.ts';
import type { TableTarget } from './plan.ts';
import { countValues } from '../rows/count-values.ts';
import { rejectedWay, wayOf, type Way } from './way.ts';
import { RowWriter } from '../rows/row-writer.ts';
import type { RowPlace, Spool } from '../spool/spool.ts';
import type { Table, Tables } from '../tables/table.ts';

type Options = {
  readonly config: Pick<Config, 'prefix' | 'invalidRecords'>;
  /** What the engine has to write rows with; undefined without one. */
  readonly engineBytes: number | undefined;
  readonly plan: Plan<TableTarget>;
  readonly tables: Tables;
  readonly spool: Spool;
  readonly states: DurableStates;
  /** Milliseconds: snapshots lie in the folder of this day. */
  readonly startedAt: number;
  readonly context: Pick<VerbContext, 'log'>;
};

/** Older than every record: STATEs of the stream wait for it, whatever they say. */
const beforeAllRecords = -1;

/** `untimed`: rows placed by `emitted_at`, having no time of their own; `invalid`: rows written although they break their schema. */
export type IntakeCounts = { untimed: number; invalid: number };

/** Smaller rows are small for any engine. */
const largeRowBytes = 1024 * 1024;
/** The name of an event without one, which is written although it breaks its schema. */
const nameless = Buffer.from('"unnamed"');

export class Intake implements LineHandlers<TableTarget> {
  readonly counts: IntakeCounts = { untimed: 0, invalid: 0 };
  readonly rejections: RejectionTally;
  /** Milliseconds: when the batch came whose records are taken. */
  now: number;
  readonly #options: Options;
  readonly #ways: readonly Way[];
  readonly #eventName: number;
  readonly #out = new RowWriter();
  readonly #observer = new RowObserver();
  readonly #skip: WalkData;
  readonly #place: { -readonly [Key in keyof RowPlace]: RowPlace[Key] | undefined } & {
    day: number;
    placedBy: number;
    time: number;
  };
  readonly #emit: () => void;

  constructor(options: Options) {
    const { plan, config, tables, context } = options;
    this.#options = options;
    this.now = options.startedAt;
    this.#skip = skippingWalk(plan.fields);
    this.#eventName = plan.fields.indexOf('event_name');
    this.rejections = new RejectionTally(plan.targets.length);
    this.#place = { table: undefined, day: 0, placedBy: 0, time: Number.NaN };
    this.#emit = () => this.#addMade();
    const ways = plan.targets.map((target) => {
      return wayOf(target, { prefix: config.prefix, fields: plan.fields, tables, log: context.log });
    });
    this.#ways = [...ways, rejectedWay()];
  }

  /** The event tables that earlier runs made; before the first line. */
  expectTables(names: ReadonlySet<string>): void {
    for (const { events } of this.#ways) events?.expect(names);
  }

  /** Looks at the values of what is a row as it comes. */
  walkData(target: TableTarget | undefined, bytes: Uint8Array, start: number, found: Envelope): number {
    const way = target === undefined ? undefined : (this.#ways[target.index] as Way);
    const shape = way?.rows === undefined ? way?.table?.shape : undefined;
    return shape === undefined ? this.#skip(bytes, start, found) : this.#observer.walk(shape, bytes, start, found);
  }

  forgetWalk(): void {
    this.#observer.forget();
  }

  /** @throws RECORDS_REJECTED naming the line, as `invalid_records` = `fail` asks. */
  record(target: TableTarget, bytes: Buffer, found: Envelope, line: number): void {
    const way = this.#ways[target.index] as Way;
    if (way.failed) return this.#observer.forget();
    const time = ownTime(bytes, found, target.timeField, this.now);
    let rejection = this.#judge(target, bytes, found, time);
    const table = rejection === undefined ? (way.table ?? this.#eventTable(way, bytes, found)) : undefined;
    if (table === undefined) {
      rejection ??= { reason: 'no_table', field: 'event_name' };
      const kept = rejectedLine(rejection, bytes, found.dataStart, found.dataEnd);
      this.#setAside({ target, rejection, line }, kept, bytes, found);
      return;
    }
    this.#hold(target, way, this.#options.states.record(target.index));
    this.#write({ target, way, table, time }, bytes, found);
    this.rejections.accept(target.index);
  }

  refused(target: TableTarget | undefined, refused: Refusal, bytes: Buffer, found: Envelope, line: number): void {
    const place = { target: target ?? this.#options.plan.strays, rejection: refused, line };
    this.#setAside(place, refused.kept, bytes, found);
  }

  passed(scope: Scope, position: Uint8Array): void {
    const { plan, spool } = this.#options;
    if (scope !== 'all') spool.passed(scope, position);
    else for (const { index } of [...plan.targets, plan.strays]) spool.passed(index, position);
  }

  /** The stream cannot be written: its records are dropped, and its STATEs wait for ever. */
  giveUp(stream: number): void {
    (this.#ways[stream] as Way).failed = true;
    this.#options.states.opened(stream, {}, beforeAllRecords);
  }

  /** Whether the stream was given up: its rows are dropped and its STATEs never printed. */
  hasFailed(stream: number): boolean {
    return this.#ways[stream]?.failed === true;
  }

  /** Fields of the stream's records that are in no table: values that were not null, by name. */
  droppedFields(stream: number): Readonly<Record<string, number>> {
    return this.#ways[stream]?.dropped?.counts ?? {};
  }

  /** What stands for the rows of the stream so far; to be told to `DurableStates.stored` when they are in S3. */
  release(stream: number): object | undefined {
    this.#observer.forget(); // The input may have broken off within a line.
    const way = this.#ways[stream] as Way;
    const { unpublished } = way;
    way.unpublished = undefined;
    return unpublished;
  }

  /** Why the record is not written. */
  #judge({ published, timeField }: Target, bytes: Buffer, found: Envelope, time: number): Rejection | undefined {
    if (found.dataEnd - found.dataStart > largeRowBytes && !this.#fitsEngine(bytes, found)) {
      return { reason: 'row_too_large', field: 'data' };
    }
    if (published === undefined) return undefined;
    const { config, plan } = this.#options;
    let breach: Rejection | undefined = published.validate(bytes, found);
    if (breach === undefined && timeField !== undefined && Number.isNaN(time)) {
      breach = { reason: 'time_out_of_range', field: plan.fields[timeField] as string };
    }
    if (breach === undefined || config.invalidRecords !== 'write') return breach;
    this.counts.invalid += 1;
    return undefined;
  }

  #fitsEngine(bytes: Buffer, { dataStart, dataEnd }: Envelope): boolean {
    const available = this.#options.engineBytes;
    if (available === undefined) return true;
    return fitsEngine({ bytes: dataEnd - dataStart, values: countValues(bytes, dataStart, dataEnd) }, available);
  }

  #write(
    { target, way, table, time }: { target: Target; way: Way; table: Table; time: number },
    bytes: Buffer,
    found: Envelope,
  ): void {
    const place = this.#place;
    const { now } = this;
    const isTimed = !Number.isNaN(time);
    place.placedBy = isTimed ? time : emittedTime(bytes, found, now);
    const isSnapshot = target.timeField === undefined;
    place.time = isSnapshot ? Number.NaN : place.placedBy;
    place.day = layout.periodOf(isSnapshot ? this.#options.startedAt : place.placedBy);
    if (!isTimed && !isSnapshot) this.counts.untimed += 1;
    place.table = table;
    if (way.rows === undefined) {
      this.#add(bytes, found.dataStart, found.dataEnd);
      return;
    }
    way.dropped?.see(bytes, found);
    const rows = table === way.events?.other ? way.otherRows : way.rows;
    rows?.(bytes, found, time, this.#out, this.#emit);
  }

  /** Undefined where no table can have the event. */
  #eventTable(way: Way, bytes: Buffer, { fieldStarts, fieldEnds }: Envelope): Table | undefined {
    const start = fieldStarts[this.#eventName] as number;
    if (start >= 0 && bytes[start] === QUOTE) {
      return way.events?.tableOf(bytes, start, fieldEnds[this.#eventName] as number);
    }
    return way.events?.tableOf(nameless, 0, nameless.length);
  }

  /** The row that was made in `#out`. */
  #addMade(): void {
    const { memory, length } = this.#out;
    this.#add(memory, 0, length);
    this.#out.clear();
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    const place = this.#place as RowPlace;
    if (place.table.shape !== undefined) this.#observer.accept(place.table.shape, bytes, start);
    this.#options.spool.append(place, bytes, start, end);
  }

  /** Below _rejected/, in the day in which it was emitted: its own time may be what is wrong with it. */
  #setAside(
    { target, rejection, line }: { target: Target; rejection: Rejection; line: number },
    kept: Buffer,
    bytes: Buffer,
    found: Envelope,
  ): void {
    const { config, states, spool, tables } = this.#options;
    const way = this.#ways[target.index] as Way;
    this.#observer.forget();
    if (way.failed) return;
    if (config.invalidRecords === 'fail') throw recordRefused(target.label, rejection, line);
    way.rejected ??= tables.add({
      name: target.name,
      stream: target.index,
      folder: target.rejectedFolder,
      columns: undefined,
    });
    this.#hold(target, way, states.rejectedRecord(target.index));
    const placedBy = emittedTime(bytes, found, this.now);
    spool.append(
      { table: way.rejected, day: layout.periodOf(placedBy), placedBy, time: Number.NaN },
      kept,
      0,
      kept.length,
    );
    this.rejections.reject(target.index, rejection);
  }

  /** A replaced stream's STATEs wait for its end anyway. */
  #hold({ index, succession }: Target, way: Way, record: number): void {
    if (way.unpublished !== undefined || succession.kind === 'replace') return;
    way.unpublished = {};
    this.#options.states.opened(index, way.unpublished, record);
  }
}
