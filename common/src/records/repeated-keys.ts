// Whether an object of a row may have a key twice, by hashes of its keys: hashes may be equal where keys are not, so who acts on it
// looks at the row exactly. Rows whose keys are those of the row before need no look.
import { hasEscape } from '../json/json-bytes.ts';
import { parseJson } from '../json/parse-json.ts';
import { wordsOf } from '../json/words.ts';
import { createKnownText, type KnownText } from './known-text.ts';

/** How often an object may have had a key twice, since the start. */
export let repeatsSuspected = 0;

/** Of so many members at the beginning of an object the keys are remembered; of the others only what the last one was. */
export const mostKeys = 256;
const maxKeyBytes = 64; // With quotes and colon.
const mostPlaces = 2048;

/** What is at a place of an object: the key that was there last. */
export type Place = {
  /** With the colon. */
  readonly key: KnownText;
  hash: number;
  /** Its number among the fields that are looked for, or -1. */
  field: number;
  /** Of the objects in its values. */
  inside: Places | undefined;
};

/** The keys of an object by their places. Bound: 2,048 keys of 64 bytes, with those of all objects inside. */
export class Places {
  readonly list: Place[] = [];
  /** So many keys at the beginning are known to differ. */
  distinct = 0;
  readonly #room: { left: number };

  constructor(room = { left: mostPlaces }) {
    this.#room = room;
  }

  at(index: number): Place {
    const known = this.list[Math.min(index, mostKeys)];
    if (known !== undefined) return known;
    const isFull = this.#room.left <= 0 && this.list.length > 0;
    if (!isFull) this.#room.left -= 1;
    const place = isFull ? (this.list.at(-1) as Place) : newPlace();
    if (!isFull) this.list.push(place);
    return place;
  }

  /** Undefined where there is no room. */
  inside(place: Place): Places | undefined {
    if (place.inside === undefined && this.#room.left > 0) place.inside = new Places(this.#room);
    return place.inside;
  }
}

function newPlace(): Place {
  return { key: createKnownText(maxKeyBytes), hash: 0, field: -1, inside: undefined };
}

export function suspectRepeat(): void {
  repeatsSuspected += 1;
}

const slots = 4096;
const mostProbes = 16;
const hashes = new Int32Array(slots);
const owners = new Int32Array(slots);
const mostObjects = 2 ** 30;
let objects = 0;
let firstOfRow = 0;

/** Objects of earlier rows are done with. */
export function beginRow(): void {
  if (objects > mostObjects) {
    objects = 0;
    owners.fill(0);
  }
  firstOfRow = objects + 1;
}

/** A number for the object whose keys come now. */
export function nextObject(): number {
  objects += 1;
  return objects;
}

/** Notes that the object has a key of that hash. */
export function noteKey(hash: number, object: number): void {
  const first = hash & (slots - 1);
  if ((owners[first] as number) < firstOfRow) {
    hashes[first] = hash;
    owners[first] = object;
  } else noteOther(hash, object);
}

function noteOther(hash: number, object: number): void {
  for (let probe = 0; probe < mostProbes; probe += 1) {
    const slot = (hash + probe) & (slots - 1);
    const owner = owners[slot] as number;
    if (owner < firstOfRow) {
      hashes[slot] = hash;
      owners[slot] = object;
      return;
    }
    if (owner === object && hashes[slot] === hash) break;
  }
  repeatsSuspected += 1;
}

/**
 * Copies the key bytes[start, end) and what is between it and its value, if it is not too long. `place.key.length`: of all that.
 * @returns the hash of the key.
 */
export function learnKey({ key }: Place, words: DataView, start: number, end: number): number {
  const value = start + key.length;
  const fits = key.length <= maxKeyBytes;
  if (!fits) key.length = -1;
  const own = fits ? key.words : scratch;
  let hash = 0;
  let at = start;
  for (; at <= end - 4; at += 4) {
    const word = words.getInt32(at, true);
    own.setInt32((at - start) & 63, word, true);
    hash = Math.imul(hash ^ word, 0x9e3779b1) ^ (hash >>> 15);
  }
  for (; at < end; at += 1) {
    const byte = words.getUint8(at);
    own.setUint8((at - start) & 63, byte);
    hash = Math.imul(hash ^ byte, 0x9e3779b1);
  }
  if (!fits) at = value;
  for (; at < value; at += 1) own.setUint8(at - start, words.getUint8(at));
  return (hash ^ (hash >>> 15)) & 0x3fffffff;
}

const scratch = new DataView(new ArrayBuffer(maxKeyBytes));

/** As of the same key without escapes. */
export function hashOfEscaped(bytes: Uint8Array, start: number, end: number): number {
  const name = String(parseJson(Buffer.from(bytes.subarray(start, end)).toString()));
  const plain = Buffer.from(`"${name}"`);
  return hashOf(new DataView(plain.buffer, plain.byteOffset, plain.length), 0, plain.length);
}

/** Notes the key bytes[start, end) of an object, its quotes among them. */
export function noteKeyAt(bytes: Uint8Array, start: number, end: number, object: number): void {
  const isPlain = !hasEscape(bytes, start, end);
  noteKey(isPlain ? hashOf(wordsOf(bytes), start, end) : hashOfEscaped(bytes, start, end), object);
}

function hashOf(words: DataView, start: number, end: number): number {
  spare.key.length = end - start;
  return learnKey(spare, words, start, end);
}

const spare = newPlace();
