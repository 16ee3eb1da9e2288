// Halves of surrogate pairs in JSON strings, "\\ud83d": what is left of a character beyond U+FFFF that was cut in two, mostly by
// JavaScript. JSON allows it, UTF-8 has no bytes for it, and DuckDB, pyarrow, ClickHouse and jq refuse the whole file.
import { BACKSLASH, LETTER_U } from './ascii.ts';

const LETTER_D = 0x64;
const LOWER = 0x20;
const EIGHT = 0x38;
/** The third digit of a unit in U+D800 to U+DBFF is below `c`, of one in U+DC00 to U+DFFF it is not. */
const LETTER_C = 0x63;
const replacement = Buffer.from('\\ufffd');

/** Whether the valid `\u` escape at `at` is of U+D800 to U+DFFF. */
export function isSurrogate(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at + 2] as number) | LOWER) === LETTER_D && (bytes[at + 3] as number) >= EIGHT;
}

/** Whether the escape of a surrogate at `at` is the first half of a pair; whether the second half is valid is another question. */
export function isPair(bytes: Uint8Array, at: number): boolean {
  const second = at + 6;
  if (isLow(bytes, at) || bytes[second] !== BACKSLASH || bytes[second + 1] !== LETTER_U) return false;
  return isSurrogate(bytes, second) && isLow(bytes, second);
}

function isLow(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at + 3] as number) | LOWER) >= LETTER_C;
}

/** Replaces the halves in bytes[start, end), a part of valid JSON, by U+FFFD, which takes as many bytes. @returns how many. */
export function replaceHalves(bytes: Uint8Array, start: number, end: number): number {
  return eachHalf(bytes, start, end, (at) => bytes.set(replacement, at));
}

/** `visit` gets where the escape of each half in bytes[start, end), a part of valid JSON, begins. @returns how many there are. */
export function eachHalf(bytes: Uint8Array, start: number, end: number, visit?: (at: number) => void): number {
  let halves = 0;
  let at = start;
  while (at < end) {
    if (bytes[at] !== BACKSLASH) at += 1;
    else if (bytes[at + 1] !== LETTER_U) at += 2;
    else if (!isSurrogate(bytes, at)) at += 6;
    else if (isPair(bytes, at)) at += 12;
    else {
      visit?.(at);
      halves += 1;
      at += 6;
    }
  }
  return halves;
}
