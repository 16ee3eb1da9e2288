// Takes records: each becomes a row, or several, in the spool of its table and day. Its values are noted for the types. Hot
// path: no string or object is built for a usual record.
import type { DurableStates, Scope } from '@s3-connectors/common/destination/input/durable-states.ts';
import type { Rejection } from '@s3-connectors/common/destination/input/rejections.ts';
import type { Placement, Sink } from '@s3-connectors/common/destination/plan/intake.ts';
import type { Plan, Target } from '@s3-connectors/common/destination/plan/plan.ts';
import { QUOTE } from '@s3-connectors/common/json/json-bytes.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { skippingWalk, type WalkData } from '@s3-connectors/common/records/data-walk.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';

import type { RegisteredEvents } from '../columns/registry/registered-names.ts';
import { RowObserver } from '../columns/observe/row-observer.ts';
import { fitsEngine } from '../config/budgets.ts';
import { layout } from '../layout/layout.ts';
import { EarlierMembers } from '../rows/earlier-members.ts';
import { EventObserver } from '../rows/event-observer.ts';
import { countValues } from '../rows/count-values.ts';
import type { RowsOut } from '../rows/published-rows.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import type { RowPlace, Spool } from '../spool/spool.ts';
import type { BatchTable, BatchTables } from '../tables/table.ts';
import type { TableTarget } from './plan.ts';
import { rejectedRoute, routeOf, type RowRoute } from './row-route.ts';

type Options = {
  readonly prefix: string;
  /** The memory of the engine. Undefined if there is no engine. */
  readonly engineBytes: number | undefined;
  readonly plan: Plan<TableTarget>;
  readonly tables: BatchTables;
  readonly spool: Spool;
  readonly states: DurableStates;
  /** When rows have this many bytes, they are published at the next STATE that covers them, before the input has ended. */
  readonly cutBytes: number;
  /** Milliseconds. Snapshots are in the folder of this day. */
  readonly startedAt: number;
  readonly context: Pick<VerbContext, 'log'>;
};

/** Smaller rows are small for any engine. */
const largeRowBytes = 1024 * 1024;
/** The name of an event without a name, which is written although it breaks its schema. */
const nameless = Buffer.from('"unnamed"');
const rowTooLarge: Rejection = { reason: 'row_too_large', field: 'data' };
const noTable: Rejection = { reason: 'no_table', field: 'event_name' };

/** The share of the rows in the spool that makes a publish worthwhile. */
const leastShare = 1 / 8;

/** `rows`: undefined if nothing waits for them. */
type CutRows = { readonly stream: number; readonly rows: object | undefined };

