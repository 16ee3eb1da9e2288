// Whether the escapes of a JSON string can be stored: the engine refuses half of a surrogate pair and the zero character.
import { BACKSLASH, LETTER_U } from '@s3-connectors/common/json/ascii.ts';
import { plainEnd } from '@s3-connectors/common/json/json-bytes.ts';

/** bytes[start, end) is the content of a valid JSON string, with its quote after it. Hot path for texts with escapes. */
export function isWholeText(bytes: Uint8Array, start: number, end: number): boolean {
  let at = plainEnd(bytes, start);
  while (at < end) {
    const length = bytes[at + 1] === LETTER_U ? escapeLength(bytes, at) : 2;
    if (length === 0) return false;
    at = plainEnd(bytes, at + length);
  }
  return true;
}

/** The bytes of the `\u` escape at `at`, with the second half of a pair. 0 for half a pair, and for the zero character. */
function escapeLength(bytes: Uint8Array, at: number): number {
  const unit = codeUnit(bytes, at + 2);
  if (unit === 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return 0;
  if (unit < 0xd800 || unit > 0xdbff) return 6;
  const isPair = bytes[at + 6] === BACKSLASH && bytes[at + 7] === LETTER_U;
  const second = isPair ? codeUnit(bytes, at + 8) : 0;
  return second >= 0xdc00 && second <= 0xdfff ? 12 : 0;
}

/** The value of the four hexadecimal digits at `at`. */
function codeUnit(bytes: Uint8Array, at: number): number {
  return (digit(bytes, at) << 12) | (digit(bytes, at + 1) << 8) | (digit(bytes, at + 2) << 4) | digit(bytes, at + 3);
}

function digit(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number;
  return (byte & 15) + 9 * (byte >> 6); // Letters, of either case, have the bit 64.
}
