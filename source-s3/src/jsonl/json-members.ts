// The members of one JSON line that the catalog asks for, found on bytes in one pass that also validates the line.
import { createNameIndex, indexOfName, type NameIndex } from '@s3-connectors/common/destination/name-index.ts';
import {
  CLOSE_OBJECT,
  NOT_JSON,
  OPEN_OBJECT,
  QUOTE,
  skipColon,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
  spells,
} from '@s3-connectors/common/destination/json-bytes.ts';

/** Scans lines for members of these names. One object is used for all lines: the next scan writes over what it found. */
export class JsonMembers {
  readonly #names: NameIndex;
  /** Names found, by their number, in the line's order; -1 for other names. Value k is bytes[valueStarts[k], valueEnds[k]). */
  found = new Int32Array(64);
  keyStarts = new Int32Array(64);
  valueStarts = new Int32Array(64);
  valueEnds = new Int32Array(64);
  count = 0;
  /** One of the names stands twice in the line. */
  hasTwice = false;
  /** By name: the line in which it was last seen. */
  readonly #seenIn: Float64Array;
  #line = 0;

  constructor(names: readonly string[]) {
    this.#names = createNameIndex(names);
    this.#seenIn = new Float64Array(names.length);
  }

  /** Scans bytes[start, end), where bytes[end] is a newline. False: it is not one JSON object. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.count = 0;
    this.hasTwice = false;
    this.#line++;
    const open = skipSpace(bytes, start);
    if (bytes[open] !== OPEN_OBJECT) return false;
    let at = skipSpace(bytes, open + 1);
    while (bytes[at] === QUOTE) {
      const keyEnd = skipString(bytes, at);
      const value = keyEnd === NOT_JSON ? NOT_JSON : skipColon(bytes, keyEnd);
      const valueEnd = value === NOT_JSON ? NOT_JSON : skipValue(bytes, value);
      if (valueEnd === NOT_JSON) return false;
      this.#add(this.#nameAt(bytes, at + 1, keyEnd - 1), at, value, valueEnd);
      at = skipToNextMember(bytes, valueEnd);
      if (at === NOT_JSON) return false;
    }
    return bytes[at] === CLOSE_OBJECT && skipSpace(bytes, at + 1) === end;
  }

  /** Most lines have the members of the line before. */
  #nameAt(bytes: Uint8Array, start: number, end: number): number {
    const before = this.found[this.count] ?? -1;
    const name = before < 0 ? undefined : this.#names.names[before];
    if (name?.length === end - start && spells(bytes, start, end, name)) return before;
    return indexOfName(this.#names, bytes, start, end);
  }

  #add(name: number, keyStart: number, valueStart: number, valueEnd: number): void {
    const place = this.count++;
    if (place === this.found.length) this.#grow();
    this.found[place] = name;
    this.keyStarts[place] = keyStart;
    this.valueStarts[place] = valueStart;
    this.valueEnds[place] = valueEnd;
    if (name < 0) return;
    this.hasTwice ||= this.#seenIn[name] === this.#line;
    this.#seenIn[name] = this.#line;
  }

  #grow(): void {
    this.found = grown(this.found);
    this.keyStarts = grown(this.keyStarts);
    this.valueStarts = grown(this.valueStarts);
    this.valueEnds = grown(this.valueEnds);
  }
}

function grown(from: Int32Array): Int32Array<ArrayBuffer> {
  const to = new Int32Array(2 * from.length);
  to.set(from);
  return to;
}
