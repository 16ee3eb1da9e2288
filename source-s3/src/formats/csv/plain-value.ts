// The values of typed columns in their usual form, recognised on the bytes, which are written nearly unchanged. All others go
// through the table of casts; these rules are a part of it.
import { COLON, LETTER_T, LETTER_Z, MINUS, NINE, POINT, SPACE, ZERO } from '@s3-connectors/common/json/ascii.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import type { LineBuilder } from '../../records/line-builder.ts';

const yes = Buffer.from('true');
const no = Buffer.from('false');
const dateBytes = 10;
const secondsEnd = 19; // 2026-01-15T14:30:00
const maxFractionDigits = 6; // The most digits in this form.
const maxNumberBytes = 15;

type Field = { readonly bytes: Uint8Array; readonly start: number; readonly end: number };

/** Writes a field's value as JSON. False, and nothing is written, if the value is not in its usual form. */
export function writePlainValue(out: LineBuilder, field: Field, type: ColumnType): boolean {
  const { bytes, start, end } = field;
  switch (type.kind) {
    case 'integer':
    case 'number':
      if (!isShortNumber(field, type.kind)) return false;
      out.raw(bytes, start, end);
      return true;
    case 'boolean':
      if (!spells(field, yes) && !spells(field, no)) return false;
      out.raw(bytes, start, end);
      return true;
    case 'date':
      if (end - start !== dateBytes || !isDate(bytes, start)) return false;
      out.string(bytes, start, end);
      return true;
    case 'timestamp':
      return writeTimestamp(out, field, type.utc ? 'Z"' : '"');
    default:
      return false;
  }
}

function writeTimestamp(out: LineBuilder, field: Field, suffix: string): boolean {
  const { bytes, start } = field;
  const fractionEnd = timeEnd(field);
  if (fractionEnd === undefined) return false;
  const secondEnd = start + secondsEnd;
  out.text('"');
  out.raw(bytes, start, start + dateBytes);
  out.text('T');
  out.raw(bytes, start + dateBytes + 1, secondEnd);
  if (!isZero(bytes, secondEnd + 1, fractionEnd)) {
    out.raw(bytes, secondEnd, fractionEnd);
    out.text('0'.repeat(maxFractionDigits - (fractionEnd - secondEnd - 1)));
  }
  out.text(suffix);
  return true;
}

/** At most 15 bytes, without sign, exponent or leading zero: equal in JSON. */
function isShortNumber({ bytes, start, end }: Field, kind: 'integer' | 'number'): boolean {
  if (end - start > maxNumberBytes) return false;
  let at = digitsEnd(bytes, start, end);
  if (at === start || (bytes[start] === ZERO && at > start + 1)) return false;
  if (at === end || kind === 'integer' || bytes[at] !== POINT) return at === end;
  const fraction = at + 1;
  at = digitsEnd(bytes, fraction, end);
  return at === end && at > fraction;
}

function spells({ bytes, start, end }: Field, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  let index = 0;
  while (index < word.length && bytes[start + index] === word[index]) index++;
  return index === word.length;
}

/** Whether `2026-01-15` or another existing day is there. */
function isDate(bytes: Uint8Array, at: number): boolean {
  const century = twoDigits(bytes, at);
  const yearOfCentury = twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (
    century < 0 ||
    yearOfCentury < 0 ||
    century + yearOfCentury === 0 ||
    bytes[at + 4] !== MINUS ||
    bytes[at + 7] !== MINUS
  )
    return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= 28; // The calendar checks the last days of a month.
}

/** Where the digits of a time in UTC, or without a zone, end. Undefined for other times. */
function timeEnd({ bytes, start, end }: Field): number | undefined {
  if (end - start < secondsEnd || !isDate(bytes, start)) return undefined;
  const between = bytes[start + dateBytes];
  const isTime =
    (between === LETTER_T || between === SPACE) &&
    isBelow(twoDigits(bytes, start + 11), 24) &&
    bytes[start + 13] === COLON &&
    isBelow(twoDigits(bytes, start + 14), 60) &&
    bytes[start + 16] === COLON &&
    isBelow(twoDigits(bytes, start + 17), 60);
  if (!isTime) return undefined;
  let at = start + secondsEnd;
  if (bytes[at] === POINT && at < end) {
    const fraction = at + 1;
    at = digitsEnd(bytes, fraction, end);
    if (at === fraction || at - fraction > maxFractionDigits) return undefined;
  }
  return at === end || (at + 1 === end && bytes[at] === LETTER_Z) ? at : undefined;
}

function isBelow(number: number, limit: number): boolean {
  return number >= 0 && number < limit;
}

/** -1 if they are not digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : -1;
}

/** Whether there are only zeros. */
function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] === ZERO) at++;
  return at >= end;
}

function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++;
  return at;
}
