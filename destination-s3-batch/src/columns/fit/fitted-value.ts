// How a value is written in a field, if it fits at all.
import {
  CLOSE_ARRAY,
  LETTER_N,
  MINUS,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  ZERO,
} from '@s3-connectors/common/json/ascii.ts';
import { NOT_JSON, plainEnd, skipSpace, skipValue } from '@s3-connectors/common/json/json-bytes.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import type { FieldType, ScalarType } from '../types/field-type.ts';
import { isDouble, numberKind, numberKinds, safeDigits, wholeText } from '../types/number-kind.ts';
import { nextMember } from './row-members.ts';
import { type isPlain, isTemporal, plainText } from '../types/temporal-text.ts';
import { isWholeText } from '../types/whole-text.ts';

/** Whether a text is a date or time in a form that may be written. */
export type IsInForm = typeof isPlain;

/**
 * For usual values, on the hot path.
 * @returns the byte after the value if it is clearly to be written as it is; NOT_JSON says nothing.
 */
export function asItIs(bytes: Uint8Array, at: number, type: ScalarType, isInForm: IsInForm): number {
  const first = bytes[at] as number;
  if (first === QUOTE) {
    const end = plainEnd(bytes, at + 1);
    if (bytes[end] !== QUOTE) return NOT_JSON;
    return type.kind === 'string' || (isTemporal(type) && isInForm(type, bytes, at + 1, end)) ? end + 1 : NOT_JSON;
  }
  if (type.kind === 'integer' || type.kind === 'number') return plainIntegerEnd(bytes, at);
  if (type.kind !== 'boolean') return NOT_JSON;
  if (first === 0x74) return at + 4;
  return first === 0x66 ? at + 5 : NOT_JSON;
}

/** The same for a list; its items are of that type. */
export function listAsItIs(bytes: Uint8Array, start: number, type: FieldType, isInForm: IsInForm): number {
  if (type.kind === 'struct' || type.kind === 'json') return NOT_JSON;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_ARRAY) {
    let end = NOT_JSON;
    if (bytes[at] === LETTER_N) end = at + 4;
    else if (type.kind !== 'list') end = asItIs(bytes, at, type, isInForm);
    else if (bytes[at] === OPEN_ARRAY) end = listAsItIs(bytes, at, type.items, isInForm);
    if (end === NOT_JSON) return NOT_JSON;
    at = nextMember(bytes, end);
  }
  return at + 1;
}

/** Of a whole number of few digits. */
function plainIntegerEnd(bytes: Uint8Array, start: number): number {
  let end = bytes[start] === MINUS ? start + 1 : start;
  while ((bytes[end] as number) >= ZERO && (bytes[end] as number) <= 0x39) end += 1;
  if (end === start || end - start > safeDigits) return NOT_JSON;
  const isWhole = bytes[end] !== 0x2e && ((bytes[end] as number) | 0x20) !== 0x65;
  return isWhole ? end : NOT_JSON;
}

/** Whether the value has a place in the type: an object in any struct, whatever its members are. */
export function fits(bytes: Uint8Array, start: number, type: FieldType): boolean {
  const first = bytes[start];
  if (first === LETTER_N || type.kind === 'json') return true;
  if (type.kind === 'struct') return first === OPEN_OBJECT;
  if (type.kind !== 'list') return fittedScalar(bytes, start, skipValue(bytes, start), type) !== undefined;
  if (first !== OPEN_ARRAY) return false;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_ARRAY) {
    if (!fits(bytes, at, type.items)) return false;
    at = nextMember(bytes, skipValue(bytes, at));
  }
  return true;
}

/** What to write for the value: '' for the value itself; undefined when it does not fit. */
export function fittedScalar(bytes: Uint8Array, start: number, end: number, type: FieldType): string | undefined {
  const first = bytes[start] as number;
  const isText = first === QUOTE;
  const isBoolean = first === 0x74 || first === 0x66;
  const isNumber = !isText && !isBoolean && first !== OPEN_OBJECT && first !== OPEN_ARRAY;
  if (type.kind === 'boolean') return isBoolean ? '' : undefined;
  if (type.kind === 'string') return isText && isWholeText(bytes, start + 1, end - 1) ? '' : undefined;
  if (isTemporal(type)) {
    if (!isText && !isNumber) return undefined;
    const text = Buffer.from(bytes.subarray(start, end)).toString();
    const plain = plainText(type, isText ? String(parseJson(text)) : text);
    return plain === undefined ? undefined : `"${plain}"`;
  }
  return isNumber ? fittedNumber(bytes, start, end, type.kind === 'integer') : undefined;
}

function fittedNumber(bytes: Uint8Array, start: number, end: number, integer: boolean): string | undefined {
  const kind = numberKind(bytes, start, end);
  const text = (): string => Buffer.from(bytes.subarray(start, end)).toString();
  switch (kind) {
    case numberKinds.int:
      return '';
    case numberKinds.wide:
      return integer || isDouble(text()) ? '' : undefined;
    case numberKinds.whole:
      return integer ? wholeText(text()) : '';
    case numberKinds.real:
      return integer ? undefined : '';
    default:
      return undefined;
  }
}
