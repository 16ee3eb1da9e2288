// Finds a key among known names, on bytes: it compares only names of the same length. Among many names, it looks up the text in a
// map.
import { BACKSLASH } from './ascii.ts';
import { hasEscape, spells } from './json-bytes.ts';
import { parseJson } from './parse-json.ts';

/** Comparing with this many names is faster than making a text. */
const fewNames = 16;

export type NameIndex = {
  readonly names: readonly Uint8Array[];
  /** The numbers of the names by length in bytes, without duplicates. */
  readonly byLength: readonly (readonly number[] | undefined)[];
  /** The numbers by the text of the name. */
  readonly byText: ReadonlyMap<string, number>;
};

export function createNameIndex(texts: readonly string[]): NameIndex {
  const names = texts.map((text) => Buffer.from(text));
  const byText = new Map<string, number>();
  const longest = names.reduce((most, { length }) => Math.max(most, length), 0);
  const byLength = Array.from<number[] | undefined>({ length: longest + 1 });
  for (const [number, name] of names.entries()) {
    const text = name.toString(); // Decoded from bytes, which have no half surrogate pairs.
    if (byText.has(text)) continue;
    byText.set(text, number);
    if (!name.includes(BACKSLASH)) (byLength[name.length] ??= []).push(number); // A backslash in a key needs an escape.
  }
  return { names, byLength, byText };
}

/** The number of the name that the string content bytes[start, end) spells, or -1. */
export function indexOfName(index: NameIndex, bytes: Uint8Array, start: number, end: number): number {
  const { names, byLength } = index;
  const length = end - start;
  const candidates = length < byLength.length ? byLength[length] : undefined; // Reading past the end of an array is slow.
  if (candidates !== undefined && candidates.length <= fewNames) {
    for (let place = 0; place < candidates.length; place += 1) {
      const number = candidates[place] as number;
      if (isAt(bytes, start, names[number] as Uint8Array)) return number;
    }
  }
  const isNone = (candidates === undefined || candidates.length <= fewNames) && !hasEscape(bytes, start, end);
  return isNone ? -1 : indexOfText(index, bytes, start, end);
}

/** For a key with an escape, or among many names. Separate, so that the common path stays small. */
function indexOfText({ names, byText }: NameIndex, bytes: Uint8Array, start: number, end: number): number {
  if (hasEscape(bytes, start, end)) {
    const text: unknown = parseJson(Buffer.from(bytes.subarray(start - 1, end + 1)).toString());
    return typeof text === 'string' ? (byText.get(text) ?? -1) : -1;
  }
  const number = byText.get(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString());
  return number !== undefined && spells(bytes, start, end, names[number] as Uint8Array) ? number : -1; // It may not be UTF-8.
}

function isAt(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let index = 0; index < name.length; index += 1) if (bytes[start + index] !== name[index]) return false;
  return true;
}
