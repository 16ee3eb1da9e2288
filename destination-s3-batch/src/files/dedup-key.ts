// What distinguishes a row of an append_dedup stream: its key and its cursor, as texts that the engine compares byte by byte. Both
// express the meaning of the values in their columns, in any spelling: 4 and 4.0 are one key, an instant in two zones is one
// cursor. They are made from the bytes by our own code, because the engine's JSON refuses halves of surrogate pairs and some
// numbers.
import { createHash } from 'node:crypto';

import { OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { findMember } from '@s3-connectors/common/json/json-bytes.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import type { FieldType, StructType } from '../columns/types/field-type.ts';
import { plainTime } from '../columns/types/temporal-text.ts';
import type { Dedup } from '../tables/table.ts';
import { canonicalJson, sortableNumber } from './canonical-json.ts';

/** Paths into a row, and its type as far as it is decided. */
export type TypedDedup = Dedup & { readonly row: StructType };

/**
 * Rows with the same key are duplicates. The key is empty for a row without one, which is never a duplicate. The row with the
 * highest order stays. Neither text has a control character except `escape`.
 */
type DedupKey = { readonly key: string; readonly order: string };

/**
 * A member of a row. `json`: its text, equal for all spellings except those of numbers; a string has its quotes. `text`: the
 * content of a string.
 */
type Value = { readonly json: string; readonly text: string | undefined };

/** Longer keys are compared by their hash, longer cursors by their beginning, because the engine sorts them in memory. */
const maxLength = 512;
const utc = { kind: 'timestamp', utc: true } as const;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
const unixTime = /^(?:\d{10}|\d{13}|\d{16})$/u;

/** For the row whose opening brace is bytes[start]. */
export function dedupKey(bytes: Uint8Array, start: number, { key, cursor, row }: TypedDedup): DedupKey {
  const parts = key.map((path) => {
    const value = valueAt(bytes, start, path);
    return value && keyPart(value, typeAt(row, path));
  });
  const isKeyless = parts.every((part) => part === undefined);
  const place = cursor.length === 0 ? undefined : valueAt(bytes, start, cursor);
  return {
    key: isKeyless ? '' : shortKey(parts.map((part) => part ?? 'null').join(',')),
    order: place === undefined ? '' : cursorOrder(place, typeAt(row, cursor)),
  };
}

function shortKey(key: string): string {
  return key.length <= maxLength ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

/** The type of the column at the end of the path, if there is one. */
function typeAt(row: StructType, path: readonly string[]): FieldType | undefined {
  let type: FieldType | undefined = row;
  for (const name of path) {
    type = type?.kind === 'struct' ? type.fields.find((field) => field.name === name)?.type : undefined;
  }
  return type;
}

/** Undefined for null and for a missing member. */
function valueAt(bytes: Uint8Array, start: number, path: readonly string[]): Value | undefined {
  let at = start;
  let end = start;
  for (const name of path) {
    const member = bytes[at] === OPEN_OBJECT ? findMember(bytes, at, name) : undefined;
    if (member === undefined) return undefined;
    at = member.valueStart;
    end = member.valueEnd;
  }
  if (bytes[at] === OPEN_OBJECT || bytes[at] === OPEN_ARRAY) return { json: canonicalJson(bytes, at), text: undefined };
  const json = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString();
  if (json === 'null') return undefined;
  if (bytes[at] !== QUOTE) return { json, text: undefined };
  const text = String(parseJson(json));
  return { json: JSON.stringify(text), text };
}

/** The meaning of the value in a column of the type. Different kinds of meaning never have the same text. */
function keyPart({ json, text }: Value, type: FieldType | undefined): string {
  const kind = type?.kind;
  const plain = text ?? json;
  const isNumber = text === undefined ? jsonNumber.test(json) : false;
  if (kind === 'integer' || kind === 'number') {
    return plain.length <= maxLength && jsonNumber.test(plain) ? sortableNumber(plain) : json;
  }
  if (kind === 'timestamp') return instant(plain, type) ?? json;
  if (kind === 'boolean' && (plain === 'true' || plain === 'false')) return plain;
  if (kind === 'string') return isNumber || json === 'true' || json === 'false' ? JSON.stringify(json) : json;
  return isNumber && json.length <= maxLength ? sortableNumber(json) : json;
}

function instant(text: string, type: FieldType | undefined): string | undefined {
  if (type?.kind !== 'timestamp') return undefined;
  const hasZone = /(?:[Zz]|UTC|:\d{2}.*[+-]\d{2}(?::?\d{2})?)$/u.test(text) || unixTime.test(text);
  const time = !type.utc && hasZone ? '' : sortableTime(text);
  return time === '' ? undefined : `@${time}`;
}

/** Numbers sort above times, and times above other texts. Digits are a time only if the column has times. */
function cursorOrder({ json, text }: Value, type: FieldType | undefined): string {
  const plain = text ?? json;
  if (plain.length <= maxLength) {
    const isTime = type?.kind === 'timestamp' && unixTime.test(plain);
    if (!isTime && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/u.test(plain)) return `3${sortableNumber(plain)}`;
    const time = sortableTime(plain);
    if (time !== '') return `2${time}`;
  }
  return `1${printable(plain.slice(0, maxLength).toWellFormed())}`;
}

const escape = '\u0002';

/** Sorts as the text does. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? escape + String.fromCharCode(0x40 + code) : char;
  });
}

/** Sorts as the instants do, with fractions of any length. Empty for anything but a time. */
function sortableTime(text: string): string {
  const [, clock = text, fraction = '', zone = ''] = /^(.*:\d{2})[.,](\d+)(\D.*|)$/u.exec(text) ?? [];
  const digits = unixTime.test(text) ? text.slice(10) : fraction;
  const seconds = plainTime(utc, unixTime.test(text) ? text.slice(0, 10) : clock + zone)?.text;
  return seconds === undefined ? '' : `${seconds.slice(0, -1)}.${digits.replace(/0+$/u, '')}`;
}
