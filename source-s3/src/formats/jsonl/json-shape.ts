// The type that holds all JSON values it has seen: what discover declares for JSON lines.
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  LETTER_N,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from '@s3-connectors/common/json/ascii.ts';
import {
  skipColon,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
} from '@s3-connectors/common/json/json-bytes.ts';
import { mergeTypes, type Column, type ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { textAt } from './members/json-text.ts';

/** Deeper values are not inspected: their objects are declared without members. */
const maxDepth = 32;
/** In an object below the top with more names, the names are data: it is declared without members. */
const maxMembers = 1000;

/** The most names in all objects of one file. */
const maxNames = 20_000;

/** Lines have more names than a table may have columns: their names are data. */
export class TooManyNames extends Error {}

/** Grows with the number of different names, not of values. Bound: 20,000 names. */
export class JsonShape {
  readonly #depth: number;
  readonly #names: { left: number };
  #scalar: ColumnType = { kind: 'unknown' };
  #items: JsonShape | undefined;
  #members: Map<string, JsonShape> | undefined;

  constructor(depth = 0, names = { left: maxNames }) {
    this.#depth = depth;
    this.#names = names;
  }

  /** Adds the valid value at `at`, on a line that ends in a newline. @returns the byte after it. @throws TooManyNames */
  add(bytes: Uint8Array, at: number): number {
    const first = bytes[at] ?? 0;
    if (first === OPEN_OBJECT) return this.#addObject(bytes, at);
    if (first === OPEN_ARRAY) return this.#addArray(bytes, at);
    const end = skipValue(bytes, at);
    this.#scalar = mergeTypes(this.#scalar, scalarType(bytes, at, end));
    return end;
  }

  /** By name, in the order in which they first appeared. */
  get columns(): readonly Column[] {
    return [...(this.#members ?? [])].map(([name, shape]) => ({ name, type: shape.type }));
  }

  get type(): ColumnType {
    const types: ColumnType[] = [this.#scalar];
    if (this.#items !== undefined) types.push({ kind: 'list', items: this.#items.type });
    if (this.#members !== undefined) types.push({ kind: 'struct', fields: this.#areNamesData ? [] : this.columns });
    return types.reduce(mergeTypes);
  }

  get #areNamesData(): boolean {
    return this.#depth > 0 && (this.#members?.size ?? 0) > maxMembers;
  }

  #addObject(bytes: Uint8Array, start: number): number {
    this.#members ??= new Map();
    if (this.#depth === maxDepth || this.#areNamesData) return skipValue(bytes, start);
    let at = skipSpace(bytes, start + 1);
    while (bytes[at] === QUOTE) {
      const name = textAt(bytes, at);
      const value = skipColon(bytes, skipString(bytes, at));
      let shape = this.#members.get(name);
      if (shape === undefined) {
        if (--this.#names.left < 0) throw new TooManyNames();
        this.#members.set(name, (shape = new JsonShape(this.#depth + 1, this.#names)));
      }
      at = skipToNextMember(bytes, shape.add(bytes, value));
    }
    return bytes[at] === CLOSE_OBJECT ? at + 1 : at;
  }

  #addArray(bytes: Uint8Array, start: number): number {
    this.#items ??= new JsonShape(this.#depth + 1, this.#names);
    if (this.#depth === maxDepth) return skipValue(bytes, start);
    let at = skipSpace(bytes, start + 1);
    while (bytes[at] !== CLOSE_ARRAY) {
      at = skipSpace(bytes, this.#items.add(bytes, at));
      if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    }
    return at + 1;
  }
}

/** A number is an integer if it is written as one. */
function scalarType(bytes: Uint8Array, start: number, end: number): ColumnType {
  switch (bytes[start]) {
    case QUOTE:
      return { kind: 'string' };
    case 0x74: // true
    case 0x66: // false
      return { kind: 'boolean' };
    case LETTER_N:
      return { kind: 'unknown' };
    default:
      return { kind: /[.eE]/u.test(Buffer.from(bytes.subarray(start, end)).toString()) ? 'number' : 'integer' };
  }
}
