// Walks a record's `data`: finds some of its fields, skips all else, and so validates it. A key is mostly the one that stood at its
// place in the row before, which is seen without reading it.
import { CLOSE_OBJECT, COMMA, QUOTE } from '../json/ascii.ts';
import type { Envelope } from './envelope.ts';
import {
  halvesSeen,
  NOT_JSON,
  skipColon,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
} from '../json/json-bytes.ts';
import { createKnownText, forget, know, type KnownText, standsAt } from './known-text.ts';
import { createNameIndex, indexOfName, type NameIndex } from '../json/name-index.ts';
import { wordsOf } from '../json/words.ts';

/**
 * Walks a `data` that is an object, bytes[start] its brace; notes its members and fields in `found`, where no field is yet.
 * @returns the byte after it, or NOT_JSON: it is what validates `data`.
 */
export type WalkData = (bytes: Uint8Array, start: number, found: Envelope) => number;

/** Walks the value at `at`, of the field with this number. @returns the byte after it, or NOT_JSON: it is what validates it. */
export type VisitField = (field: number, bytes: Uint8Array, at: number) => number;

/** Of so many members at the beginning of a row the keys are remembered; of the others only what the last one was. */
const mostKeys = 256;
const maxKeyBytes = 64; // With quotes and colon.

type Memory = {
  readonly names: NameIndex;
  /** By the place of its member in the row: the key that stood there last, with the colon, and which field it is. */
  readonly keys: KnownText[];
  readonly fields: number[];
  /** Undefined: fields are skipped like all else. */
  readonly visit: VisitField | undefined;
};

/** Finds the fields and skips all else. Bound: 256 keys of 64 bytes. */
export function skippingWalk(fields: readonly string[], visit?: VisitField): WalkData {
  const memory: Memory = { names: createNameIndex(fields), keys: [], fields: [], visit };
  return (bytes, start, found) => skipData(bytes, start, memory, found);
}

function skipData(bytes: Uint8Array, start: number, memory: Memory, found: Envelope): number {
  const { keys, fields, visit } = memory;
  const words = wordsOf(bytes);
  let members = 0;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const place = members < mostKeys ? members : mostKeys;
    const key = keys[place];
    const isKnown = key !== undefined && standsAt(words, at, key);
    const value = isKnown ? skipSpace(bytes, at + key.length) : readKey(bytes, at, place, memory);
    if (value === NOT_JSON) return NOT_JSON;
    const field = fields[place] as number;
    const valueEnd = visit === undefined || field < 0 ? skipValue(bytes, value) : visit(field, bytes, value);
    if (valueEnd === NOT_JSON) return NOT_JSON;
    if (field >= 0) {
      found.fieldStarts[field] = value;
      found.fieldEnds[field] = valueEnd;
    }
    members += 1;
    const isPlain = bytes[valueEnd] === COMMA && bytes[valueEnd + 1] === QUOTE;
    at = isPlain ? valueEnd + 1 : skipToNextMember(bytes, valueEnd);
    if (at === NOT_JSON) return NOT_JSON;
  }
  found.members = members;
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

/** Remembers the key at `at` as that of the members at `place`. @returns where its value begins, or NOT_JSON. */
function readKey(bytes: Uint8Array, at: number, place: number, { names, keys, fields }: Memory): number {
  const halvesBefore = halvesSeen;
  const keyEnd = skipString(bytes, at);
  const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
  if (value === NOT_JSON) return NOT_JSON;
  fields[place] = indexOfName(names, bytes, at + 1, keyEnd - 1);
  if (place < mostKeys) {
    const key = (keys[place] ??= createKnownText(maxKeyBytes));
    if (halvesSeen === halvesBefore) know(key, bytes, at, value);
    else forget(key); // Its halves are to be seen in each row.
  }
  return value;
}
