// The end of a JSON value, and whether all of it is of the type that the catalog declares: found in the one pass that also
// validates it.
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  NINE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  POINT,
  QUOTE,
  ZERO,
} from '@s3-connectors/common/json/ascii.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import {
  NOT_JSON,
  skipColon,
  skipFraction,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
} from '@s3-connectors/common/json/json-bytes.ts';
import { indexOfName } from '@s3-connectors/common/json/name-index.ts';

import { castJson } from '../../casts/json-cast.ts';
import { misfits, toLook, verdicts, type Fit, type Members } from './json-fit.ts';

const ONE = ZERO + 1;
const LETTER_E = 0x45;

/** What the last call of `skipFitted` met. */
export const met = { misfit: false };

/** Whether the valid value at `at` fits. */
export function isFit(bytes: Uint8Array, at: number, fit: Fit): boolean {
  met.misfit = false;
  skipFitted(bytes, at, fit);
  return !met.misfit;
}

/** The byte after the value at `at`, or NOT_JSON. Where it does not fit, `met.misfit` is set. */
export function skipFitted(bytes: Uint8Array, at: number, fit: Fit): number {
  const first = bytes[at] as number;
  const verdict = verdicts[fit.row * 256 + first];
  if (verdict === misfits) met.misfit = true;
  if (first >= ONE && first <= NINE) return skipPlainNumber(bytes, at, verdict);
  if (first === QUOTE) {
    const end = skipString(bytes, at);
    if (verdict === toLook && end !== NOT_JSON && !isFormOf(bytes, at, end, fit.type)) met.misfit = true;
    return end;
  }
  if (verdict === toLook && first === OPEN_ARRAY) return skipItems(bytes, at, fit.inner as Fit);
  if (verdict === toLook && first === OPEN_OBJECT) return skipMembers(bytes, at, fit);
  const end = skipValue(bytes, at);
  if (verdict === toLook && end !== NOT_JSON && !isWhole(bytes, at, end)) met.misfit = true;
  return end;
}

/** Of one that begins with a digit above zero. */
export function skipPlainNumber(bytes: Uint8Array, at: number, verdict: number | undefined): number {
  let end = at + 1;
  let byte = bytes[end] as number;
  while (byte >= ZERO && byte <= NINE) byte = bytes[++end] as number;
  if (byte !== POINT && byte < LETTER_E) return end;
  const after = skipFraction(bytes, end);
  if (after !== end && verdict === toLook) met.misfit = true;
  return after;
}

/** Of a number: it is written as an integer. */
function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === POINT || byte >= LETTER_E) return false;
  }
  return true;
}

function skipItems(bytes: Uint8Array, start: number, fit: Fit): number {
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (;;) {
    const end = skipFitted(bytes, at, fit);
    if (end === NOT_JSON) return NOT_JSON;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) return NOT_JSON;
    at = skipSpace(bytes, at + 1);
  }
}

function skipMembers(bytes: Uint8Array, start: number, { inner, members }: Fit): number {
  let at = skipSpace(bytes, start + 1);
  let next = 0; // Members mostly follow each other as they are declared.
  while (bytes[at] === QUOTE) {
    let fit = inner;
    let keyEnd = members === undefined ? NOT_JSON : keyEndIfAt(bytes, at, members.keys[next]);
    if (keyEnd !== NOT_JSON) fit = members?.fits[next++];
    else {
      keyEnd = skipString(bytes, at);
      if (keyEnd === NOT_JSON) return NOT_JSON;
      const number = members === undefined ? -1 : indexOfName(members.names, bytes, at + 1, keyEnd - 1);
      if (number !== -1) {
        fit = members?.fits[number];
        next = number + 1;
      }
    }
    const value = skipColon(bytes, keyEnd);
    if (value === NOT_JSON) return NOT_JSON;
    const end = fit === undefined ? skipValue(bytes, value) : skipFitted(bytes, value, fit);
    if (end === NOT_JSON) return NOT_JSON;
    const isNext = bytes[end] === COMMA && bytes[end + 1] === QUOTE;
    at = isNext ? end + 1 : skipToNextMember(bytes, end);
    if (at === NOT_JSON) return NOT_JSON;
  }
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

/** The byte after the key at `at`; NOT_JSON where that is another one. */
function keyEndIfAt(bytes: Uint8Array, at: number, key: Uint8Array | undefined): number {
  if (key === undefined) return NOT_JSON;
  const { length } = key;
  for (let index = 0; index < length; index++) if (bytes[at + index] !== key[index]) return NOT_JSON;
  return at + length;
}

/** Of the member whose name is bytes[start, end); undefined: the catalog does not declare it. */
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

/** What JSON has bytes as. */
function isBase64(bytes: Uint8Array, start: number, end: number): boolean {
  let last = end;
  while (end - last < 2 && bytes[last - 1] === EQUALS) last--;
  for (let at = start; at < last; at++) if (!base64.includes(bytes[at] as number)) return false;
  return (end - start) % 4 === 0 && last >= start;
}
