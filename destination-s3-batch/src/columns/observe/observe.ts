// Walks a row once, on its bytes: validates it as strictly as JSON.parse, finds its end and its fields, and notes each value in
// the table's shape. Hot path: for a row like earlier ones nothing is built and nothing is looked up, because each key is the
// one that followed its neighbour last time.
//
// If a row turns out not to be a row of the table, the same walk with `by` = -1 removes what it noted.
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  MINUS,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from '@s3-connectors/common/json/ascii.ts';
import { NOT_JSON, skipColon, skipSpace, skipString, skipValue } from '@s3-connectors/common/json/json-bytes.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { valueAfter } from '../types/member-key.ts';
import { maxDepth } from '../../config/budgets.ts';
import { isDigit, observeIntegers, observeNumber, observeText } from './observe-scalars.ts';
import { seen, type Shape } from './shape.ts';
import { note, noteOdd, type Walk } from './walk.ts';

const mostLeftOut = 3;
/** Numbers objects and rows, so that a repeated member is recognised by its `visit`. */
let visits = 0;
let rows = 0;
let walk: Walk = { bytes: new Uint8Array(), by: 1, row: 0, root: undefined, isUnusual: false };

/**
 * bytes[start] opens an object, and the line ends with a newline. `found`: takes the positions of the row's fields, by their
 * number in `Shape.field`. @returns the byte after it, or NOT_JSON.
 */
export function observeRow(bytes: Uint8Array, start: number, shape: Shape, found?: Envelope): number {
  return observe(bytes, start, shape, 1, found);
}

/**
 * Whether the last row has unusual content: values of a kind that few rows have in that field, members without a field, or
 * repeated ones. The other rows can be judged together, by `usual` of the shapes.
 */
export function isUnusualRow(): boolean {
  return walk.isUnusual;
}

/** Removes what `observeRow` noted, as far as it came. */
export function forgetRow(bytes: Uint8Array, start: number, shape: Shape): void {
  observe(bytes, start, shape, -1, undefined);
}

function observe(bytes: Uint8Array, start: number, shape: Shape, by: 1 | -1, found: Envelope | undefined): number {
  beginRow(bytes, shape, by);
  return observeObject(walk, start, shape, 1, found);
}

/** Begins a row that is noted member by member. `by`: -1 to remove what was noted of a row. */
export function beginRow(bytes: Uint8Array, shape: Shape, by: 1 | -1): void {
  if (walk.bytes !== bytes) walk = { bytes, by, row: 0, root: shape, isUnusual: false };
  walk.by = by;
  walk.root = shape;
  walk.isUnusual = false;
  rows = (rows + 1) >>> 0;
  walk.row = rows;
  shape.room.begin(shape, by === -1);
  shape.counts[seen.object] = (shape.counts[seen.object] as number) + by;
}

/** Notes the member of the current row whose value is at `at`. @returns the byte after it, or NOT_JSON. */
export function observeMember(bytes: Uint8Array, at: number, shape: Shape): number {
  if (walk.bytes !== bytes) walk = { ...walk, bytes };
  return observeValue(walk, at, shape, 2);
}

/** Notes a member of the current row whose kind is known. */
export function noteMember(shape: Shape, kind: number): void {
  note(walk, shape, kind);
}

