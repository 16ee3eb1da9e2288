// Strings of valid JSON text, on bytes: what the grammar allows and Unicode does not, and names as text.
import { BACKSLASH, LETTER_U } from '@s3-connectors/common/json/ascii.ts';
import { skipString } from '@s3-connectors/common/json/json-bytes.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { isPair, isSurrogate } from '@s3-connectors/common/json/surrogates.ts';

/**
 * Whether a `\u` escape in bytes[start, end) is half a surrogate pair. JSON's grammar allows it, but no encoding can express it:
 * half of the readers refuse the complete line.
 */
export function hasLoneSurrogate(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    if (bytes[at] !== BACKSLASH) at++;
    else if (bytes[at + 1] !== LETTER_U) at += 2;
    else if (!isSurrogate(bytes, at)) at += 6;
    else if (isPair(bytes, at)) at += 12;
    else return true;
  }
  return false;
}

/** The text of the JSON string whose opening quote is at `at`. */
export function textAt(bytes: Uint8Array, at: number): string {
  return parseJson(Buffer.from(bytes.subarray(at, skipString(bytes, at))).toString()) as string;
}
