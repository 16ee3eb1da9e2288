// How a value is written in a field, if it fits.
import {
  CLOSE_ARRAY,
  LETTER_N,
  MINUS,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  ZERO,
} from '@s3-connectors/common/json/ascii.ts';
import { NOT_JSON, plainEnd, skipSpace } from '@s3-connectors/common/json/json-bytes.ts';
import { isReadableNumber } from '@s3-connectors/common/json/number-range.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import type { FieldType, ScalarType, TemporalType } from '../types/field-type.ts';
import { integerText, isDouble, numberKind, numberKinds, safeDigits } from '../types/number-kind.ts';
import { nextMember } from './row-members.ts';
import { type isPlain, isTemporal, plainTime } from '../types/temporal-text.ts';
import { isWholeText } from '../types/whole-text.ts';

/** Whether a text is a date or time in an accepted form. */
export type IsInForm = typeof isPlain;

/**
 * For usual values, on the hot path. @returns the byte after the value if it can certainly be written as it is. NOT_JSON
 * decides nothing.
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

/** The same for a list with items of that type. */
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

/** For a whole number of few digits. */
function plainIntegerEnd(bytes: Uint8Array, start: number): number {
  let end = bytes[start] === MINUS ? start + 1 : start;
  while ((bytes[end] as number) >= ZERO && (bytes[end] as number) <= 0x39) end += 1;
  if (end === start || end - start > safeDigits) return NOT_JSON;
  const isWhole = bytes[end] !== 0x2e && ((bytes[end] as number) | 0x20) !== 0x65;
  return isWhole ? end : NOT_JSON;
}

/**
 * How a value is written in a field. `text`: '' for the value itself. `isCut`: the field holds only a part of it; `isCoerced`:
 * the field holds all of it, as another kind of value.
 */
type Fitted = { readonly text: string; readonly isCut?: boolean; readonly isCoerced?: boolean };

const asItComes: Fitted = { text: '' };
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
/** Longer texts are not meant as numbers. */
const mostNumberBytes = 400;

/** Undefined if the value does not fit. `asLines`: in JSON lines a number keeps all its digits. */
export function fittedScalar(
  bytes: Uint8Array,
  start: number,
  end: number,
  { type, asLines }: { readonly type: ScalarType; readonly asLines: boolean },
): Fitted | undefined {
  const first = bytes[start] as number;
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return undefined;
  const text = (): string => Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
  const isText = first === QUOTE;
  const isBoolean = first === 0x74 || first === 0x66;
  if (type.kind === 'string') return isText ? fittedText(bytes, start, end) : { text: `"${text()}"`, isCoerced: true };
  if (type.kind === 'boolean') return isText ? spelledBoolean(text()) : isBoolean ? asItComes : undefined;
  if (isBoolean) return undefined;
  if (isTemporal(type)) return fittedTime(type, isText ? String(parseJson(text())) : text(), !isText);
  const options = { integer: type.kind === 'integer', asLines };
  if (!isText) return fittedNumber(bytes, start, end, options);
  if (end - start > mostNumberBytes) return undefined;
  const spelled = Buffer.from(String(parseJson(text())));
  if (!number.test(spelled.toString())) return undefined;
  const fitted = fittedNumber(spelled, 0, spelled.length, options);
  return (
    fitted && {
      ...fitted,
      text: fitted.text === '' ? spelled.toString() : fitted.text,
      isCoerced: fitted.isCut !== true,
    }
  );
}

/** PHP writes an object without members as a list without items. */
export function emptyObject(bytes: Uint8Array, start: number): Fitted | undefined {
  const isEmpty = bytes[start] === OPEN_ARRAY && bytes[skipSpace(bytes, start + 1)] === CLOSE_ARRAY;
  return isEmpty ? { text: '{}', isCoerced: true } : undefined;
}

/** Characters that the engine refuses become U+FFFD in the field. */
function fittedText(bytes: Uint8Array, start: number, end: number): Fitted {
  if (isWholeText(bytes, start + 1, end - 1)) return asItComes;
  const text = String(parseJson(Buffer.from(bytes.subarray(start, end)).toString()));
  return { text: JSON.stringify(text.toWellFormed().replaceAll('\0', '\ufffd')), isCut: true };
}

function spelledBoolean(text: string): Fitted | undefined {
  return text === '"true"' || text === '"false"' ? { text: text.slice(1, -1), isCoerced: true } : undefined;
}

function fittedTime(type: TemporalType, text: string, isNumber: boolean): Fitted | undefined {
  const plain = plainTime(type, text);
  if (plain === undefined) return undefined;
  return { text: `"${plain.text}"`, isCut: !plain.isWhole, isCoerced: plain.isWhole && isNumber };
}

type NumberOptions = { readonly integer: boolean; readonly asLines: boolean };

function fittedNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  { integer, asLines }: NumberOptions,
): Fitted | undefined {
  const kind = numberKind(bytes, start, end);
  if (kind === numberKinds.int) return asItComes;
  if (integer && kind === numberKinds.wide) return asItComes;
  if (integer && kind === numberKinds.huge) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  if (integer) {
    const digits = integerText(text);
    return digits === undefined ? undefined : { text: digits };
  }
  if (kind === numberKinds.whole || kind === numberKinds.real) return asItComes;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  const isReadable = isReadableNumber(text);
  if (isReadable && (asLines || isDouble(text))) return asItComes;
  return isDouble(text) ? { text: String(value), isCoerced: true } : { text: String(value), isCut: true };
}