function observeObject(walk: Walk, start: number, shape: Shape, depth: number, found: Envelope | undefined): number {
  const { bytes } = walk;
  visits += 1;
  const visit = visits;
  let members = 0;
  let at = start + 1;
  if ((bytes[at] as number) <= SPACE) at = skipSpace(bytes, at);
  if (bytes[at] === CLOSE_OBJECT) return at + 1;
  let before: Shape | undefined;
  for (;;) {
    let child = before === undefined ? shape.first : before.follower;
    let value = child === undefined ? NOT_JSON : valueAfter(bytes, at, child);
    for (let left = 0; value === NOT_JSON && child?.follower !== undefined && left < mostLeftOut; left += 1) {
      child = child.follower; // An omitted member is no reason to look up the next one.
      value = valueAfter(bytes, at, child);
    }
    if (value === NOT_JSON) {
      if (bytes[at] !== QUOTE) return NOT_JSON;
      const keyEnd = skipString(bytes, at);
      value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
      if (value === NOT_JSON) return NOT_JSON;
      child = shape.child(latin1(bytes, at + 1, keyEnd - 1));
      if (child !== undefined) {
        if (before === undefined) shape.first = child;
        else before.follower = child;
      }
    }
    let end: number;
    if (child === undefined) {
      noteOdd(walk, shape, 'rest');
      end = skipValue(bytes, value);
    } else {
      before = child;
      if (child.visit === visit) {
        noteOdd(walk, shape, 'twins');
        end = skipValue(bytes, value); // A repeated member counts once for the row.
      } else {
        child.visit = visit;
        end = observeValue(walk, value, child, depth + 1);
      }
      if (child.field >= 0 && found !== undefined) {
        found.fieldStarts[child.field] = value;
        found.fieldEnds[child.field] = end;
      }
    }
    if (end === NOT_JSON) return NOT_JSON;
    if (child === undefined && found !== undefined) noteField(bytes, at, { value, end }, shape, found);
    members += 1;
    at = end;
    if ((bytes[at] as number) <= SPACE) at = skipSpace(bytes, at);
    const byte = bytes[at];
    at += 1;
    if (byte !== COMMA) {
      if (byte !== CLOSE_OBJECT) return NOT_JSON;
      if (found !== undefined) found.members = members;
      return at;
    }
    if ((bytes[at] as number) <= SPACE) at = skipSpace(bytes, at);
  }
}

/** For a member without a field in the table. */
function noteField(
  bytes: Uint8Array,
  keyStart: number,
  { value, end }: { readonly value: number; readonly end: number },
  { fields }: Shape,
  found: Envelope,
): void {
  const keyEnd = skipString(bytes, keyStart);
  const number = fields.indexOf(String(parseJson(Buffer.from(bytes.subarray(keyStart, keyEnd)).toString())));
  if (number < 0) return;
  found.fieldStarts[number] = value;
  found.fieldEnds[number] = end;
}

function observeValue(walk: Walk, at: number, shape: Shape, depth: number): number {
  const { bytes } = walk;
  const first = bytes[at] as number;
  if (first === QUOTE) return observeText(walk, at, shape);
  if (first === MINUS || isDigit(first)) return observeNumber(walk, at, shape);
  let kind: number = seen.nothing;
  let end: number;
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
    kind = first === OPEN_OBJECT ? seen.object : seen.list;
    if (depth > maxDepth || shape.isText) {
      kind = seen.deep;
      end = skipValue(bytes, at);
    } else if (first === OPEN_OBJECT) end = observeObject(walk, at, shape, depth, undefined);
    else {
      const item = skipSpace(bytes, at + 1);
      if (bytes[item] === CLOSE_ARRAY) {
        kind = seen.emptyList;
        end = item + 1;
      } else end = observeItems(walk, item, shape, depth);
    }
  } else {
    if (first === 0x74 || first === 0x66) kind = seen.boolean;
    end = skipValue(bytes, at);
  }
  note(walk, shape, kind);
  return end;
}

/** From the first item of a list on. */
function observeItems(walk: Walk, start: number, shape: Shape, depth: number): number {
  const { bytes } = walk;
  const items = shape.items ?? shape.item();
  let at = observeIntegers(walk, start, items);
  if (bytes[at - 1] === CLOSE_ARRAY) return at;
  for (;;) {
    at = observeValue(walk, at, items, depth + 1);
    if (at === NOT_JSON) return NOT_JSON;
    if ((bytes[at] as number) <= SPACE) at = skipSpace(bytes, at);
    const byte = bytes[at];
    at += 1;
    if (byte === CLOSE_ARRAY) return at;
    if (byte !== COMMA) return NOT_JSON;
    if ((bytes[at] as number) <= SPACE) at = skipSpace(bytes, at);
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
