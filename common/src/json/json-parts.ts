// The parts of an object or list in valid JSON, by their places, for work outside hot paths: hot loops walk the bytes themselves.
import { CLOSE_ARRAY, COMMA, QUOTE } from './ascii.ts';
import { skipColon, skipSpace, skipString, skipToNextMember, skipValue } from './json-bytes.ts';

/** bytes[start, end): the value of an item or a member. */
type JsonPart = { readonly start: number; readonly end: number };
/** bytes[key, keyEnd): its key, with the quotes. */
type KeyedPart = JsonPart & { readonly key: number; readonly keyEnd: number };

/** Of the object whose opening brace is at `at`. */
export function membersAt(bytes: Uint8Array, at: number): readonly KeyedPart[] {
  const members: KeyedPart[] = [];
  for (let key = skipSpace(bytes, at + 1); bytes[key] === QUOTE;) {
    const keyEnd = skipString(bytes, key);
    const start = skipColon(bytes, keyEnd);
    const end = skipValue(bytes, start);
    members.push({ key, keyEnd, start, end });
    key = skipToNextMember(bytes, end);
  }
  return members;
}

/** Of the list whose opening bracket is at `at`. */
export function itemsAt(bytes: Uint8Array, at: number): readonly JsonPart[] {
  const items: JsonPart[] = [];
  for (let start = skipSpace(bytes, at + 1); bytes[start] !== CLOSE_ARRAY;) {
    const end = skipValue(bytes, start);
    items.push({ start, end });
    start = skipSpace(bytes, end);
    if (bytes[start] === COMMA) start = skipSpace(bytes, start + 1);
  }
  return items;
}
