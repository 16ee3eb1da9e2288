// A text that is expected to come again, compared four bytes at a time: lines that follow each other are mostly alike, and
// to see that is cheaper than to read them anew.

export type KnownText = { length: number; readonly bytes: Uint8Array; readonly words: DataView };

/** Knows nothing yet. Bound: `maxBytes`. */
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

/** Copies bytes[start, end); what is too long is not known. */
export function know(text: KnownText, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  const fits = length <= text.bytes.length;
  text.length = fits ? length : -1;
  // A loop: a native copy costs more than these few bytes.
  if (fits) for (let index = 0; index < length; index += 1) text.bytes[index] = bytes[start + index] as number;
}

/** From now on it stands nowhere. */
export function forget(text: KnownText): void {
  text.length = -1;
}

/** Whether the text stands at `at`. `words`: the bytes as `wordsOf` gives them. */
export function standsAt(words: DataView, at: number, { length, bytes, words: own }: KnownText): boolean {
  if (length < 0 || at + length > words.byteLength) return false;
  let index = 0;
  for (; index <= length - 4; index += 4) {
    if (words.getInt32(at + index, true) !== own.getInt32(index, true)) return false;
  }
  for (; index < length; index += 1) if (words.getUint8(at + index) !== bytes[index]) return false;
  return true;
}
