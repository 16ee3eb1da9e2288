// Dates and times in text: the form for files and the engine, and the texts that can be converted to it without a change.
//
// timestamp (UTC): 2026-01-15T14:30:00[.1 to 6 digits]Z · without zone: the same without Z · date: 2026-01-15 ·
// time: 14:30:00[.1 to 6 digits]
import { SPACE } from '@s3-connectors/common/json/ascii.ts';

import type { TemporalType } from './field-type.ts';

export function isTemporal(type: { readonly kind: string }): type is TemporalType {
  return type.kind === 'date' || type.kind === 'time' || type.kind === 'timestamp';
}

/** Whether the string content bytes[start, end) already has the form. Hot path. */
export function isPlain(type: TemporalType, bytes: Uint8Array, start: number, end: number): boolean {
  if (type.kind === 'time') return clockEnd(bytes, start, end) === end;
  if (end - start < 10 || !isDate(bytes, start)) return false;
  if (type.kind === 'date') return end - start === 10;
  if (bytes[start + 10] !== 0x54) return false;
  const clock = clockEnd(bytes, start + 11, end);
  return type.utc ? clock === end - 1 && bytes[clock] === 0x5a : clock === end;
}

/**
 * Whether the engine reads the text correctly, although it may be in another form: a blank before the clock, another zone, no
 * zone. Years whose first or last day another zone could move out of the calendar are left to `plainTime`. Hot path.
 */
export function isReadable(type: TemporalType, bytes: Uint8Array, start: number, end: number): boolean {
  if (type.kind !== 'timestamp' || end - start < 19) return isPlain(type, bytes, start, end);
  const separator = bytes[start + 10];
  if ((separator !== 0x54 && separator !== SPACE) || !isDate(bytes, start)) return false;
  const clock = clockEnd(bytes, start + 11, end);
  if (clock === end) return true;
  if (clock === -1 || !type.utc) return false;
  if (bytes[clock] === 0x5a) return clock === end - 1;
  return isOffset(bytes, clock, end) && isWithinYears(bytes, start);
}

/** `isWhole`: the text is complete. Otherwise it is only what the type can hold. */
type PlainTime = { readonly text: string; readonly isWhole: boolean };

/** The parts of a text. `fraction`: digits after the seconds. */
type Parts = {
  readonly date: string | undefined;
  readonly clock: string | undefined;
  readonly fraction: string;
  readonly zone: string | undefined;
};

/**
 * The form of a text or number that means an instant, date or time; undefined if it does not. The type may be unable to hold a
 * part of it (digits beyond microseconds, a zone, a clock, a date); the rest is used as written. Numbers are Unix time: 10
 * digits before the point are seconds, 13 milliseconds, 16 microseconds, 19 nanoseconds. A text without a zone is UTC.
 */
export function plainTime(type: TemporalType, text: string): PlainTime | undefined {
  const written = unixParts(text) ?? isoParts(text);
  const parts = written && (rolledOver(written) ?? written);
  const form = parts === undefined || !existsIn(parts) ? undefined : formOf(type, parts);
  const bytes = Buffer.from(form?.text ?? '');
  if (form === undefined || !isPlain(type, bytes, 0, bytes.length)) return undefined;
  if (parts === written) return form;
  if (type.kind === 'time') return undefined; // It is not a time of day.
  return { text: type.kind === 'date' ? (written?.date ?? '') : form.text, isWhole: false };
}

/** A leap second, or the end of a day as 24:00:00, becomes the second that follows. Undefined for all others. */
function rolledOver({ date = '2000-01-01', clock = '', fraction, zone }: Parts): Parts | undefined {
  const isDayEnd = clock === '24:00:00' && !/[1-9]/u.test(fraction);
  if (!isDayEnd && !/^(?:[01]\d|2[0-3]):[0-5]\d:60$/u.test(clock)) return undefined;
  const [hours, minutes, seconds] = clock.split(':').map(Number) as [number, number, number];
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const utc = new Date(midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000).toISOString();
  return utc.length === 24 ? { date: utc.slice(0, 10), clock: utc.slice(11, 19), fraction, zone } : undefined;
}

function isoParts(text: string): Parts | undefined {
  const parts =
    /^(?:(\d{4}-\d{2}-\d{2})(?:$|[Tt ]))?(?:(\d{2}:\d{2})(:\d{2})?(?:[.,](\d+))?)?(Z|z| ?UTC|[+-]\d{2}(?::?\d{2})?)?$/u.exec(
      text,
    );
  if (parts === null) return undefined;
  const [, date, minutes, seconds = ':00', fraction = '', zone] = parts;
  return { date, clock: minutes === undefined ? undefined : minutes + seconds, fraction, zone };
}

