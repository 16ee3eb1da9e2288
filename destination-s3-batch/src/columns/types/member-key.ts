// The key of a member, compared four bytes at a time with the expected key.
import { COLON, SPACE } from '@s3-connectors/common/json/ascii.ts';
import { NOT_JSON, skipColon, skipSpace } from '@s3-connectors/common/json/json-bytes.ts';
import { wordBytes, wordsOf } from '@s3-connectors/common/json/words.ts';

/** A member's key in its usual spelling, with its quotes, and as words of four bytes; the last word ends with the key. */
export type MemberKey = { readonly key: Uint8Array; readonly words: Int32Array };

export function keyOf(name: string): MemberKey {
  const key = Uint8Array.from(Buffer.from(JSON.stringify(name)));
  const view = new DataView(key.buffer);
  const last = key.length - wordBytes;
  const words = Int32Array.from({ length: Math.ceil(key.length / 4) }, (_, index) => {
    return last < 0 ? 0 : view.getInt32(Math.min(index * 4, last), true);
  });
  return { key, words };
}

/** Where the value of the member begins if its key is at `at` in that spelling; otherwise NOT_JSON. */
export function valueAfter(bytes: Uint8Array, at: number, { key, words }: MemberKey): number {
  const view = wordsOf(bytes);
  const { length } = key;
  const end = at + length;
  if (length < 4 || end > view.byteLength) {
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
