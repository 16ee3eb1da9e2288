// The last member of each name in an object so far. It stores positions instead of texts, because an object can have millions
// of members.
import { hasEscape, skipString } from '../json/json-bytes.ts';
import { parseJson } from '../json/parse-json.ts';

const hashFactor = 0x9e3779b1;
const firstSlots = 16;

/** Bound: 16 bytes for each name. */
export class LastMembers {
  readonly #bytes: Uint8Array;
  /** An open hash table of the positions where keys begin; 0 is free. */
  #slots = new Int32Array(firstSlots);
  #size = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Notes the key at `at`. @returns where the same key began before, or -1. */
  put(at: number): number {
    const slot = this.#slotOf(at);
    const before = this.#slots[slot] as number;
    this.#slots[slot] = at;
    if (before !== 0) return before;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    return -1;
  }

  /** Where the key is, or a slot for it. */
  #slotOf(at: number): number {
    const last = this.#slots.length - 1;
    const end = skipString(this.#bytes, at);
    for (let slot = this.#hash(at, end) & last; ; slot = (slot + 1) & last) {
      const other = this.#slots[slot] as number;
      if (other === 0 || this.#isSame(at, end, other)) return slot;
    }
  }

  #hash(start: number, end: number): number {
    const isPlain = !hasEscape(this.#bytes, start, end);
    const text = isPlain ? undefined : Buffer.from(`"${keyText(this.#bytes, start, end)}"`);
    let hash = 0;
    const [bytes, from, to] = text === undefined ? [this.#bytes, start, end] : [text, 0, text.length];
    for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), hashFactor) ^ (hash >>> 13);
    return hash >>> 1;
  }

  #isSame(start: number, end: number, other: number): boolean {
    const bytes = this.#bytes;
    const otherEnd = skipString(bytes, other);
    if (hasEscape(bytes, start, end) || hasEscape(bytes, other, otherEnd)) {
      return keyText(bytes, start, end) === keyText(bytes, other, otherEnd);
    }
    if (end - start !== otherEnd - other) return false;
    for (let index = 0; index < end - start; index += 1) {
      if (bytes[start + index] !== bytes[other + index]) return false;
    }
    return true;
  }

  #grow(): void {
    const keys = this.#slots;
    this.#slots = new Int32Array(keys.length * 2);
    for (const at of keys) if (at !== 0) this.#slots[this.#slotOf(at)] = at;
  }
}

/** The text of the key bytes[start, end), which has its quotes. */
export function keyText(bytes: Uint8Array, start: number, end: number): string {
  return String(parseJson(Buffer.from(bytes.subarray(start, end)).toString()));
}
