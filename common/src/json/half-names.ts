// Names of members that only halves of surrogate pairs tell apart. With U+FFFD for each half they would be one name: pyarrow and
// ClickHouse refuse a whole file for that, and other readers keep one of the values.
import { CLOSE_OBJECT, COLON, OPEN_OBJECT, QUOTE } from './ascii.ts';
import { skipSpace, skipString } from './json-bytes.ts';
import { parseJson } from './parse-json.ts';
import { eachHalf } from './surrogates.ts';

/** `text` takes as many bytes as the escape at `at`. */
export type Unit = { readonly at: number; readonly text: Buffer };

/** The names of an object: where they begin. */
type Names = { readonly starts: number[]; hasHalves: boolean };

/** Names deeper than that are not told apart. */
const mostDepth = 1000;

/**
 * Of the valid JSON in bytes[start, end), before its halves are replaced: what is to replace them in names that another member has
 * with U+FFFD, a character for private use for each half, U+E000 to U+E7FF.
 */
export function unitsForNames(bytes: Uint8Array, start: number, end: number): readonly Unit[] {
  const units: Unit[] = [];
  const open: Names[] = [];
  let at = start;
  while (at < end && open.length <= mostDepth) {
    const byte = bytes[at];
    const stringEnd = byte === QUOTE ? skipString(bytes, at) : at + 1;
    if (byte === OPEN_OBJECT) open.push({ starts: [], hasHalves: false });
    else if (byte === CLOSE_OBJECT) {
      const names = open.pop();
      if (names?.hasHalves === true) units.push(...unitsOf(bytes, names.starts));
    } else if (byte === QUOTE && bytes[skipSpace(bytes, stringEnd)] === COLON) {
      const names = open.at(-1);
      names?.starts.push(at);
      if (names !== undefined) names.hasHalves ||= eachHalf(bytes, at, stringEnd) > 0;
    }
    at = stringEnd;
  }
  return units;
}

function unitsOf(bytes: Uint8Array, starts: readonly number[]): readonly Unit[] {
  const taken = new Set<string>();
  const broken: number[] = [];
  for (const start of starts) {
    const name = nameAt(bytes, start);
    if (name.isWellFormed()) taken.add(name);
    else broken.push(start);
  }
  return broken.flatMap((start) => {
    const name = nameAt(bytes, start);
    const isFree = (character: Character): boolean => !taken.has(name.replaceAll(half, character));
    const character = characters.find(isFree) ?? toReplacement;
    taken.add(name.replaceAll(half, character));
    const units: Unit[] = [];
    if (character === toReplacement) return units;
    eachHalf(bytes, start, skipString(bytes, start), (at) => units.push({ at, text: unitAt(bytes, at, character) }));
    return units;
  });
}

/** What a half becomes. */
type Character = (half: string) => string;

const half = /\p{Surrogate}/gu;
const toReplacement: Character = () => '\ufffd';
/** U+FFFD if no other member has the name with it, else a character for private use; a second and a third one if that is taken too. */
const characters: readonly Character[] = [
  toReplacement,
  ...[0x0800, 0x1000, 0x1800].map(
    (distance): Character =>
      (unit) =>
        String.fromCharCode(unit.charCodeAt(0) + distance),
  ),
];

function nameAt(bytes: Uint8Array, start: number): string {
  return String(parseJson(Buffer.from(bytes.subarray(start, skipString(bytes, start))).toString()));
}

/** `\ue03d` for the half `\ud83d`. */
function unitAt(bytes: Uint8Array, at: number, character: Character): Buffer {
  const digits = Buffer.from(bytes.subarray(at + 2, at + 6)).toString();
  const code = character(String.fromCharCode(Number.parseInt(digits, 16))).charCodeAt(0);
  return Buffer.from(String.raw`\u${code.toString(16)}`);
}