function unixParts(text: string): Parts | undefined {
  const digits = /^\d[\d.]*[eE]/u.test(text) ? String(Number(text)) : text;
  const [, whole, fraction = ''] = /^(\d{10}|\d{13}|\d{16}|\d{19})(?:\.(\d+))?$/u.exec(digits) ?? [];
  if (whole === undefined) return undefined;
  const utc = new Date(Number(whole.slice(0, 10)) * 1000).toISOString();
  return { date: utc.slice(0, 10), clock: utc.slice(11, 19), fraction: whole.slice(10) + fraction, zone: 'Z' };
}

/** Whether the day, the time of day and the zone exist, as far as they are given. */
function existsIn({ date = '2000-01-01', clock = '00:00:00', zone = '' }: Parts): boolean {
  const local = Buffer.from(`${date}T${clock}`);
  const [, hours = '00', minutes = '00'] = /(\d{2}):?(\d{2})?$/u.exec(zone) ?? [];
  return hours <= '23' && minutes <= '59' && isPlain({ kind: 'timestamp', utc: false }, local, 0, local.length);
}

function formOf(type: TemporalType, { date, clock, fraction, zone }: Parts): PlainTime | undefined {
  const kept = micros(fraction.slice(0, 6));
  const isMicros = !/[1-9]/u.test(fraction.slice(6));
  if (type.kind === 'time') {
    const isWhole = isMicros && date === undefined && zone === undefined;
    return clock === undefined ? undefined : { text: clock + kept, isWhole };
  }
  if (date === undefined) return undefined;
  if (type.kind === 'date') {
    const isMidnight = !/[1-9]/u.test(`${clock ?? ''}${fraction}`);
    return { text: date, isWhole: isMidnight && !/[1-9]/u.test(zone ?? '') }; // In another zone it may be another day.
  }
  const local = `${date}T${clock ?? '00:00:00'}${kept}`;
  if (!type.utc) return { text: local, isWhole: isMicros && zone === undefined };
  const utc = zone === undefined || !/\d/u.test(zone) ? `${local}Z` : inUtc(local, zone);
  return utc === undefined ? undefined : { text: utc, isWhole: isMicros };
}

/** Minutes in UTC by minute and zone: rows usually come in the order of their time. */
const minutesInUtc = new Map<string, string | undefined>();
const maxMinutes = 10_000;

function inUtc(local: string, zone: string): string | undefined {
  const minute = local.slice(0, 16);
  const key = minute + zone;
  if (!minutesInUtc.has(key)) {
    if (minutesInUtc.size >= maxMinutes) minutesInUtc.clear();
    minutesInUtc.set(key, minuteInUtc(minute, zone));
  }
  const utc = minutesInUtc.get(key);
  return utc === undefined ? undefined : `${utc}${local.slice(16)}Z`;
}

/** Undefined for a time that does not exist, or outside the years 1 to 9999. */
function minuteInUtc(minute: string, zone: string): string | undefined {
  const bytes = Buffer.from(`${minute}:00`);
  if (!isPlain({ kind: 'timestamp', utc: false }, bytes, 0, bytes.length)) return undefined;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0');
  const ms = Date.parse(`${minute}Z`) - (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
  const utc = new Date(ms).toISOString();
  return utc.length === 24 ? utc.slice(0, 16) : undefined;
}

/** A fraction of a second without needless zeros. */
function micros(fraction: string): string {
  const digits = fraction.replace(/0+$/u, '');
  return digits === '' ? '' : `.${digits}`;
}

const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(bytes: Uint8Array, start: number): boolean {
  if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return false;
  const year = digits(bytes, start, 2) * 100 + digits(bytes, start + 2, 2);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false;
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (daysInMonth[month - 1] as number);
}

function isWithinYears(bytes: Uint8Array, start: number): boolean {
  const year = digits(bytes, start, 4);
  return year >= 2 && year <= 9998;
}

/** `±HH:MM` or `±HH`, of less than a day. */
function isOffset(bytes: Uint8Array, start: number, end: number): boolean {
  const sign = bytes[start];
  if ((sign !== 0x2b && sign !== 0x2d) || !(digits(bytes, start + 1, 2) <= 23)) return false;
  return end === start + 3 || (end === start + 6 && bytes[start + 3] === 0x3a && digits(bytes, start + 4, 2) <= 59);
}

/** The byte after HH:MM:SS[.ffffff], or -1. */
function clockEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8 || bytes[start + 2] !== 0x3a || bytes[start + 5] !== 0x3a) return -1;
  const valid = digits(bytes, start, 2) <= 23 && digits(bytes, start + 3, 2) <= 59 && digits(bytes, start + 6, 2) <= 59;
  if (!valid) return -1;
  if (start + 8 >= end || bytes[start + 8] !== 0x2e) return start + 8;
  let at = start + 9;
  while (at < end && isDigit(bytes[at] as number)) at += 1;
  const length = at - start - 9;
  return length >= 1 && length <= 6 ? at : -1;
}

/** NaN if one of them is not a digit. */
function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
