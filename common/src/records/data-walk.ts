// Walks a record's `data`: finds some of its fields, skips everything else, and thereby validates it. It also notices what
// readers refuse, so that only such a row needs a closer look.
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../json/ascii.ts';
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
  strangeNumbersSeen,
} from '../json/json-bytes.ts';
import { createNameIndex, indexOfName, type NameIndex } from '../json/name-index.ts';
import { parseJson } from '../json/parse-json.ts';
import { wordsOf } from '../json/words.ts';
import { emptyEnvelope, type Envelope } from './envelope.ts';
import {
  hashOfKey,
  isKeyAt,
  KnownKeys,
  mostKeys,
  StrangeKeys,
  type KnownKey,
  type KnownObject,
  type Spelling,
} from './known-keys.ts';

/**
 * Walks `data`, an object whose brace is bytes[start], and notes its members and fields in `found`, which has no field yet. It
 * is the validation of `data`. @returns the byte after it, or NOT_JSON.
 */
export type WalkData = (bytes: Uint8Array, start: number, found: Envelope) => number;

/** Walks the value at `at` of the field with this number, and validates it. @returns the byte after it, or NOT_JSON. */
export type VisitField = (field: number, bytes: Uint8Array, at: number) => number;

/** The number of keys ahead to compare before a key is looked up by its hash: rows often omit fields. */
const mostAhead = 3;
/** Deeper values are not inspected. */
const mostDepth = 64;
const mostObjects = 2 ** 30;

type Walk = {
  readonly names: NameIndex;
  readonly known: KnownKeys;
  readonly strangers: StrangeKeys;
  /** By a key's number: the last object that had it. */
  readonly owners: Int32Array;
  readonly isDeep: boolean;
  /** Undefined: fields are skipped like everything else. */
  readonly visit: VisitField | undefined;
  /** The number of objects so far. */
  objects: number;
  bytes: Uint8Array;
  words: DataView;
  found: Envelope;
  /** About the last key: its end, the start of its value, its field, and its hash, which is the same for all spellings. */
  keyEnd: number;
  value: number;
  field: number;
  hash: number;
  isPlain: boolean;
};

/** The content of the value of a key without a number. */
const strangeObject: KnownObject = { seed: 0, keys: [], isOpen: true };
const noBytes = new Uint8Array();

type WalkOptions = {
  /**
   * A field that the row repeats; or everything that readers refuse, that is, a key that any object repeats, and a number
   * beyond a double.
   */
  readonly looksFor?: 'repeated fields' | 'unreadable values';
  /** Undefined: fields are skipped like everything else. */
  readonly visit?: VisitField;
};

/** Finds the fields and skips everything else. Bound: that of `KnownKeys`. */
export function skippingWalk(fields: readonly string[], { looksFor, visit }: WalkOptions = {}): WalkData {
  const walk: Walk = {
    names: createNameIndex(fields),
    known: new KnownKeys(),
    strangers: new StrangeKeys(),
    owners: new Int32Array(mostKeys),
    isDeep: looksFor === 'unreadable values',
    visit,
    objects: 0,
    bytes: noBytes,
    words: wordsOf(noBytes),
    found: emptyEnvelope(0),
    keyEnd: 0,
    value: 0,
    field: -1,
    hash: 0,
    isPlain: true,
  };
  return (bytes, start, found) => walkRow(walk, bytes, start, found);
}

function walkRow(walk: Walk, bytes: Uint8Array, start: number, found: Envelope): number {
  walk.bytes = bytes;
  walk.words = wordsOf(bytes);
  walk.found = found;
  if (walk.objects > mostObjects) {
    walk.objects = 0;
    walk.owners.fill(0);
  }
  walk.strangers.beginRow(walk.objects + 1);
  const numbersBefore = strangeNumbersSeen;
  const end = walkObject(walk, start, walk.known.row, 0);
  if (walk.isDeep && strangeNumbersSeen !== numbersBefore) found.isDoubtful = true;
  return end;
}

function walkObject(walk: Walk, start: number, object: KnownObject, depth: number): number {
  const { bytes, words, found, owners, isDeep, visit } = walk;
  const { keys, isOpen } = object; // Read once, because a key of an object must not become known while the object is walked.
  walk.objects += 1;
  const owner = walk.objects;
  let members = 0;
  let next = 0;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    let key = next < keys.length && !isOpen ? keys[next] : undefined;
    let value: number;
    if (key !== undefined && isKeyAt(words, at, key)) value = skipSpace(bytes, at + key.length);
    else {
      key = isOpen ? readKey(walk, at, object) : lookUp(walk, at, object, next + 1);
      value = walk.value;
      if (value === NOT_JSON) return NOT_JSON;
    }
    let field: number;
    if (key === undefined) {
      field = walk.field;
      if (walk.strangers.add(walk.hash, owner)) found.isDoubtful = true;
    } else {
      field = key.field;
      next = key.place + 1;
      if (owners[key.number] === owner) found.isDoubtful = true;
      else owners[key.number] = owner;
    }
    const first = bytes[value];
    const isInside = isDeep && (first === OPEN_OBJECT || first === OPEN_ARRAY);
    let end: number;
    if (isInside) end = walkInside(walk, value, key, depth + 1);
    else end = visit === undefined || field < 0 ? skipValue(bytes, value) : visit(field, bytes, value);
    if (end === NOT_JSON) return NOT_JSON;
    if (field >= 0) {
      found.fieldStarts[field] = value;
      found.fieldEnds[field] = end;
    }
    members += 1;
    const isPlain = bytes[end] === COMMA && bytes[end + 1] === QUOTE;
    at = isPlain ? end + 1 : skipToNextMember(bytes, end);
    if (at === NOT_JSON) return NOT_JSON;
  }
  if (depth === 0) found.members = members;
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_JSON;
}

