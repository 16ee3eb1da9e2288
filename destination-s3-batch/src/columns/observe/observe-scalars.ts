// Notes numbers and texts. Hot path, as observe.ts.
import { CLOSE_ARRAY, COMMA, MINUS, POINT, QUOTE, SPACE, ZERO } from '@s3-connectors/common/json/ascii.ts';
import { NOT_JSON, plainEnd, skipSpace, skipString, skipValue } from '@s3-connectors/common/json/json-bytes.ts';

import type { TemporalType } from '../types/field-type.ts';
import { numberKind, numberKinds, safeDigits } from '../types/number-kind.ts';
import { isPlain, isReadable } from '../types/temporal-text.ts';
import { isWholeText } from '../types/whole-text.ts';
import { seen, type Shape } from './shape.ts';
import { note, type Walk } from './walk.ts';

/** @returns the byte after the number, or NOT_JSON. */
export function observeNumber(walk: Walk, start: number, shape: Shape): number {
  const { bytes } = walk;
  const whole = bytes[start] === MINUS ? start + 1 : start;
  let end = whole;
  while (isDigit(bytes[end] as number)) end += 1;
  let kind: number = numberKinds.int;
  const isPlainInteger =
    end - start <= safeDigits &&
    end > whole &&
    (bytes[whole] !== ZERO || end === whole + 1) &&
    bytes[end] !== POINT &&
    ((bytes[end] as number) | 0x20) !== 0x65;
  if (!isPlainInteger) {
    end = skipValue(bytes, start);
    if (end === NOT_JSON) return NOT_JSON;
    kind = numberKind(bytes, start, end);
  }
  note(walk, shape, kind);
  return end;
}

/**
 * Notes a list's items from its first one, at `start`, as long as they are whole numbers of few digits: lists of ids are long.
 * @returns the next item, or the byte after the list.
 */
export function observeIntegers(walk: Walk, start: number, shape: Shape): number {
  const { bytes } = walk;
  let at = start;
  let count = 0;
  for (let isLast = false; !isLast && isDigit(bytes[at] as number) && bytes[at] !== ZERO;) {
    let end = at + 1;
    while (isDigit(bytes[end] as number)) end += 1;
    isLast = bytes[end] === CLOSE_ARRAY;
    if (end - at > safeDigits || (bytes[end] !== COMMA && !isLast)) break;
    count += 1;
    at = end + 1;
    if ((bytes[at] as number) <= SPACE && !isLast) at = skipSpace(bytes, at);
  }
  if (count > 0) note(walk, shape, numberKinds.int, count);
  return at;
}

/** @returns the byte after the string, or NOT_JSON. */
export function observeText(walk: Walk, start: number, shape: Shape): number {
  const { bytes } = walk;
  let end = plainEnd(bytes, start + 1);
  let kind: number = seen.text;
  if (bytes[end] !== QUOTE) {
    end = skipString(bytes, start) - 1;
    if (end < start) return NOT_JSON;
    if (!isWholeText(bytes, start + 1, end)) kind = seen.broken;
  }
  if (shape.temporal !== undefined) kind = temporalKind(shape.temporal, bytes, start + 1, end) ?? kind;
  note(walk, shape, kind);
  return end + 1;
}

function temporalKind(type: TemporalType, bytes: Uint8Array, start: number, end: number): number | undefined {
  if (isPlain(type, bytes, start, end)) return seen.temporal;
  return isReadable(type, bytes, start, end) ? seen.readable : undefined;
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}
