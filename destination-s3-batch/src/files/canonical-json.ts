// JSON text that is equal for all spellings of an object or list: members in the order of their names, the last of repeated ones,
// numbers by value, no blanks.
import { OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { skipValue } from '@s3-connectors/common/json/json-bytes.ts';
import { itemsAt, membersAt } from '@s3-connectors/common/json/json-parts.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { decimalOf } from '../columns/types/number-kind.ts';

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

function canonicalObject(bytes: Uint8Array, at: number, depth: number): string {
  const members = new Map<string, string>();
  for (const { key, keyEnd, start } of membersAt(bytes, at)) {
    members.set(JSON.stringify(parseJson(textOf(bytes, key, keyEnd))), canonicalJson(bytes, start, depth + 1));
  }
  const sorted = Array.from(members, ([key, value]) => `${key}:${value}`).sort();
  return `{${sorted.join(',')}}`;
}

function canonicalList(bytes: Uint8Array, at: number, depth: number): string {
  return `[${itemsAt(bytes, at)
    .map(({ start }) => canonicalJson(bytes, start, depth + 1))
    .join(',')}]`;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}

/** Larger powers of ten count as this one. */
const mostPower = 10 ** 15;
const powerDigits = 16;

/**
 * A decimal number of any size as a text that sorts, byte by byte, like the numbers, and is equal for all spellings of one
 * number: its sign, the power of ten of its first digit, its digits. For a negative number both are complements, and a last
 * byte above all digits puts the longer one first. @param text a JSON number, also with leading zeros.
 */
export function sortableNumber(text: string): string {
  const { sign, digits, power } = decimalOf(text);
  if (digits === '') return '1';
  const bounded = Math.min(Math.max(power, -mostPower), mostPower) + mostPower;
  const size = String(bounded).padStart(powerDigits, '0') + digits;
  return sign === '' ? `2${size}` : `0${size.replaceAll(/\d/gu, (digit) => String(9 - Number(digit)))}~`;
}
