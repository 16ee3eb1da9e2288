// The members of an object in a row that is valid JSON.
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  LETTER_N,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from '@s3-connectors/common/json/ascii.ts';
import { hasEscape, skipSpace, skipString } from '@s3-connectors/common/json/json-bytes.ts';
import { membersAt } from '@s3-connectors/common/json/json-parts.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

/** From the end of a member or an item: the start of the next one, or the closing bracket. */
export function nextMember(bytes: Uint8Array, end: number): number {
  const at = skipSpace(bytes, end);
  return bytes[at] === COMMA ? skipSpace(bytes, at + 1) : at;
}

/** The text of the key bytes[start, end), which has its quotes. */
export function keyText(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return hasEscape(bytes, start + 1, end - 1)
    ? String(parseJson(text.toString()))
    : text.toString('utf8', 1, text.length - 1);
}

/** The starts of keys that the object repeats later. The last one counts, as in JSON.parse. */
export function earlierTwins(bytes: Uint8Array, start: number): ReadonlySet<number> {
  const earlier = new Set<number>();
  const last = new Map<string, number>();
  for (const { key, keyEnd } of membersAt(bytes, start)) {
    const name = keyText(bytes, key, keyEnd);
    const twin = last.get(name);
    if (twin !== undefined) earlier.add(twin);
    last.set(name, key);
  }
  return earlier;
}

/**
 * Null, or containers of nothing else: nothing is lost without it. Nesting costs no stack, because each byte is inspected in
 * turn, and may only be a bracket, a part of a key, or a null.
 */
export function isEmptyValue(bytes: Uint8Array, start: number): boolean {
  let depth = 0;
  let at = start;
  do {
    const byte = bytes[at];
    if (byte === LETTER_N) at += 4;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth += 1;
      at += 1;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth -= 1;
      at += 1;
    } else {
      if (depth === 0 || byte !== QUOTE) return false;
      const keyEnd = skipSpace(bytes, skipString(bytes, at));
      if (bytes[keyEnd] !== COLON) return false; // It is a text, not a key.
      at = keyEnd + 1;
    }
    at = skipSpace(bytes, at);
    if (depth > 0 && bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  } while (depth > 0);
  return true;
}