/** A value that is an object or a list. */
function walkInside(walk: Walk, at: number, key: KnownKey | undefined, depth: number): number {
  if (depth > mostDepth) {
    walk.found.isDoubtful = true;
    return skipValue(walk.bytes, at);
  }
  if (walk.bytes[at] === OPEN_ARRAY) return walkItems(walk, at, key, depth);
  return walkObject(walk, at, key === undefined ? strangeObject : walk.known.inside(key), depth);
}

function walkItems(walk: Walk, start: number, key: KnownKey | undefined, depth: number): number {
  const { bytes } = walk;
  let at = skipSpace(bytes, start + 1);
  const firstItem = bytes[at];
  if (firstItem !== OPEN_OBJECT && firstItem !== OPEN_ARRAY) {
    const objectsBefore = objectsSkipped;
    const end = skipValue(bytes, start);
    if (objectsSkipped === objectsBefore) return end; // All are scalars.
  }
  for (;;) {
    const first = bytes[at];
    const isInside = first === OPEN_OBJECT || first === OPEN_ARRAY;
    const end = isInside ? walkInside(walk, at, key, depth + 1) : skipValue(bytes, at);
    if (end === NOT_JSON) return NOT_JSON;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) return NOT_JSON;
    at = skipSpace(bytes, at + 1);
  }
}

/**
 * Finds the known key at `at`, comparing first with those from `ahead` on. Undefined if the key has no number; it has been read
 * then. Sets `value`, to NOT_JSON if it is not a key.
 */
function lookUp(walk: Walk, at: number, object: KnownObject, ahead: number): KnownKey | undefined {
  const { bytes, words, known } = walk;
  const { keys } = object;
  const end = Math.min(ahead + mostAhead, keys.length);
  for (let place = ahead; place < end; place += 1) {
    const key = keys[place] as KnownKey;
    if (!isKeyAt(words, at, key)) continue;
    walk.value = skipSpace(bytes, at + key.length);
    return key;
  }
  const halvesBefore = halvesSeen;
  readKey(walk, at, object);
  const { value, keyEnd, hash, isPlain } = walk;
  if (value === NOT_JSON) return undefined;
  const spelling = { bytes, start: at, end: keyEnd, hash: isPlain ? hash : hashOfKey(words, at, keyEnd) };
  const key = known.find(object, spelling);
  if (key !== undefined) return key;
  const order = { place: Math.min(ahead - 1, keys.length), field: walk.field };
  if (isPlain) return known.learn(object, spelling, order);
  if (halvesSeen !== halvesBefore) return undefined; // Such keys must be noticed in each row.
  const plain = plainSpelling(bytes, at, keyEnd);
  const like = known.find(object, plain) ?? known.learn(object, plain, order);
  return like === undefined ? undefined : (known.learn(object, spelling, { ...order, like }) ?? like);
}

/** Reads the key at `at` without looking it up. */
function readKey(walk: Walk, at: number, object: KnownObject): undefined {
  const { bytes, words, known, names } = walk;
  const plain = plainEnd(bytes, at + 1);
  walk.isPlain = bytes[plain] === QUOTE;
  const keyEnd = walk.isPlain ? plain + 1 : skipString(bytes, at);
  walk.keyEnd = keyEnd;
  walk.value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
  if (walk.value === NOT_JSON) return;
  walk.field = object === known.row ? indexOfName(names, bytes, at + 1, keyEnd - 1) : -1;
  walk.hash = walk.isPlain ? hashOfKey(words, at, keyEnd) : plainSpelling(bytes, at, keyEnd).hash;
}

/** The key without needless escapes, which is the same for all its spellings. */
function plainSpelling(bytes: Uint8Array, start: number, end: number): Spelling {
  const text = JSON.stringify(parseJson(Buffer.from(bytes.subarray(start, end)).toString()));
  const plain = Uint8Array.from(Buffer.from(text));
  return { bytes: plain, start: 0, end: plain.length, hash: hashOfKey(new DataView(plain.buffer), 0, plain.length) };
}
