// Which of some known names a key is, on bytes: a key is compared only with names of its length, or with all if it is
// written with escapes.
import { hasEscape, spells } from './json-bytes.ts';

export type NameIndex = {
  readonly names: readonly Uint8Array[];
  /** The numbers of the names by their length in bytes. */
  readonly byLength: readonly (readonly number[] | undefined)[];
};

export function createNameIndex(texts: readonly string[]): NameIndex {
  const names = texts.map((text) => Buffer.from(text));
  const longest = Math.max(0, ...names.map(({ length }) => length));
  const numbers = [...names.keys()];
  const byLength = Array.from({ length: longest + 1 }, (_, length) => {
    return numbers.filter((number) => names[number]?.length === length);
  });
  return { names, byLength };
}

/** The number of the name that the string content bytes[start, end) spells, or -1. */
export function indexOfName({ names, byLength }: NameIndex, bytes: Uint8Array, start: number, end: number): number {
  const candidates = byLength[end - start];
  if (candidates !== undefined) {
    for (let index = 0; index < candidates.length; index += 1) {
      const number = candidates[index] as number;
      if (spells(bytes, start, end, names[number] as Uint8Array)) return number;
    }
  }
  return hasEscape(bytes, start, end) ? names.findIndex((name) => spells(bytes, start, end, name)) : -1;
}