export class TableSink implements Sink<TableTarget> {
  readonly #options: Options;
  readonly #routes: readonly RowRoute[];
  readonly #eventName: number;
  readonly #out = new RowBuffer();
  readonly #observer = new RowObserver();
  readonly #eventObserver: EventObserver;
  readonly #skip: WalkData;
  readonly #place: { -readonly [Key in keyof RowPlace]: RowPlace[Key] | undefined } & {
    day: number;
    partition: string;
    placedBy: number;
    time: number;
    isUnusual: boolean;
  };
  readonly #made: RowsOut;
  readonly #cuts: CutRows[] = [];
  readonly #earlier = new EarlierMembers();

  constructor(options: Options) {
    const { plan, prefix, tables, context } = options;
    this.#options = options;
    this.#skip = skippingWalk(plan.fields);
    this.#eventObserver = new EventObserver(plan.fields);
    this.#eventName = plan.fields.indexOf('event_name');
    this.#place = { table: undefined, day: 0, partition: '', placedBy: 0, time: Number.NaN, isUnusual: false };
    this.#made = { time: Number.NaN, out: this.#out, emit: () => this.#addMade() };
    const { fields, targets } = plan;
    const routes = targets.map((target) => routeOf(target, { prefix, fields, tables, log: context.log }));
    this.#routes = [...routes, rejectedRoute()];
  }

  /** Sets the event tables of earlier runs, and those that a stream must not use. Call it before the first line. */
  expectTables(registered: RegisteredEvents, foreignTo: (stream: number) => ReadonlySet<string>): void {
    for (const [stream, { events }] of this.#routes.entries()) events?.expect(registered, foreignTo(stream));
  }

  /** Observes the values of a record that becomes a row unchanged. */
  walkData(target: TableTarget | undefined, bytes: Uint8Array, start: number, found: Envelope): number {
    const route = target === undefined ? undefined : (this.#routes[target.index] as RowRoute);
    const end = this.#walk(route, bytes, start, found);
    this.#earlier.walked(found);
    if (route !== undefined) found.isDoubtful = false; // The row keeps all values of a repeated field.
    return end;
  }

  #walk(route: RowRoute | undefined, bytes: Uint8Array, start: number, found: Envelope): number {
    if (route?.events !== undefined) return this.#eventObserver.walk(route.events, bytes, start, found);
    const shape = route?.rows === undefined && route?.maker === undefined ? route?.table?.shape : undefined;
    return shape === undefined ? this.#skip(bytes, start, found) : this.#observer.walk(shape, bytes, start, found);
  }

  forgetWalk(): void {
    this.#observer.forget();
    this.#eventObserver.forget();
  }

  append(target: TableTarget, placement: Placement, bytes: Buffer, found: Envelope): Rejection | undefined {
    if (found.dataEnd - found.dataStart > largeRowBytes && !this.#fitsEngine(bytes, found)) return rowTooLarge;
    const route = this.#routes[target.index] as RowRoute;
    const table = route.table ?? this.#eventTable(route, bytes, found);
    if (table === undefined) return noTable;
    const rejection = route.maker?.make(bytes, found, placement.now);
    if (rejection !== undefined) return rejection;
    this.#hold(target, route, this.#options.states.record(target.index));
    const isSnapshot = target.timeField === undefined;
    const place = this.#place;
    place.table = table;
    place.placedBy = placement.placedBy;
    place.time = isSnapshot ? Number.NaN : placement.placedBy;
    place.day = layout.periodOf(isSnapshot ? this.#options.startedAt : placement.placedBy);
    place.partition = route.maker?.partition ?? '';
    if (route.maker !== undefined) {
      this.#add(route.maker.out.memory, 0, route.maker.out.length);
      return undefined;
    }
    route.dropped?.see(bytes, found);
    const hasEarlier = this.#earlier.begin(route.conversion, table, bytes, found);
    const row = table === route.events?.other ? route.otherRow : route.row;
    if (row !== undefined) {
      const isPlainTime = row(bytes, found, placement.time, this.#out);
      if (hasEarlier) {
        this.#eventObserver.forget();
        this.#addMade();
        return undefined;
      }
      place.isUnusual = this.#eventObserver.accept(table, bytes, found, { out: this.#out, isPlainTime });
      this.#options.spool.append(place as RowPlace, this.#out.memory, 0, this.#out.length);
      this.#out.clear();
    } else if (route.rows === undefined) this.#add(bytes, found.dataStart, found.dataEnd);
    else {
      this.#made.time = placement.time;
      route.rows(bytes, found, this.#made);
    }
    return undefined;
  }

  setAside({ index, name, succession, rejectedFolder: folder }: Target, kept: Buffer, { placedBy }: Placement): void {
    const { states, spool, tables } = this.#options;
    const route = this.#routes[index] as RowRoute;
    route.rejected ??= tables.add({ name, stream: index, folder, columns: undefined });
    this.#hold({ index, succession }, route, states.rejectedRecord(index));
    const day = layout.periodOf(placedBy);
    const place = { table: route.rejected, day, partition: '', placedBy, time: Number.NaN, isUnusual: false };
    spool.append(place, kept, 0, kept.length);
  }

  /** A publish ends here if it is due, so that no stored row is repeated from this STATE on. */
  passed(scope: Scope, position: Uint8Array): void {
    const { spool, cutBytes } = this.#options;
    const streams = scope === 'all' ? this.#routes.keys() : [scope];
    for (const stream of streams) {
      spool.passed(stream, position);
      this.#routes[stream]?.maker?.passed(position);
    }
    if (spool.uncutBytes >= cutBytes) this.#cutClosed();
  }

  /** All rows so far must be published, at a STATE or not. */
  cutAll(): void {
    this.forgetWalk(); // The input may have ended within a line.
    for (const stream of this.#routes.keys()) this.#cut(stream);
  }

  /** Whether rows must be published. */
  get hasCuts(): boolean {
    return this.#cuts.length > 0;
  }

  /** The rows to publish: their streams, and the objects that represent them in `DurableStates`. */
  takeCuts(): readonly CutRows[] {
    return this.#cuts.splice(0);
  }

  /** Fields of the stream's records that are in no table: the number of values that were not null, by name. */
  droppedFields(stream: number): Readonly<Record<string, number>> {
    return this.#routes[stream]?.dropped?.counts ?? {};
  }

  /**
   * Cuts streams whose rows end with a STATE, and staged ones; not if others have nearly all rows. Duplicates are removed among
   * all rows that fit on disk.
   */
  #cutClosed(): void {
    const { plan, spool, states } = this.#options;
    const due = [...this.#routes.keys()].filter((stream) => {
      const { succession, dedup } = plan.targets[stream] ?? {};
      return dedup === undefined && (succession?.kind === 'replace' || states.isClosed(stream));
    });
    const bytes = due.reduce((sum, stream) => sum + spool.uncutBytesOf(stream), 0);
    if (bytes < spool.uncutBytes * leastShare) return;
    for (const stream of due) this.#cut(stream, states.isClosed(stream) ? spool.positionOf(stream) : undefined);
  }

  #cut(stream: number, until?: Uint8Array): void {
    this.#options.spool.cut(stream, until);
    const route = this.#routes[stream] as RowRoute;
    this.#cuts.push({ stream, rows: route.unpublished });
    route.unpublished = undefined;
  }

  #fitsEngine(bytes: Buffer, { dataStart, dataEnd }: Envelope): boolean {
    const available = this.#options.engineBytes;
    if (available === undefined) return true;
    return fitsEngine({ bytes: dataEnd - dataStart, values: countValues(bytes, dataStart, dataEnd) }, available);
  }

  /** Undefined if the event cannot have a table. */
  #eventTable(route: RowRoute, bytes: Buffer, { fieldStarts, fieldEnds }: Envelope): BatchTable | undefined {
    const start = fieldStarts[this.#eventName] as number;
    if (start >= 0 && bytes[start] === QUOTE) {
      const end = fieldEnds[this.#eventName] as number;
      return route.events?.recentTableOf(bytes, start, end) ?? route.events?.tableOf(bytes, start, end);
    }
    return route.events?.tableOf(nameless, 0, nameless.length);
  }

  /** Adds the row in `#out`, with the earlier members of its record. */
  #addMade(): void {
    const { memory, length } = this.#earlier.before(this.#out);
    this.#add(memory, 0, length);
    this.#out.clear();
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    const { shape } = (this.#place as RowPlace).table;
    this.#place.isUnusual = shape !== undefined && this.#observer.accept(shape, bytes, start);
    this.#options.spool.append(this.#place as RowPlace, bytes, start, end);
  }

  /** A replaced stream's STATEs wait for its end anyway. */
  #hold({ index, succession }: Pick<Target, 'index' | 'succession'>, route: RowRoute, record: number): void {
    if (route.unpublished !== undefined || succession.kind === 'replace') return;
    route.unpublished = {};
    this.#options.states.opened(index, route.unpublished, record);
  }
}
