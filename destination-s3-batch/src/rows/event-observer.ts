// Notes a raw event in the shape of its table, in the form of its row, while its line is scanned, so that the row is walked once.
// The event's name decides the table: objects and lists after the name are noted while they are walked. Those before it, and all
// texts, are noted when the row is made. A record that repeats a field, or whose table is not among the recent ones, is noted from
// its fields after the scan.
import { LETTER_N, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { NOT_JSON, plainEnd, skipString, skipValue } from '@s3-connectors/common/json/json-bytes.ts';
import { skippingWalk, type WalkData } from '@s3-connectors/common/records/data-walk.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import type { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';

import { beginRow, isUnusualRow, noteMember, observeMember } from '../columns/observe/observe.ts';
import { seen, type Shape } from '../columns/observe/shape.ts';
import type { BatchTable } from '../tables/table.ts';
import type { EventTables } from './event-tables.ts';
import { eventColumns, timeStart } from './published-rows.ts';

const noBytes = new Uint8Array();
const notNoted = -1;

/** The shapes of a table's row, of its time, and of the column of each field; empty if no table is known. */
type TableShapes = {
  readonly row: Shape | undefined;
  readonly time: Shape | undefined;
  readonly fields: readonly (Shape | undefined)[];
};
const noShapes: TableShapes = { row: undefined, time: undefined, fields: [] };

/** The row that was made of an event. */
type MadeRow = { readonly out: RowBuffer; readonly isPlainTime: boolean };

export class EventObserver {
  readonly #names: readonly string[];
  readonly #walk: WalkData;
  readonly #eventName: number;
  /** Numbers of the fields that have a column. */
  readonly #columns: readonly number[];
  /** By the table's number. */
  readonly #tables: (TableShapes | undefined)[] = [];
  #events: EventTables | undefined;
  #bytes: Uint8Array = noBytes;
  #start = 0;
  /** The shapes of the row's presumed table. */
  #shapes = noShapes;
  #hasBegun = false;
  /** By field: where a noted value begins, and whether it is a text without escapes. */
  readonly #noted: Int32Array;
  readonly #isPlain: Uint8Array;

  /** `fields`: those that the scanner finds. */
  constructor(fields: readonly string[]) {
    this.#names = fields;
    this.#eventName = fields.indexOf('event_name');
    this.#columns = Array.from(fields.keys()).filter((field) => Object.hasOwn(eventColumns, fields[field] as string));
    this.#noted = new Int32Array(fields.length).fill(notNoted);
    this.#isPlain = new Uint8Array(fields.length);
    this.#walk = skippingWalk(fields, { visit: (field, bytes, at) => this.#visit(field, bytes, at) });
  }

  /** Like `WalkData`. The record may turn out not to be a row. */
  walk(events: EventTables, bytes: Uint8Array, start: number, found: Envelope): number {
    this.forget();
    this.#events = events;
    this.#bytes = bytes;
    this.#start = start;
    return this.#walk(bytes, start, found);
  }

  /** It is a row of that table: notes what has not been noted yet. @returns whether it has unusual values. */
  accept(
    table: BatchTable,
    bytes: Uint8Array,
    { dataStart, fieldStarts }: Envelope,
    { out, isPlainTime }: MadeRow,
  ): boolean {
    const shapes = this.#shapesOf(table);
    const isWalked = this.#bytes === bytes && this.#start === dataStart;
    if (!isWalked || this.#shapes !== shapes) this.#rollBack();
    if (!isWalked) this.#isPlain.fill(0);
    this.#bytes = noBytes;
    if (shapes.row === undefined) return false;
    if (!this.#hasBegun) beginRow(bytes, shapes.row, 1);
    this.#hasBegun = false;
    for (let index = 0; index < this.#columns.length; index += 1) {
      const field = this.#columns[index] as number;
      const isNoted = this.#noted[field] !== notNoted;
      this.#noted[field] = notNoted;
      const start = fieldStarts[field] as number;
      const shape = shapes.fields[field];
      if (isNoted || start < 0 || shape === undefined || bytes[start] === LETTER_N) continue;
      if (this.#isPlain[field] === 1) noteMember(shape, seen.text);
      else observeMember(bytes, start, shape);
    }
    if (shapes.time !== undefined && isPlainTime) noteMember(shapes.time, seen.temporal);
    else if (shapes.time !== undefined) observeMember(out.memory, timeStart, shapes.time);
    return isUnusualRow();
  }

  /** Rolls back what was walked and not accepted. */
  forget(): void {
    this.#rollBack();
    this.#bytes = noBytes;
    this.#shapes = noShapes;
  }

  #rollBack(): void {
    const { row, fields } = this.#shapes;
    if (!this.#hasBegun || row === undefined) return;
    this.#hasBegun = false;
    beginRow(this.#bytes, row, -1);
    for (const field of this.#columns) {
      const start = this.#noted[field] as number;
      this.#noted[field] = notNoted;
      if (start !== notNoted) observeMember(this.#bytes, start, fields[field] as Shape);
    }
  }

  #visit(field: number, bytes: Uint8Array, at: number): number {
    if (this.#noted[field] !== notNoted) this.#giveUp();
    const first = bytes[at];
    if (first === QUOTE) return this.#visitText(field, bytes, at);
    this.#isPlain[field] = 0;
    const { row, fields } = this.#shapes;
    const shape = first === OPEN_OBJECT || first === OPEN_ARRAY ? fields[field] : undefined;
    if (row === undefined || shape === undefined) return skipValue(bytes, at);
    if (!this.#hasBegun) beginRow(bytes, row, 1);
    this.#hasBegun = true;
    this.#noted[field] = at;
    return observeMember(bytes, at, shape);
  }

  #visitText(field: number, bytes: Uint8Array, at: number): number {
    const stop = plainEnd(bytes, at + 1);
    const isPlain = bytes[stop] === QUOTE;
    this.#isPlain[field] = isPlain ? 1 : 0;
    const end = isPlain ? stop + 1 : skipString(bytes, at);
    if (field !== this.#eventName || end === NOT_JSON) return end;
    if (this.#hasBegun) this.#giveUp(); // The name is repeated, and the last one counts.
    const table = this.#events?.recentTableOf(bytes, at, end);
    this.#shapes = table === undefined ? noShapes : this.#shapesOf(table);
    return end;
  }

  /** The rest of the row is noted when it is made. */
  #giveUp(): void {
    this.#rollBack();
    this.#shapes = noShapes;
  }

  #shapesOf(table: BatchTable): TableShapes {
    return (this.#tables[table.index] ??= this.#newShapes(table));
  }

  /** All of these are declared, so that they are never forgotten. */
  #newShapes({ shape: row }: BatchTable): TableShapes {
    const named = (name: string | undefined): Shape | undefined => row?.children.find((child) => child.name === name);
    return { row, time: named('time'), fields: this.#names.map((field) => named(eventColumns[field])) };
  }
}
