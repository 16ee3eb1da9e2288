// Rows four bytes at a time: whether a key is the one expected, and where a string has its first byte that is not plain.
import { NOT_JSON, QUOTE, skipColon, skipSpace } from '@s3-connectors/common/json/json-bytes.ts';

const BACKSLASH = 0x5c;
const COLON = 0x3a;
const SPACE = 0x20;

/** Of each of four bytes the highest bit. */
const highBits = 0x80808080 | 0;

/** Bytes and how to look at four of them; `by`: how often each value counts, 1 or -1. */
export type Walk = { readonly bytes: Uint8Array; readonly view: DataView; readonly lastWord: number; by: 1 | -1 };

/** A member's key as it is spelled in most rows, with its quotes, and its words of four bytes; the last ends with the key. */
export type Key = { readonly key: Uint8Array; readonly words: Int32Array };

export function keyOf(name: string): Key {
  const key = Uint8Array.from(Buffer.from(JSON.stringify(name)));
  const view = new DataView(key.buffer);
  const last = key.length - 4;
  const words = Int32Array.from({ length: Math.ceil(key.length / 4) }, (_, index) => {
    return last < 0 ? 0 : view.getInt32(Math.min(index * 4, last), true);
  });
  return { key, words };
}

export function walkOver(bytes: Uint8Array): Walk {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, lastWord: bytes.length - 4, by: 1 };
}

/** Where the value of the member begins if its key, at `at`, is spelled like that; else NOT_JSON. */
export function valueAfter(walk: Walk, at: number, { key, words }: Key): number {
  const { bytes, view, lastWord } = walk;
  const { length } = key;
  const end = at + length;
  if (end > lastWord || length < 4) {
    for (let index = 0; index < length; index += 1) if (bytes[at + index] !== key[index]) return NOT_JSON;
  } else {
    let index = 0;
    for (let from = at; from < end - 4; from += 4) {
      if (view.getInt32(from, true) !== words[index]) return NOT_JSON;
      index += 1;
    }
    if (view.getInt32(end - 4, true) !== words[index]) return NOT_JSON;
  }
  if (bytes[end] !== COLON) return skipColon(bytes, end);
  return (bytes[end + 1] as number) > SPACE ? end + 1 : skipSpace(bytes, end + 1);
}

/** The first quote, backslash or control character at or after `start`, else the end of the bytes. */
export function plainEnd({ view, lastWord, bytes }: Walk, start: number): number {
  let at = start;
  while (at <= lastWord) {
    const word = view.getInt32(at, true);
    const swapped = word ^ 0x02020202; // The quote becomes a blank, the blank a quote.
    const slashed = word ^ 0x5c5c5c5c;
    const stops = (((swapped - 0x21212121) & ~swapped) | ((slashed - 0x01010101) & ~slashed)) & highBits;
    if (stops !== 0) return at + ((31 - Math.clz32(stops & -stops)) >> 3); // The lowest is never wrong.
    at += 4;
  }
  while (at < bytes.length && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH && (bytes[at] as number) >= SPACE) at += 1;
  return at;
}
