// Scans text in steps of four bytes, as 32-bit words, because a loop over bytes takes three times as long. The marks of a word are
// the high bits of its matching bytes. They are exact up to the first mark; above it a borrow may set others
// (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord). Words are little-endian on every machine. The loops contain
// literal numbers, because V8 reads a module's constant from memory each time.

export const wordBytes = 4;

/** Two, for rows that are made from other rows. */
let lastBytes: Uint8Array = new Uint8Array();
let lastWords = new DataView(lastBytes.buffer);
let otherBytes = lastBytes;
let otherWords = lastWords;

/** The bytes as words. Making it costs more than a few steps, so it is made once for all lines of a batch. */
export function wordsOf(bytes: Uint8Array): DataView {
  return bytes === lastBytes ? lastWords : wordsOfOther(bytes);
}

function wordsOfOther(bytes: Uint8Array): DataView {
  const words = bytes === otherBytes ? otherWords : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  otherBytes = lastBytes;
  otherWords = lastWords;
  lastBytes = bytes;
  lastWords = words;
  return words;
}

/** The word whose four bytes are `byte`. */
export function wordOf(byte: number): number {
  return Math.imul(byte, 0x01010101);
}

/** Marks, among other bits, bytes that equal those of `pattern`. */
export function equalTo(word: number, pattern: number): number {
  const difference = word ^ pattern;
  return (difference - 0x01010101) & ~difference;
}

/** Marks, among other bits, the characters that JSON strings escape: control characters, quotes and backslashes. */
export function escapable(word: number): number {
  const swapped = word ^ 0x02020202; // Swaps quotes and blanks, so that one comparison finds both kinds.
  return ((swapped - 0x21212121) & ~swapped) | equalTo(word, 0x5c5c5c5c);
}

/** Only the marks. For a word of text, the marks of its bytes above ASCII. */
export function marksOf(bits: number): number {
  return bits & 0x80808080;
}

/** The place, 0 to 3, of the first mark. */
export function firstOf(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) >> 3;
}

/** Memory that is filled from its beginning. `words`: those of `memory`, all of it. */
export type Filling = { readonly memory: Buffer; readonly words: DataView; length: number };

/** Above it a native copy costs less, though it makes a view of the bytes. */
const mostWordBytes = 512;

/** Adds bytes[start, end), for which there must be room. Hot path. */
export function fill(to: Filling, bytes: Uint8Array, start: number, end: number): void {
  if (end - start > mostWordBytes) to.memory.set(bytes.subarray(start, end), to.length);
  else copyWords(wordsOf(bytes), start, end, to);
  to.length += end - start;
}

/** Copies the bytes [start, end) of `from`, eight at a time, to the end of what is filled, which stays as long as it is. */
export function copyWords(from: DataView, start: number, end: number, to: Pick<Filling, 'words' | 'length'>): void {
  const { words } = to;
  const shift = to.length - start;
  const last = end - 8;
  if (last >= start) {
    for (let next = start; next < last; next += 8) words.setBigInt64(next + shift, from.getBigInt64(next, true), true);
    words.setBigInt64(last + shift, from.getBigInt64(last, true), true);
  } else for (let next = start; next < end; next += 1) words.setUint8(next + shift, from.getUint8(next));
}
