// A record without the members that are named again later in their object: the last value counts, as in JSON.parse.
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../json/ascii.ts';
import { skipColon, skipSpace, skipString, skipValue } from '../json/json-bytes.ts';
import { itemsPath, keyText, memberPath, mostDepth } from './repairs.ts';

/** An object or list that is open; `path`: of its values. */
type Open = {
  readonly path: string;
  /** Undefined for a list. Where the last member of that name begins. */
  readonly last: Map<string, Member> | undefined;
  /** Of the member in hand. */
  name: string;
};
type Member = { readonly start: number; readonly path: string };
/** Bytes to be left out: a member and the comma after it. */
type Span = { readonly start: number; end: number };

/**
 * The line bytes[start, end] with its newline, where the JSON value at `value` is valid; undefined if no object in it names a member
 * twice. `note` is given the field of each value that is dropped. Nesting costs memory, never stack.
 */
export function withLastValues(
  bytes: Uint8Array,
  line: { readonly start: number; readonly end: number; readonly value: number },
  note: (path: string, count: number) => void,
): Buffer | undefined {
  const spans = repeatedMembers(bytes, line.value, note);
  if (spans.length === 0) return undefined;
  const pieces: Uint8Array[] = [];
  let copied = line.start;
  for (const { start, end } of spans.sort((a, b) => a.start - b.start)) {
    if (start > copied) pieces.push(bytes.subarray(copied, start));
    copied = Math.max(copied, end);
  }
  pieces.push(bytes.subarray(copied, line.end + 1));
  return Buffer.concat(pieces);
}

function repeatedMembers(bytes: Uint8Array, value: number, note: (path: string, count: number) => void): Span[] {
  const spans: Span[] = [];
  const open: Open[] = [];
  let at = value;
  do {
    const inner = open.at(-1);
    const byte = bytes[at];
    const isMember = inner?.last !== undefined && byte === QUOTE;
    if (isMember) at = takeKey(bytes, at, inner, (path, span) => (note(path, 1), spans.push(span)));
    const first = bytes[at];
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      open.push(openedIn(inner, open.length, first === OPEN_OBJECT));
      at = skipSpace(bytes, at + 1);
    } else if (first !== CLOSE_OBJECT && first !== CLOSE_ARRAY) at = afterComma(bytes, skipValue(bytes, at));
    while (open.length > 0 && (bytes[at] === CLOSE_OBJECT || bytes[at] === CLOSE_ARRAY)) {
      open.pop();
      at = open.length === 0 ? at + 1 : afterComma(bytes, at + 1);
    }
  } while (open.length > 0);
  return spans;
}

/** @returns where the value begins. */
function takeKey(bytes: Uint8Array, at: number, inner: Open, drop: (path: string, span: Span) => void): number {
  const keyEnd = skipString(bytes, at);
  const name = keyText(bytes, at, keyEnd);
  const value = skipColon(bytes, keyEnd);
  const before = inner.last?.get(name);
  const path = memberPath(inner.path, name);
  inner.name = name;
  inner.last?.set(name, { start: at, path });
  if (before !== undefined) drop(path, { start: before.start, end: nextKey(bytes, before.start) });
  return value;
}

function nextKey(bytes: Uint8Array, start: number): number {
  return afterComma(bytes, skipValue(bytes, skipColon(bytes, skipString(bytes, start))));
}

function openedIn(outer: Open | undefined, depth: number, isObject: boolean): Open {
  const last = isObject ? new Map<string, Member>() : undefined;
  if (outer === undefined) return { path: '', last, name: '' };
  if (depth > mostDepth) return { path: outer.path, last, name: '' };
  const path = outer.last === undefined ? itemsPath(outer.path) : memberPath(outer.path, outer.name);
  return { path, last, name: '' };
}

function afterComma(bytes: Uint8Array, end: number): number {
  const at = skipSpace(bytes, end);
  return bytes[at] === COMMA ? skipSpace(bytes, at + 1) : at;
}
