// Walks JSON text as bytes without building values, to find the end of a value and the members of an object. It accepts exactly
// what JSON.parse accepts, so that a slice can be used unchanged.
//
// Precondition of every function: the text is one line, and the next byte is its newline. This file does not treat a newline as
// white space, so it stops every loop, and no loop needs a length.

import { BACKSLASH, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './ascii.ts';
import { parseJson } from './parse-json.ts';
import { isPair, isSurrogate } from './surrogates.ts';
import { escapable, firstOf, marksOf, wordBytes, wordsOf } from './words.ts';

export { QUOTE } from './ascii.ts';

/** The result of every function for a text that is not JSON. */
export const NOT_JSON = -1;

/** 1 for bytes that end a string's plain bytes: the quote, the backslash and the control characters that JSON forbids. */
const STRING_STOP = new Uint8Array(256).map((_, byte) => (byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0));
const ESCAPABLE = new Uint8Array(256);
for (const char of '"\\/bfnrt') ESCAPABLE[char.charCodeAt(0)] = 1;
const HEX = new Uint8Array(256);
for (const char of '0123456789abcdefABCDEF') HEX[char.charCodeAt(0)] = 1;

/** The open containers around the skipped value. It grows with the nesting, at most one byte for each byte of the line. */
let nesting = new Uint8Array(1024);

// How many were seen since the start: half surrogate pairs (see surrogates.ts), numbers that some reader may refuse (see
// number-range.ts), and objects with members in skipped values.
export let halvesSeen = 0;
export let strangeNumbersSeen = 0;
export let objectsSkipped = 0;

/** The first byte at or after `at` that is not white space inside a line. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  if ((bytes[at] as number) > 0x20) return at; // Most writers put no white space.
  let next = at;
  while (bytes[next] === 0x20 || bytes[next] === 0x09 || bytes[next] === 0x0d) next += 1;
  return next;
}

/** The byte after the string whose opening quote is at `at`. */
export function skipString(bytes: Uint8Array, at: number): number {
  const next = plainEnd(bytes, at + 1);
  return bytes[next] === QUOTE ? next + 1 : skipEscapes(bytes, next);
}

/** The first quote, backslash or control character at or after `at`. */
export function plainEnd(bytes: Uint8Array, at: number): number {
  const words = wordsOf(bytes);
  const lastWord = words.byteLength - wordBytes;
  let next = at;
  while (next <= lastWord) {
    const marks = marksOf(escapable(words.getInt32(next, true)));
    if (marks !== 0) return next + firstOf(marks);
    next += 4;
  }
  while (STRING_STOP[bytes[next] as number] === 0) next += 1;
  return next;
}

/** The byte after a string, from its first byte that is not plain. */
function skipEscapes(bytes: Uint8Array, at: number): number {
  let next = at;
  while (bytes[next] === BACKSLASH) {
    const escape = bytes[next + 1] as number;
    if (ESCAPABLE[escape] === 1) next += 2;
    else if (escape !== 0x75 || !isHex4(bytes, next + 2)) return NOT_JSON;
    else if (!isSurrogate(bytes, next)) next += 6;
    else if (isPair(bytes, next) && isHex4(bytes, next + 8)) next += 12;
    else {
      halvesSeen += 1;
      next += 6;
    }
    next = plainEnd(bytes, next);
  }
  return bytes[next] === QUOTE ? next + 1 : NOT_JSON;
}

/** The first byte of the value that belongs to the key whose opening quote should be at `at`. */
function skipKey(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return NOT_JSON;
  const end = skipString(bytes, at);
  return end === NOT_JSON ? NOT_JSON : skipColon(bytes, end);
}

/** The first byte of the value, from the end of its key. */
export function skipColon(bytes: Uint8Array, keyEnd: number): number {
  const at = skipSpace(bytes, keyEnd);
  return bytes[at] === COLON ? skipSpace(bytes, at + 1) : NOT_JSON;
}

/** From the end of an object's member: the next key, or the object's closing brace. */
export function skipToNextMember(bytes: Uint8Array, valueEnd: number): number {
  const at = skipSpace(bytes, valueEnd);
  if (bytes[at] === CLOSE_OBJECT) return at;
  if (bytes[at] !== COMMA) return NOT_JSON;
  const key = skipSpace(bytes, at + 1);
  return bytes[key] === QUOTE ? key : NOT_JSON;
}

/** The byte after the value that begins at `at`. Nesting costs memory, never stack. */
export function skipValue(bytes: Uint8Array, at: number): number {
  let next = at;
  let depth = 0;
  for (;;) {
    const first = bytes[next] as number;
    if (first === QUOTE) next = skipString(bytes, next);
    else if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      next = skipSpace(bytes, next + 1);
      if (bytes[next] !== first + 2) {
        if (depth === nesting.length) nesting = grown(nesting);
        nesting[depth] = first;
        depth += 1;
        if (first === OPEN_OBJECT) {
          objectsSkipped += 1;
          next = skipKey(bytes, next);
        }
        if (next === NOT_JSON) return NOT_JSON;
        continue;
      }
      next += 1;
    } else if (first >= 0x31 && first <= 0x39) next = skipFraction(bytes, skipDigits(bytes, next));
    else next = skipScalar(bytes, next);
    if (next === NOT_JSON) return NOT_JSON;

    // After a value: close every container that ends here, then move to the next value of the container that continues.
    for (;;) {
      if (depth === 0) return next;
      next = skipSpace(bytes, next);
      const open = nesting[depth - 1] as number;
      if (bytes[next] === COMMA) {
        next = skipSpace(bytes, next + 1);
        if (open === OPEN_OBJECT) next = skipKey(bytes, next);
        if (next === NOT_JSON) return NOT_JSON;
        break;
      }
      if (bytes[next] !== open + 2) return NOT_JSON; // `{` + 2 is `}`, `[` + 2 is `]`
      next += 1;
      depth -= 1;
    }
  }
}

