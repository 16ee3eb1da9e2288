// Text four bytes at a step, as the 32-bit words that JavaScript's numbers are quick with: a loop over bytes takes three times
// as long. Marks of a word are the high bits of those of its bytes that are sought; the tests are exact up to the first
// mark, above it a borrow may set others (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord). Words are read
// with the first byte lowest, whatever the machine. Numbers stand in the loops themselves: V8 reads a module's constant from
// memory each time.

export const wordBytes = 4;

/** Two, for rows that are made of other rows. */
let lastBytes: Uint8Array = new Uint8Array();
let lastWords = new DataView(lastBytes.buffer);
let otherBytes = lastBytes;
let otherWords = lastWords;

/** The bytes to be read by words. To make that costs more than a few steps: it is made once for all lines of a batch. */
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

/** Marks, among other bits, what a JSON string has to escape: control characters, quotes and backslashes. */
export function escapable(word: number): number {
  const swapped = word ^ 0x02020202; // The quote becomes a blank, the blank a quote: both kinds in one comparison.
  return ((swapped - 0x21212121) & ~swapped) | equalTo(word, 0x5c5c5c5c);
}

/** The marks alone; of a word of text itself, those of its bytes that are beyond ASCII. */
export function marksOf(bits: number): number {
  return bits & 0x80808080;
}

/** The place, 0 to 3, of the first mark. */
export function firstOf(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) >> 3;
}
