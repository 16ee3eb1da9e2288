// The bytes that a JSON string must escape, and their escapes.
import { BACKSLASH, LETTER_U, ZERO } from '@s3-connectors/common/json/ascii.ts';

const hexDigits = Buffer.from('0123456789abcdef');
/** The character after the backslash; `u` if there is only the number. */
const escapes = new Uint8Array(256);
escapes.fill(LETTER_U, 0, 0x20);
for (const [char, letter] of [
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['"', '"'],
  ['\\', '\\'],
] as const) {
  escapes[char.charCodeAt(0)] = letter.charCodeAt(0);
}

/** Writes the escape of a byte at `at`. @returns by how many bytes it is longer than one. */
export function writeEscape(bytes: Uint8Array, at: number, byte: number): number {
  const letter = escapes[byte] ?? 0;
  bytes[at] = BACKSLASH;
  bytes[at + 1] = letter;
  if (letter !== LETTER_U) return 1;
  bytes[at + 2] = ZERO;
  bytes[at + 3] = ZERO;
  bytes[at + 4] = hexDigits[byte >> 4] ?? 0;
  bytes[at + 5] = hexDigits[byte & 15] ?? 0;
  return 5;
}

/** The bytes of source[start, end) with its escapes. */
export function escapedLength(source: Uint8Array, start: number, end: number): number {
  let length = end - start;
  for (let at = start; at < end; at++) {
    const letter = escapes[source[at] ?? 0] ?? 0;
    if (letter !== 0) length += letter === LETTER_U ? 5 : 1;
  }
  return length;
}
