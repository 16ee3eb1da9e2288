// Strings of valid JSON text, on bytes: what the grammar allows and Unicode does not, and names as text.
import { BACKSLASH, LETTER_U } from '@s3-connectors/common/json/ascii.ts';
import { skipString } from '@s3-connectors/common/json/json-bytes.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

/**
 * Whether a `\u` escape in bytes[start, end) is half a surrogate pair. JSON's grammar allows it, but no encoding can express it:
 * half of the readers refuse the complete line.
 */
export function hasLoneSurrogate(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (bytes[at] !== BACKSLASH) at++;
    else if (bytes[at + 1] !== LETTER_U) at += 2;
    else {
      const unit = escapedUnit(bytes, at);
      at += 6;
      if (unit < 0xd800 || unit > 0xdfff) continue;
      const isPair = unit < 0xdc00 && bytes[at] === BACKSLASH && bytes[at + 1] === LETTER_U;
      const second = isPair ? escapedUnit(bytes, at) : 0;
      if (second < 0xdc00 || second > 0xdfff) return true;
      at += 6;
    }
  }
  return false;
}

/** The code unit of the escape whose backslash is at `at`. */
function escapedUnit(bytes: Uint8Array, at: number): number {
  return Number.parseInt(String.fromCharCode(...bytes.subarray(at + 2, at + 6)), 16);
}

/** The text of the JSON string whose opening quote is at `at`. */
export function textAt(bytes: Uint8Array, at: number): string {
  return parseJson(Buffer.from(bytes.subarray(at, skipString(bytes, at))).toString()) as string;
}
