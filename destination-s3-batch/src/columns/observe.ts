// Looks at every value of a row, on its bytes, and notes in the table's shape what it is. The hot path of typing: for a row
// like those before it nothing is built and nothing is looked up, each key is where it was the last time.
import {
  OPEN_OBJECT,
  QUOTE,
  skipColon,
  skipSpace,
  skipString,
  skipValue,
} from '@s3-connectors/common/destination/json-bytes.ts';

import { numberKind } from './number-kind.ts';
import { maxDepth, seen, type Shape } from './shape.ts';
import { isPlain } from './temporal-text.ts';

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Numbers objects, so that a member named twice is told by its `visit`. */
let visits = 0;

/** bytes[at] opens an object of valid JSON, a row. @returns the byte after it. */
export function observeRow(bytes: Uint8Array, at: number, shape: Shape): number {
  shape.counts[seen.object] = (shape.counts[seen.object] as number) + 1;
  return observeObject(bytes, at, shape, 1);
}

function observeObject(bytes: Uint8Array, start: number, shape: Shape, depth: number): number {
  visits += 1;
  const visit = visits;
  let expected = 0;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    let child = shape.children[expected];
    let keyEnd = child === undefined ? -1 : endIfSpelled(bytes, at + 1, child.spelling);
    if (keyEnd === -1) {
      keyEnd = skipString(bytes, at);
      child = shape.child(latin1(bytes, at + 1, keyEnd - 1));
    }
    const value = skipColon(bytes, keyEnd);
    if (child === undefined) {
      shape.rest += 1;
      at = skipValue(bytes, value);
    } else {
      expected = child.index + 1;
      if (child.visit === visit) shape.twins += 1;
      child.visit = visit;
      at = observeValue(bytes, value, child, depth + 1);
    }
    at = skipSpace(bytes, at);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return at + 1;
}

function observeValue(bytes: Uint8Array, at: number, shape: Shape, depth: number): number {
  const first = bytes[at];
  if (first === QUOTE) return observeText(bytes, at, shape);
  let kind: number = seen.nothing;
  let end: number;
  if (first === OPEN_OBJECT || first === OPEN_LIST) {
    kind = first === OPEN_OBJECT ? seen.object : seen.list;
    if (depth > maxDepth) {
      shape.declare({ kind: 'json' });
      end = skipValue(bytes, at);
    } else end = kind === seen.object ? observeObject(bytes, at, shape, depth) : observeList(bytes, at, shape, depth);
  } else if (first === 0x6e) end = at + 4;
  else if (first === 0x74 || first === 0x66) {
    kind = seen.boolean;
    end = first === 0x74 ? at + 4 : at + 5;
  } else {
    end = skipValue(bytes, at);
    kind = numberKind(bytes, at, end);
  }
  shape.counts[kind] = (shape.counts[kind] as number) + 1;
  return end;
}

function observeList(bytes: Uint8Array, start: number, shape: Shape, depth: number): number {
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_LIST) return at + 1;
  const items = shape.items ?? shape.item();
  while (bytes[at] !== CLOSE_LIST) {
    at = skipSpace(bytes, observeValue(bytes, at, items, depth + 1));
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return at + 1;
}

function observeText(bytes: Uint8Array, start: number, shape: Shape): number {
  let at = start + 1;
  let kind: number = seen.text;
  for (;;) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) break;
    if (byte !== BACKSLASH) at += 1;
    else if (bytes[at + 1] !== 0x75) at += 2;
    else {
      const length = escapeLength(bytes, at);
      if (length === 0) kind = seen.broken;
      at += length === 0 ? 6 : length;
    }
  }
  if (shape.temporal !== undefined && isPlain(shape.temporal, bytes, start + 1, at)) kind = seen.temporal;
  shape.counts[kind] = (shape.counts[kind] as number) + 1;
  return at + 1;
}

/** Bytes of the `\u` escape at `at`, with the second half of a pair; 0 for a half alone and for the zero character. */
export function escapeLength(bytes: Uint8Array, at: number): number {
  const unit = codeUnit(bytes, at + 2);
  if (unit === 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return 0;
  if (unit < 0xd800 || unit > 0xdbff) return 6;
  const isPair = bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75;
  const second = isPair ? codeUnit(bytes, at + 8) : 0;
  return second >= 0xdc00 && second <= 0xdfff ? 12 : 0;
}

function codeUnit(bytes: Uint8Array, at: number): number {
  return Number.parseInt(latin1(bytes, at, at + 4), 16);
}

/** The byte after the closing quote if the key that begins at `at` is spelled so, else -1. */
function endIfSpelled(bytes: Uint8Array, at: number, spelling: Uint8Array): number {
  const { length } = spelling;
  for (let index = 0; index < length; index += 1) if (bytes[at + index] !== spelling[index]) return -1;
  return bytes[at + length] === QUOTE ? at + length + 1 : -1;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
