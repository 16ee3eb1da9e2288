// An expected text, compared four bytes at a time: consecutive lines usually share text, and comparing it is cheaper than
// reading it again.

export type KnownText = { length: number; readonly bytes: Uint8Array; readonly words: DataView };

/** An empty text. Bound: `maxBytes`. */
export function createKnownText(maxBytes: number): KnownText {
  const bytes = new Uint8Array(maxBytes);
  return { length: -1, bytes, words: new DataView(bytes.buffer) };
}

/** Bound: the text. */
export function knownText(text: string, encoding: BufferEncoding = 'utf8'): KnownText {
  const bytes = Buffer.from(text, encoding);
  const known = createKnownText(bytes.length);
  know(known, bytes, 0, bytes.length);
  return known;
}

/** Copies bytes[start, end). A text that is too long is not stored. */
export function know(text: KnownText, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  const fits = length <= text.bytes.length;
  text.length = fits ? length : -1;
  // A loop, because a native copy costs more than these few bytes.
  if (fits) for (let index = 0; index < length; index += 1) text.bytes[index] = bytes[start + index] as number;
}

/** From now on the text matches nothing. */
export function forget(text: KnownText): void {
  text.length = -1;
}

/** Whether the text is at `at`. `words`: the bytes as returned by `wordsOf`. */
export function standsAt(words: DataView, at: number, { length, bytes, words: own }: KnownText): boolean {
  if (length < 0 || at + length > words.byteLength) return false;
  let index = 0;
  for (; index <= length - 4; index += 4) {
    if (words.getInt32(at + index, true) !== own.getInt32(index, true)) return false;
  }
  for (; index < length; index += 1) if (words.getUint8(at + index) !== bytes[index]) return false;
  return true;
}
