// The keys of objects in rows, each with a number, so that a repeated key is found by comparing numbers. Rows usually have
// their keys in the order of earlier rows, so a key is first compared with the next ones in that order. Otherwise it is looked
// up by its hash.
import { COLON } from '../json/ascii.ts';

/** One spelling of a key. */
export type KnownKey = {
  /** With its quotes and the colon; also as words of four bytes, of which the last ends with the colon. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly words: Int32Array;
  readonly object: KnownObject;
  /** The same number for all spellings; below `mostKeys`. */
  readonly number: number;
  /** The number among the wanted fields, or -1. */
  readonly field: number;
  readonly hash: number;
  /** Its index in the object's `keys`. */
  place: number;
  /** The objects in its values. */
  inside: KnownObject | undefined;
};

/**
 * The keys of objects at one place of rows. `keys`: usually in their order; `isOpen`: there are more keys, which users may
 * choose.
 */
export type KnownObject = { readonly seed: number; readonly keys: KnownKey[]; isOpen: boolean };

/** A key bytes[start, end), with its quotes. */
export type Spelling = {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly hash: number;
};

export const mostKeys = 2048;
/** For one object in a row. */
const mostKeysInside = 128;
const maxKeyBytes = 64;
const slots = 8192;

/** Bound: 2,048 keys of 64 bytes. */
export class KnownKeys {
  readonly #keys: KnownKey[] = [];
  /** An open hash table of indexes in `#keys`, from 1. */
  readonly #slots = new Int32Array(slots);
  #objects = 0;
  readonly row = this.#newObject();

  inside(key: KnownKey): KnownObject {
    key.inside ??= this.#newObject();
    return key.inside;
  }

  find(object: KnownObject, { bytes, start, end, hash }: Spelling): KnownKey | undefined {
    for (let slot = slotOf(object, hash); ; slot = (slot + 1) & (slots - 1)) {
      const index = this.#slots[slot] as number;
      if (index === 0) return undefined;
      const key = this.#keys[index - 1] as KnownKey;
      if (key.hash === hash && key.object === object && isSpelled(key, bytes, start, end)) return key;
    }
  }

  /** `place`: in the order of the object's keys; `like`: another spelling of it. Undefined if there is no room. */
  learn(
    object: KnownObject,
    { bytes, start, end, hash }: Spelling,
    { place, field, like }: { readonly place: number; readonly field: number; readonly like?: KnownKey | undefined },
  ): KnownKey | undefined {
    const { keys } = object;
    if (end - start > maxKeyBytes) return undefined;
    if (this.#keys.length >= mostKeys || (object !== this.row && keys.length >= mostKeysInside)) {
      object.isOpen = true;
      return undefined;
    }
    const own = Uint8Array.from([...bytes.subarray(start, end), COLON]);
    const number = like?.number ?? this.#keys.length;
    const key = {
      bytes: own,
      length: own.length,
      words: wordsOfKey(own),
      object,
      number,
      field,
      hash,
      place,
      inside: undefined,
    };
    this.#keys.push(key);
    let slot = slotOf(object, hash);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (slots - 1);
    this.#slots[slot] = this.#keys.length;
    keys.splice(place, 0, key);
    for (let index = place + 1; index < keys.length; index += 1) (keys[index] as KnownKey).place = index;
    return key;
  }

  #newObject(): KnownObject {
    this.#objects += 1;
    return { seed: Math.imul(this.#objects, hashFactor), keys: [], isOpen: false };
  }
}

function slotOf({ seed }: KnownObject, hash: number): number {
  return (hash ^ seed) & (slots - 1);
}

const hashFactor = 0x9e3779b1;

/** `words`: the bytes as returned by `wordsOf`. */
export function hashOfKey(words: DataView, start: number, end: number): number {
  let hash = 0;
  let at = start;
  for (; at <= end - 4; at += 4) hash = Math.imul(hash ^ words.getInt32(at, true), hashFactor) ^ (hash >>> 15);
  for (; at < end; at += 1) hash = Math.imul(hash ^ words.getUint8(at), hashFactor);
  return hash ^ (hash >>> 15);
}

function wordsOfKey(key: Uint8Array): Int32Array {
  const view = new DataView(key.buffer);
  return Int32Array.from({ length: Math.ceil(key.length / 4) }, (_, index) => {
    return key.length < 4 ? 0 : view.getInt32(Math.min(index * 4, key.length - 4), true);
  });
}

/** Whether the key and its colon are at `at`. Hot path. */
export function isKeyAt(words: DataView, at: number, { length, words: own }: KnownKey): boolean {
  const last = at + length - 4;
  if (length < 4 || last + 4 > words.byteLength) return false; // It is then looked up by its hash.
  let index = 0;
  for (let from = at; from < last; from += 4) {
    if (words.getInt32(from, true) !== own[index]) return false;
    index += 1;
  }
  return words.getInt32(last, true) === own[index];
}

function isSpelled({ bytes: own }: KnownKey, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== own.length - 1) return false;
  for (let index = 0; index < end - start; index += 1) if (bytes[start + index] !== own[index]) return false;
  return true;
}

const strangerSlots = 4096;
const mostProbes = 16;

/** Keys without a number. Only their hashes are compared, so the caller must check a row with a repeated hash exactly. */
export class StrangeKeys {
  readonly #hashes = new Int32Array(strangerSlots);
  readonly #owners = new Int32Array(strangerSlots);
  #firstOfRow = 0;

  /** `object`: the number of the row's first object. Numbers are consecutive. */
  beginRow(object: number): void {
    if (object < this.#firstOfRow) this.#owners.fill(0);
    this.#firstOfRow = object;
  }

  /** @returns whether the object may already have the key, or there is no room to know. */
  add(hash: number, object: number): boolean {
    for (let probe = 0; probe < mostProbes; probe += 1) {
      const slot = (hash + probe) & (strangerSlots - 1);
      const owner = this.#owners[slot] as number;
      if (owner < this.#firstOfRow) {
        this.#hashes[slot] = hash;
        this.#owners[slot] = object;
        return false;
      }
      if (owner === object && this.#hashes[slot] === hash) return true;
    }
    return true;
  }
}
