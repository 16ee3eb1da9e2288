// Finds the end of a JSON value, and whether all of it is of the type that the catalog declares, in the same pass that validates
// it.
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  LETTER_N,
  MINUS,
  NINE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  ZERO,
} from '@s3-connectors/common/json/ascii.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import {
  NOT_JSON,
  plainEnd,
  skipColon,
  skipFraction,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
  skipWhole,
} from '@s3-connectors/common/json/json-bytes.ts';
import { indexOfName } from '@s3-connectors/common/json/name-index.ts';
import { wordsOf } from '@s3-connectors/common/json/words.ts';

import { castJson } from '../../../casts/json-cast.ts';
import { forms, type Fit, type KeyWords, type Members } from './json-fit.ts';

// Numbers of `forms` are written in the code where every value passes, because V8 reads a module's constant from memory each time.

/** The result of the last call of `skipFitted`. */
export const met = { misfit: false };

/** Whether the valid value at `at` fits. */
export function isFit(bytes: Uint8Array, at: number, fit: Fit): boolean {
  met.misfit = false;
  skipFitted(bytes, at, fit);
  return !met.misfit;
}

export function isNumeric(first: number): boolean {
  return (first >= ZERO && first <= NINE) || first === MINUS;
}

/** Whether a number is written as an integer: after its first byte, only digits have this bit. */
function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  let bits = 0x10;
  for (let at = start + 1; at < end; at++) bits &= bytes[at] as number;
  return bits !== 0;
}

/** Whether a valid value fits that is neither an object nor an array. */
export function isScalarFit(bytes: Uint8Array, start: number, end: number, { allowed, type }: Fit): boolean {
  const first = bytes[start] as number;
  if (first === QUOTE) return (allowed & forms.text) !== 0 || isFormOf(bytes, start, end, type);
  if (!isNumeric(first)) return first === LETTER_N || (allowed & forms.word) !== 0;
  return (allowed & (isWhole(bytes, start, end) ? forms.whole : forms.fraction)) !== 0;
}

/** The byte after the value at `at`, or NOT_JSON. If the value does not fit, it sets `met.misfit`. */
export function skipFitted(bytes: Uint8Array, at: number, fit: Fit): number {
  const first = bytes[at] as number;
  const { allowed } = fit;
  if (first === QUOTE) {
    const end = skipString(bytes, at);
    if ((allowed & 1) === 0 && end !== NOT_JSON && !isFormOf(bytes, at, end, fit.type)) met.misfit = true;
    return end;
  }
  if (isNumeric(first)) {
    const wholeEnd = skipWhole(bytes, at);
    const end = skipFraction(bytes, wholeEnd);
    if ((allowed & (end === wholeEnd ? 2 : 4)) === 0) met.misfit = true;
    return end;
  }
  if (first === OPEN_OBJECT) {
    if ((allowed & 32) !== 0) return skipMembers(bytes, at, fit);
    met.misfit = true;
  } else if (first === OPEN_ARRAY) {
    if ((allowed & 16) !== 0) return skipItems(bytes, at, fit.inner as Fit);
    met.misfit = true;
  } else if (first !== LETTER_N && (allowed & 8) === 0) met.misfit = true;
  return skipValue(bytes, at);
}

function skipItems(bytes: Uint8Array, start: number, fit: Fit): number {
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (;;) {
    const end = skipInner(bytes, at, fit);
    if (end === NOT_JSON) return NOT_JSON;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) return NOT_JSON;
    at = skipSpace(bytes, at + 1);
  }
}

function skipMembers(bytes: Uint8Array, start: number, { inner, members }: Fit): number {
  if (members === undefined) return inner === undefined ? skipValue(bytes, start) : skipMap(bytes, start, inner);
  const { keys, fits } = members;
  const words = wordsOf(bytes);
  let at = skipSpace(bytes, start + 1);
  let next = 0; // Members usually come in the declared order.
  while (bytes[at] === QUOTE) {
    let fit: Fit | undefined;
    let value: number;
    const key = next < keys.length ? keys[next] : undefined;
    if (key !== undefined && isKeyAt(words, at, key)) {
      fit = fits[next++];
      value = skipSpace(bytes, at + key.length);
    } else {
      const keyEnd = skipString(bytes, at);
      value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
      if (value === NOT_JSON) return NOT_JSON;
      const number = indexOfName(members.names, bytes, at + 1, keyEnd - 1);
      if (number !== -1) {
        fit = fits[number];
        next = number + 1;
      }
    }
    const end = fit === undefined ? skipValue(bytes, value) : skipInner(bytes, value, fit);
    if (end === NOT_JSON) return NOT_JSON;
    const isNext = bytes[end] === COMMA && bytes[end + 1] === QUOTE;
    at = isNext ? end + 1 : skipToNextMember(bytes, end);
    if (at === NOT_JSON) return NOT_JSON;
  }
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

function skipMap(bytes: Uint8Array, start: number, inner: Fit): number {
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
    const end = value === NOT_JSON ? NOT_JSON : skipInner(bytes, value, inner);
    at = end === NOT_JSON ? NOT_JSON : skipToNextMember(bytes, end);
    if (at === NOT_JSON) return NOT_JSON;
  }
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

/** `skipFitted` for an item or a member. Most are texts or whole numbers of their type, which need no further call. */
function skipInner(bytes: Uint8Array, at: number, fit: Fit): number {
  const first = bytes[at] as number;
  const { allowed } = fit;
  if (first === QUOTE && (allowed & 1) !== 0) {
    const end = plainEnd(bytes, at + 1);
    return bytes[end] === QUOTE ? end + 1 : skipString(bytes, at);
  }
  if (first >= 0x31 && first <= 0x39 && (allowed & 2) !== 0) {
    let end = at + 1;
    while ((bytes[end] as number) >= 0x30 && (bytes[end] as number) <= 0x39) end++;
    const behind = bytes[end];
    if (behind === 0x2c || behind === 0x5d || behind === 0x7d) return end;
  }
  return skipFitted(bytes, at, fit);
}

/** Whether the key is at `at`, compared four bytes at a time. */
function isKeyAt(words: DataView, at: number, { length, words: own }: KeyWords): boolean {
  const last = own.length - 1;
  if (last < 0 || at + length > words.byteLength) return false;
  for (let index = 0; index < last; index++) if (words.getInt32(at + 4 * index, true) !== own[index]) return false;
  return words.getInt32(at + length - 4, true) === own[last];
}

/** For the member whose name is bytes[start, end). Undefined: the catalog does not declare it. */
export function memberFit(
  members: Members | undefined,
  bytes: Uint8Array,
  start: number,
  end: number,
): Fit | undefined {
  if (members === undefined) return undefined;
  const number = indexOfName(members.names, bytes, start, end);
  return number === -1 ? undefined : members.fits[number];
}

/** Whether a text is in the one form that the type has in JSON. */
function isFormOf(bytes: Uint8Array, start: number, end: number, type: ColumnType): boolean {
  if (type.kind === 'binary') return isBase64(bytes, start + 1, end - 1);
  const json = Buffer.from(bytes.subarray(start, end)).toString();
  return castJson(json, 'string', type) === json;
}

const EQUALS = 0x3d;
const base64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/** The form of bytes in JSON. */
function isBase64(bytes: Uint8Array, start: number, end: number): boolean {
  let last = end;
  while (end - last < 2 && bytes[last - 1] === EQUALS) last--;
  for (let at = start; at < last; at++) if (!base64.includes(bytes[at] as number)) return false;
  return (end - start) % 4 === 0 && last >= start;
}
