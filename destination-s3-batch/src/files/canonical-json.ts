// JSON text that is equal for all spellings of an object or list: members in the order of their names, the last of repeated ones,
// numbers by value, no blanks.
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import {
  skipColon,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
} from '@s3-connectors/common/json/json-bytes.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { sortableNumber } from './sortable-number.ts';

/** Deeper values are compared by their spelling, because nesting takes stack. */
const mostDepth = 64;
/** Longer numbers are compared by their spelling. */
const longestNumber = 512;

/** For the valid value at `start`. */
export function canonicalJson(bytes: Uint8Array, start: number, depth = 0): string {
  const first = bytes[start];
  if (first === OPEN_OBJECT && depth < mostDepth) return canonicalObject(bytes, start, depth);
  if (first === OPEN_ARRAY && depth < mostDepth) return canonicalList(bytes, start, depth);
  const text = textOf(bytes, start, skipValue(bytes, start));
  if (first === QUOTE) return JSON.stringify(parseJson(text));
  return /^-?\d/u.test(text) && text.length <= longestNumber ? sortableNumber(text) : text.replaceAll(/[\t\r]/gu, ' ');
}

function canonicalObject(bytes: Uint8Array, start: number, depth: number): string {
  const members = new Map<string, string>();
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = skipColon(bytes, keyEnd);
    members.set(JSON.stringify(parseJson(textOf(bytes, at, keyEnd))), canonicalJson(bytes, value, depth + 1));
    at = skipToNextMember(bytes, skipValue(bytes, value));
  }
  const sorted = Array.from(members, ([key, value]) => `${key}:${value}`).sort();
  return `{${sorted.join(',')}}`;
}

function canonicalList(bytes: Uint8Array, start: number, depth: number): string {
  const items: string[] = [];
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_ARRAY) {
    items.push(canonicalJson(bytes, at, depth + 1));
    at = skipSpace(bytes, skipValue(bytes, at));
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return `[${items.join(',')}]`;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}
