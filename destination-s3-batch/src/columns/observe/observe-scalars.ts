// Notes numbers and texts. Hot path, as observe.ts.
import { MINUS, POINT, QUOTE, ZERO } from '@s3-connectors/common/json/ascii.ts';
import { NOT_JSON, plainEnd, skipString, skipValue } from '@s3-connectors/common/json/json-bytes.ts';

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
