// Half surrogate pairs in JSON strings, such as "\\ud83d": the rest of a character above U+FFFF that was cut in two, mostly by
// JavaScript. JSON allows them, but UTF-8 has no bytes for them, and DuckDB, pyarrow, ClickHouse and jq refuse the entire file.
import { BACKSLASH, LETTER_U } from './ascii.ts';

const LETTER_D = 0x64;
const LOWER = 0x20;
const EIGHT = 0x38;
/** The third digit of a unit is below `c` in U+D800 to U+DBFF, but not in U+DC00 to U+DFFF. */
const LETTER_C = 0x63;
const replacement = Buffer.from('\\ufffd');

/** Whether the valid `\u` escape at `at` is in U+D800 to U+DFFF. */
export function isSurrogate(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at + 2] as number) | LOWER) === LETTER_D && (bytes[at + 3] as number) >= EIGHT;
}

/** Whether the surrogate escape at `at` begins a pair. It does not check that the second half is valid. */
export function isPair(bytes: Uint8Array, at: number): boolean {
  const second = at + 6;
  if (isLow(bytes, at) || bytes[second] !== BACKSLASH || bytes[second + 1] !== LETTER_U) return false;
  return isSurrogate(bytes, second) && isLow(bytes, second);
}

function isLow(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at + 3] as number) | LOWER) >= LETTER_C;
}

/**
 * Replaces the halves in bytes[start, end), a part of valid JSON, by U+FFFD, which has the same length. `as` their code: by a text
 * such as `(D83D)`, which keeps them distinct. @returns the number of halves.
 */
export function replaceHalves(bytes: Uint8Array, start: number, end: number, as: 'U+FFFD' | 'code' = 'U+FFFD'): number {
  let replaced = 0;
  let at = start;
  while (at < end) {
    if (bytes[at] !== BACKSLASH) at += 1;
    else if (bytes[at + 1] !== LETTER_U) at += 2;
    else if (!isSurrogate(bytes, at)) at += 6;
    else if (isPair(bytes, at)) at += 12;
    else {
      bytes.set(as === 'code' ? codeText(bytes, at) : replacement, at);
      replaced += 1;
      at += 6;
    }
  }
  return replaced;
}

/** The code of the escape at `at`. */
function codeText(bytes: Uint8Array, at: number): Buffer {
  const digits = Buffer.from(bytes.subarray(at + 2, at + 6)).toString('latin1');
  return Buffer.from(`(${digits.toUpperCase()})`);
}
