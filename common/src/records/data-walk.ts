// Walks a record's `data`: finds some of its fields, skips all else, and so validates it, and sees whether an object may have a key
// twice. A key is mostly the one that followed its neighbour in an earlier row, which is seen without reading it.
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../json/ascii.ts';
import { emptyEnvelope, type Envelope } from './envelope.ts';
import {
  halvesSeen,
  NOT_JSON,
  objectsSkipped,
  plainEnd,
  skipColon,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
} from '../json/json-bytes.ts';
import {
  beginRow,
  hashOfEscaped,
  learnKey,
  mostKeys,
  nextObject,
  noteKey,
  Places,
  repeatsSuspected,
  suspectRepeat,
  type Place,
} from './repeated-keys.ts';
import { forget, standsAt } from './known-text.ts';
import { createNameIndex, indexOfName, type NameIndex } from '../json/name-index.ts';
import { wordsOf } from '../json/words.ts';

/**
 * Walks a `data` that is an object, bytes[start] its brace; notes its members and fields in `found`, where no field is yet.
 * @returns the byte after it, or NOT_JSON: it is what validates `data`.
 */
export type WalkData = (bytes: Uint8Array, start: number, found: Envelope) => number;

/** Deeper values are skipped. */
const mostDepth = 32;

type Walk = {
  readonly names: NameIndex;
  bytes: Uint8Array;
  words: DataView;
  found: Envelope;
};

const noBytes = new Uint8Array();

function walkFor(fields: readonly string[]): Walk {
  return { names: createNameIndex(fields), bytes: noBytes, words: wordsOf(noBytes), found: emptyEnvelope(0) };
}

/** Finds the fields and skips all else. Bound: that of a `Places`. */
export function skippingWalk(fields: readonly string[]): WalkData {
  const walk = walkFor(fields);
  const places = new Places();
  return (bytes, start, found) => {
    beginRow();
    walk.bytes = bytes;
    walk.words = wordsOf(bytes);
    walk.found = found;
    return walkObject(walk, start, places, 0);
  };
}

const innerWalk = walkFor([]);

/** As `skipValue`, of a value that is part of a row. `places`: of the keys that values of the kind had before. */
export function walkValue(bytes: Uint8Array, at: number, places: Places): number {
  innerWalk.bytes = bytes;
  innerWalk.words = wordsOf(bytes);
  return walkInside(innerWalk, at, places, 1);
}

function walkInside(walk: Walk, at: number, places: Places | undefined, depth: number): number {
  const first = walk.bytes[at];
  const isObject = first === OPEN_OBJECT;
  if (!isObject && first !== OPEN_ARRAY) return skipValue(walk.bytes, at);
  if (places === undefined || depth > mostDepth) {
    suspectRepeat();
    return skipValue(walk.bytes, at);
  }
  return isObject ? walkObject(walk, at, places, depth) : walkItems(walk, at, places, depth);
}

/** Scalars are skipped together, objects among them are suspect. */
function walkItems(walk: Walk, start: number, places: Places, depth: number): number {
  const { bytes } = walk;
  let at = skipSpace(bytes, start + 1);
  const first = bytes[at];
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) {
    const objectsBefore = objectsSkipped;
    const end = skipValue(bytes, start);
    if (objectsSkipped !== objectsBefore) suspectRepeat();
    return end;
  }
  for (;;) {
    const end = walkInside(walk, at, places, depth + 1);
    if (end === NOT_JSON) return NOT_JSON;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) return NOT_JSON;
    at = skipSpace(bytes, at + 1);
  }
}

function walkObject(walk: Walk, start: number, places: Places, depth: number): number {
  const { bytes, words, found } = walk;
  const { list, distinct } = places;
  const object = nextObject();
  const suspectedBefore = repeatsSuspected;
  let isNoted = false;
  let members = 0;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    let place = list[members];
    let value: number;
    if (place !== undefined && standsAt(words, at, place.key)) value = skipSpace(bytes, at + place.key.length);
    else {
      if (!isNoted) notePlaces(list, members, object);
      isNoted = true;
      places.distinct = 0;
      place ??= places.at(members);
      value = readKey(walk, at, place, depth === 0);
      if (value === NOT_JSON) return NOT_JSON;
    }
    if (isNoted) noteKey(place.hash, object);
    else if (members >= distinct) {
      notePlaces(list, members + 1, object);
      isNoted = true;
    }
    const first = bytes[value];
    const isScalar = first !== OPEN_OBJECT && first !== OPEN_ARRAY;
    const end = isScalar ? skipValue(bytes, value) : walkInside(walk, value, places.inside(place), depth + 1);
    if (end === NOT_JSON) return NOT_JSON;
    if (place.field >= 0) {
      found.fieldStarts[place.field] = value;
      found.fieldEnds[place.field] = end;
    }
    members += 1;
    const isPlain = bytes[end] === COMMA && bytes[end + 1] === QUOTE;
    at = isPlain ? end + 1 : skipToNextMember(bytes, end);
    if (at === NOT_JSON) return NOT_JSON;
  }
  found.members = members; // Those of the row are noted last.
  if (isNoted) places.distinct = repeatsSuspected === suspectedBefore ? Math.min(members, mostKeys) : 0;
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

function notePlaces(list: readonly Place[], count: number, object: number): void {
  const end = Math.min(count, list.length);
  for (let index = 0; index < end; index += 1) noteKey((list[index] as Place).hash, object);
}

/** @returns where the value begins. */
function readKey(walk: Walk, at: number, place: Place, isTop: boolean): number {
  const { bytes, words, names } = walk;
  const plain = plainEnd(bytes, at + 1);
  const isPlain = bytes[plain] === QUOTE;
  const halvesBefore = halvesSeen;
  const end = isPlain ? plain + 1 : skipString(bytes, at);
  const value = end === NOT_JSON ? NOT_JSON : skipColon(bytes, end);
  if (value === NOT_JSON) return NOT_JSON;
  place.key.length = value - at;
  place.hash = learnKey(place, words, at, end);
  if (isTop) place.field = indexOfName(names, bytes, at + 1, end - 1);
  if (isPlain) return value;
  place.hash = hashOfEscaped(bytes, at, end);
  if (halvesSeen !== halvesBefore) forget(place.key); // Its halves are to be seen in each row.
  return value;
}
