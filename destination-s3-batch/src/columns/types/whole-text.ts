// Whether the escapes of a JSON string can be stored: the engine refuses half of a surrogate pair and the zero character.
import { LETTER_U, ZERO } from '@s3-connectors/common/json/ascii.ts';
import { plainEnd } from '@s3-connectors/common/json/json-bytes.ts';
import { isPair, isSurrogate } from '@s3-connectors/common/json/surrogates.ts';

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
  if (isSurrogate(bytes, at)) return isPair(bytes, at) ? 12 : 0;
  for (let digit = at + 2; digit < at + 6; digit += 1) if (bytes[digit] !== ZERO) return 6;
  return 0;
}
