// NaN and Infinity, which Python's json writes by default, and JSON does not allow.
import { CARRIAGE_RETURN, COLON, COMMA, MINUS, NEWLINE, OPEN_ARRAY, QUOTE, SPACE, TAB, ZERO } from './ascii.ts';
import { NOT_JSON, skipString } from './json-bytes.ts';

const words = ['NaN', 'Infinity'].map((word) => Buffer.from(word));
const firstOfNaN = 0x4e;
const firstOfInfinity = 0x49;
/** Bytes that can come right before a value in an array or an object. */
const beforeValues = [COLON, COMMA, OPEN_ARRAY, SPACE, TAB, CARRIAGE_RETURN];
const nothing = Buffer.from('null');

/**
 * The line bytes[start, end) with a newline, where a number and blanks of the same length replace each of the words. Undefined
 * without such words. The result is valid JSON if the words are the only mistake.
 */
export function withNumbers(bytes: Uint8Array, start: number, end: number): Buffer | undefined {
  const line = Buffer.allocUnsafe(end - start + 1);
  line.set(bytes.subarray(start, end));
  line[end - start] = NEWLINE;
  let isChanged = false;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === QUOTE) {
      const textEnd = skipString(line, at);
      if (textEnd === NOT_JSON) return undefined;
      at = textEnd - 1;
      continue;
    }
    if (line[at] !== firstOfNaN && line[at] !== firstOfInfinity) continue;
    const length = wordLength(line, at);
    if (length === 0 || !isValueStart(bytes, start + at)) continue;
    line.fill(SPACE, at, at + length);
    line[at] = ZERO;
    isChanged = true;
    at += length - 1;
  }
  return isChanged ? line : undefined;
}

/** The number of words that begin in bytes[start, end) of the line. `masked` is the result of `withNumbers`. */
export function countNotNumbers(line: Uint8Array, masked: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1) if (isWordStart(line, masked, at)) count += 1;
  return count;
}

/** The line with null for each of the words and its sign. Memory: one more line, a third longer. */
export function withNulls(line: Uint8Array, masked: Uint8Array): Buffer {
  const nulls = Buffer.allocUnsafe(line.length + countNotNumbers(line, masked, 0, line.length));
  let [length, copied] = [0, 0];
  const copyTo = (end: number): void => {
    nulls.set(line.subarray(copied, end), length);
    length += end - copied;
  };
  for (let at = 0; at < masked.length; at += 1) {
    if (!isWordStart(line, masked, at)) continue;
    copyTo(line[at - 1] === MINUS ? at - 1 : at);
    nulls.set(nothing, length);
    length += nothing.length;
    copied = at + wordLength(line, at);
  }
  copyTo(line.length);
  return nulls.subarray(0, length);
}

function isWordStart(line: Uint8Array, masked: Uint8Array, at: number): boolean {
  return masked[at] === ZERO && line[at] !== ZERO;
}

/** Whether a value, or a value without its sign, can begin at `at`, so that it is not part of another word. */
function isValueStart(bytes: Uint8Array, at: number): boolean {
  const before = bytes[at - 1] === MINUS ? bytes[at - 2] : bytes[at - 1];
  return before !== undefined && beforeValues.includes(before);
}

function wordLength(line: Uint8Array, at: number): number {
  for (const word of words) {
    let length = 0;
    while (length < word.length && line[at + length] === word[length]) length += 1;
    if (length === word.length) return length;
  }
  return 0;
}
