// Makes the rows of the batch tables from a record of a published streaming type, on bytes.
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, LETTER_N, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { findMember, skipSpace, skipValue } from '@s3-connectors/common/json/json-bytes.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import { knownText, type KnownText } from '@s3-connectors/common/records/known-text.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { isPlain, plainTime } from '../columns/types/temporal-text.ts';
import type { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import { writeInstant } from './instant-text.ts';

const utc = { kind: 'timestamp', utc: true } as const;

/** The place of a field in the envelope, and the name of its column: `,"workspace_id":`. */
type Column = { readonly slot: number; readonly head: KnownText };

/** One object for all records. */
export type RowsOut = {
  /** The record's own time in milliseconds; NaN if it has no valid one. */
  time: number;
  readonly out: RowBuffer;
  /** Called with each row in `out`. */
  readonly emit: () => void;
};

/** Makes rows of one record. */
export type PublishedRows = (bytes: Buffer, found: Envelope, to: RowsOut) => void;

/** The column of each copied field, in the order of columns. The event's name is only in `other_events`. */
export const eventColumns: Readonly<Record<string, string>> = {
  event_name: 'event_name',
  event_id: 'event_id',
  user_id: 'user_id',
  session_id: 'session_id',
  view_id: 'view_id',
  project_id: 'workspace_id',
  segments: 'segments',
  cohorts: 'cohorts',
  properties: 'properties',
};
const aliasColumns = { user_id: 'permutive_id', project_id: 'workspace_id' };
const segmentColumns = { code: 'number', name: 'name', tags: 'tags', workspace: 'workspace_id' };

/** The columns of the copied fields of each type. */
export const columnNames: Readonly<Record<keyof typeof keptFields, Readonly<Record<string, string>>>> = {
  split_events: eventColumns,
  explode_aliases: aliasColumns,
  segment_metadata: segmentColumns,
};

/** Fields of each type that its tables have, under any name. The event's name is that of the table, except in `other_events`. */
export const keptFields = {
  split_events: ['time', ...Object.keys(eventColumns)],
  explode_aliases: ['time', 'user_id', 'project_id', 'aliases'],
  segment_metadata: ['code', 'name', 'tags', 'metadata', 'workspace'],
} as const;

/**
 * Writes the row of an event. `time`: the record's own in milliseconds; NaN if it has no valid one. @returns whether the row's time
 * is certainly in the form of its column.
 */
export type EventRow = (bytes: Buffer, found: Envelope, time: number, out: RowBuffer) => boolean;

/** `fields`: those that the scanner finds. */
export function eventRow(fields: readonly string[], { isNamed }: { readonly isNamed: boolean }): EventRow {
  const written = Object.entries(eventColumns).filter(([field]) => isNamed || field !== 'event_name');
  const columns = columnsOf(fields, Object.fromEntries(written));
  const timeSlot = fields.indexOf('time');
  return (bytes, found, time, out) => {
    const isPlainTime = writeTime(bytes, found, { timeSlot, time }, out);
    for (let index = 0; index < columns.length; index += 1) copyColumn(bytes, found, columns[index] as Column, out);
    out.byte(CLOSE_OBJECT);
    return isPlainTime;
  };
}

/** One row for each alias. */
export function aliasRows(fields: readonly string[]): PublishedRows {
  const [user, workspace] = columnsOf(fields, aliasColumns);
  const timeSlot = fields.indexOf('time');
  const aliasesSlot = fields.indexOf('aliases');
  const type = knownText(',"event_type":"alias_sync"');
  return (bytes, found, { time, out, emit }) => {
    const start = found.fieldStarts[aliasesSlot] as number;
    if (start < 0 || bytes[start] === LETTER_N) return;
    let at = skipSpace(bytes, start + 1);
    while (bytes[at] !== CLOSE_ARRAY) {
      writeTime(bytes, found, { timeSlot, time }, out);
      out.known(type);
      if (user !== undefined) copyColumn(bytes, found, user, out);
      for (const name of ['id', 'tag']) {
        const member = findMember(bytes, at, name);
        if (member === undefined) continue;
        out.text(`,"${name}":`);
        out.copy(bytes, member.valueStart, member.valueEnd);
      }
      if (workspace !== undefined) copyColumn(bytes, found, workspace, out);
      out.byte(CLOSE_OBJECT);
      emit();
      at = skipSpace(bytes, skipValue(bytes, at));
      if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    }
  };
}

export function segmentRows(fields: readonly string[]): PublishedRows {
  const columns = columnsOf(fields, segmentColumns);
  const metadata = fields.indexOf('metadata');
  return (bytes, found, { out, emit }) => {
    const start = found.fieldStarts[metadata] as number;
    out.text('{"metadata":');
    if (start < 0 || bytes[start] === LETTER_N) out.text('null');
    else out.quoted(bytes, start, found.fieldEnds[metadata] as number);
    for (const column of columns) copyColumn(bytes, found, column, out);
    out.byte(CLOSE_OBJECT);
    emit();
  };
}

function columnsOf(fields: readonly string[], names: Readonly<Record<string, string>>): readonly Column[] {
  return Object.entries(names)
    .map(([field, column]) => ({ slot: fields.indexOf(field), head: knownText(`,"${column}":`) }))
    .filter(({ slot }) => slot >= 0);
}

function copyColumn(bytes: Buffer, { fieldStarts, fieldEnds }: Envelope, { slot, head }: Column, out: RowBuffer): void {
  const start = fieldStarts[slot] as number;
  if (start < 0 || bytes[start] === LETTER_N) return;
  out.known(head);
  out.copy(bytes, start, fieldEnds[slot] as number);
}

type RowTime = { readonly timeSlot: number; readonly time: number };

/** The position of `time` in a row that begins with it. */
export const timeStart = '{"time":'.length;
const timeHead = knownText('{"time":');

/**
 * The row's opening brace and its time. A time that is finer than milliseconds keeps its digits. @returns whether it is certainly
 * in the form of a timestamp column.
 */
function writeTime(bytes: Buffer, found: Envelope, { timeSlot, time }: RowTime, out: RowBuffer): boolean {
  const start = found.fieldStarts[timeSlot] as number;
  const end = found.fieldEnds[timeSlot] as number;
  out.known(timeHead);
  if (start < 0) {
    out.text('null');
    return false;
  }
  const isText = bytes[start] === QUOTE;
  const length = isText ? end - start - 2 : end - start;
  if (isText && length > 16 && isPlain(utc, bytes, start + 1, end - 1)) out.copy(bytes, start, end);
  else if (length <= 13 && !Number.isNaN(time)) writeInstant(out, time);
  else {
    const text = bytes.toString('utf8', start, end);
    const plain = plainTime(utc, isText ? String(parseJson(text)) : text)?.text;
    if (plain !== undefined) out.text(`"${plain}"`);
    else out.copy(bytes, start, end); // The typing sets it aside.
    return false;
  }
  return true;
}
