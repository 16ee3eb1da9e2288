// What tells a row of an append_dedup stream from others: its key, and how far its cursor is, as texts that the engine sorts.
// Taken from the bytes by our own code: the engine's JSON takes neither halves of surrogate pairs nor all numbers.
import { createHash } from 'node:crypto';

import { OPEN_OBJECT, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { findMember } from '@s3-connectors/common/json/json-bytes.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { plainText } from '../columns/types/temporal-text.ts';
import type { Dedup } from '../tables/table.ts';

/** `number` and `time` are empty for a cursor that is none; `text` is what it is. No character of any is a control character. */
type DedupKey = { readonly key: string; readonly number: string; readonly time: string; readonly text: string };

/** Longer keys are told apart by their hash, longer cursors by their beginning: the engine sorts them in memory. */
const maxLength = 512;
const utc = { kind: 'timestamp', utc: true } as const;

/** Of the row that bytes[start] opens. `key` is empty for a row that has none: it is no other's duplicate. */
export function dedupKey(bytes: Uint8Array, start: number, { key, cursor }: Dedup): DedupKey {
  const parts = key.map((path) => jsonText(bytes, start, path));
  const text = cursor.length === 0 ? '' : (jsonText(bytes, start, cursor) ?? '');
  const plain = text.startsWith('"') ? String(parseJson(text)) : text;
  const isNumber = plain.length <= maxLength && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/u.test(plain);
  return {
    key: parts.every((part) => part === undefined) ? '' : shortKey(parts.map((part) => part ?? 'null').join(',')),
    number: isNumber ? plain : '',
    time: isNumber || plain.length > maxLength ? '' : sortableTime(plain),
    text: text.slice(0, maxLength).toWellFormed(),
  };
}

function shortKey(key: string): string {
  return key.length <= maxLength ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

/** The JSON of the member, strings always with the same escapes; undefined for null and without it. */
function jsonText(bytes: Uint8Array, start: number, path: readonly string[]): string | undefined {
  let at = start;
  let end = start;
  for (const name of path) {
    const member = bytes[at] === OPEN_OBJECT ? findMember(bytes, at, name) : undefined;
    if (member === undefined) return undefined;
    at = member.valueStart;
    end = member.valueEnd;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString();
  if (text === 'null') return undefined;
  return bytes[at] === QUOTE ? JSON.stringify(parseJson(text)) : text.replaceAll(/[\t\r]/gu, ' ');
}

/** Sorts as the instants do, with fractions of any length; empty for what is no time. */
function sortableTime(text: string): string {
  const [, clock = text, fraction = '', zone = ''] = /^(.*:\d{2})[.,](\d+)(\D.*|)$/u.exec(text) ?? [];
  const seconds = plainText(utc, clock + zone);
  return seconds === undefined ? '' : `${seconds.slice(0, -1)}.${fraction.replace(/0+$/u, '')}`;
}