/** Whether the string content bytes[start, end) spells `name`, escapes included. */
export function spells(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  const length = end - start;
  if (length < name.length) return false;
  if (length > name.length) return hasEscape(bytes, start, end) && spellsEscaped(bytes, start, end, name);
  for (let index = 0; index < length; index += 1) if (bytes[start + index] !== name[index]) return false;
  return !hasEscape(bytes, start, end); // An escape is longer than its character.
}

/** A member of an object: its key begins at its quote, its value is bytes[valueStart, valueEnd). */
export type JsonMember = { readonly keyStart: number; readonly valueStart: number; readonly valueEnd: number };

/** The last member of that name in the valid object at `objectStart`: the one JSON.parse keeps. Not for the hot path. */
export function findMember(bytes: Uint8Array, objectStart: number, name: string): JsonMember | undefined {
  const wanted = Buffer.from(name);
  let found: JsonMember | undefined;
  let keyStart = skipSpace(bytes, objectStart + 1);
  while (bytes[keyStart] === QUOTE) {
    const keyEnd = skipString(bytes, keyStart);
    const valueStart = skipColon(bytes, keyEnd);
    const valueEnd = skipValue(bytes, valueStart);
    if (spells(bytes, keyStart + 1, keyEnd - 1, wanted)) found = { keyStart, valueStart, valueEnd };
    keyStart = skipToNextMember(bytes, valueEnd);
  }
  return found;
}

function skipScalar(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first === 0x2d || isDigit(first)) return skipNumber(bytes, at);
  if (first === 0x74) return isWord(bytes, at, 0x727565) ? at + 4 : NOT_JSON; // true
  if (first === 0x6e) return isWord(bytes, at, 0x756c6c) ? at + 4 : NOT_JSON; // null
  const isFalse = first === 0x66 && bytes[at + 1] === 0x61 && isWord(bytes, at + 1, 0x6c7365);
  return isFalse ? at + 5 : NOT_JSON;
}

/** `rest`: the three bytes after the first. */
function isWord(bytes: Uint8Array, at: number, rest: number): boolean {
  return bytes[at + 1] === rest >> 16 && bytes[at + 2] === ((rest >> 8) & 0xff) && bytes[at + 3] === (rest & 0xff);
}

function skipNumber(bytes: Uint8Array, at: number): number {
  const wholeEnd = skipWhole(bytes, at);
  return wholeEnd === NOT_JSON ? NOT_JSON : skipFraction(bytes, wholeEnd);
}

/** The byte after the integer part of the number at `at`, with its sign. */
export function skipWhole(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === 0x2d ? at + 1 : at;
  return bytes[first] === 0x30 ? first + 1 : skipDigits(bytes, first);
}

/** The byte after the number whose integer part ends at `at`. */
export function skipFraction(bytes: Uint8Array, at: number): number {
  let next = at;
  if (bytes[next] === 0x2e) next = skipDigits(bytes, next + 1);
  if (next === NOT_JSON || (bytes[next] !== 0x65 && bytes[next] !== 0x45)) return next;
  const signed = bytes[next + 1] === 0x2b || bytes[next + 1] === 0x2d;
  const exponent = signed ? next + 2 : next + 1;
  const end = skipDigits(bytes, exponent);
  const isLarge = end - exponent === 3 && bytes[exponent] !== 0x30 && bytes[exponent - 1] !== 0x2d;
  if (isLarge || end - exponent > 3) strangeNumbersSeen += 1;
  return end;
}

/** Of a number that is surely in the range of a double, if its exponent has two digits at most. */
const fewDigits = 200;

/** One digit or more. */
function skipDigits(bytes: Uint8Array, at: number): number {
  let next = at;
  while (isDigit(bytes[next] as number)) next += 1;
  if (next - at > fewDigits) strangeNumbersSeen += 1;
  return next === at ? NOT_JSON : next;
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHex4(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + 4; index += 1) if (HEX[bytes[index] as number] !== 1) return false;
  return true;
}

/** Whether the string content has escapes. */
export function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (bytes[index] === BACKSLASH) return true;
  return false;
}

function spellsEscaped(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  const decoded: unknown = parseJson(Buffer.from(bytes.subarray(start - 1, end + 1)).toString());
  return decoded === Buffer.from(name).toString();
}

function grown(stack: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(stack.length * 2);
  larger.set(stack);
  return larger;
}
