// Validates a row against its schema, on the bytes of its fields that the record scanner found, mostly by the first byte of a value.
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, LETTER_N, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../json/ascii.ts';
import { skipColon, skipSpace, skipString, skipToNextMember, skipValue, spells } from '../json/json-bytes.ts';
import { equalTo, marksOf, wordBytes, wordsOf } from '../json/words.ts';
import type { PublishedFieldType, RowSchema } from './row-schema.ts';

/** The positions of the fields' values in the bytes, as in `Envelope`. A start of -1 means absent. */
type FieldSpans = { readonly fieldStarts: Int32Array; readonly fieldEnds: Int32Array };

/** The first field, in the schema's order, that breaks the schema. */
export type Breach = { readonly reason: 'missing_field' | 'wrong_type'; readonly field: string };

/** Returns undefined for a valid row. The spans contain valid JSON. Hot path. */
export type RowValidator = (bytes: Uint8Array, found: FieldSpans) => Breach | undefined;

type Check = (bytes: Uint8Array, start: number, end: number) => boolean;

// Kinds of JSON values as bits, by the first byte. Null has none.
const text = 1;
const number = 2;
const boolean = 4;
const object = 8;
const array = 16;
const KIND = new Uint8Array(256);
KIND[QUOTE] = text;
for (const char of '-0123456789') KIND[char.charCodeAt(0)] = number;
for (const char of 'tf') KIND[char.charCodeAt(0)] = boolean;
KIND[OPEN_OBJECT] = object;
KIND[OPEN_ARRAY] = array;

const ID = Buffer.from('id');
const TAG = Buffer.from('tag');
/** Valid JSON of only these bytes is an integer, or the content of an array of integers. */
const IN_INTEGERS = new Uint8Array(256);
for (const char of '-0123456789, \t\r') IN_INTEGERS[char.charCodeAt(0)] = 1;

const allowedKinds: Readonly<Record<PublishedFieldType, number>> = {
  time: text | number,
  string: text,
  integer: number,
  boolean,
  object,
  integers: array,
  strings: array,
  aliases: array,
};

/** The rules of a type beyond the kind of the value. */
const deepChecks: Readonly<Partial<Record<PublishedFieldType, Check>>> = {
  integer: hasOnlyIntegers,
  integers: (bytes, start, end) => hasOnlyIntegers(bytes, start + 1, end - 1),
  strings: (bytes, start) => everyElement(bytes, start, isString),
  aliases: (bytes, start) => everyElement(bytes, start, isAlias),
};

/** `scanned`: the fields of the scanner, which include all fields of the schema. */
export function createRowValidator({ fields }: RowSchema, scanned: readonly string[]): RowValidator {
  const slots = Int32Array.from(fields, ({ name }) => scanned.indexOf(name));
  const allowed = Uint8Array.from(fields, ({ type }) => allowedKinds[type]);
  const deep = fields.map(({ type }) => deepChecks[type]);
  return (bytes, { fieldStarts, fieldEnds }) => {
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index] as number;
      const start = fieldStarts[slot] as number;
      const first = start < 0 ? LETTER_N : (bytes[start] as number);
      if (((KIND[first] as number) & (allowed[index] as number)) !== 0) {
        const check = deep[index];
        if (check === undefined || check(bytes, start, fieldEnds[slot] as number)) continue;
      } else if (first === LETTER_N && fields[index]?.required !== true) continue;
      return { reason: first === LETTER_N ? 'missing_field' : 'wrong_type', field: fields[index]?.name ?? '' };
    }
    return undefined;
  };
}

function hasOnlyIntegers(bytes: Uint8Array, start: number, end: number): boolean {
  const words = wordsOf(bytes);
  let at = start;
  for (; at <= end - wordBytes; at += wordBytes) {
    const word = words.getInt32(at, true);
    // Of valid JSON without a letter, a brace, a point and a quote only integers are left.
    if (((word & 0xc0c0c0c0) | marksOf(equalTo(word, 0x2e2e2e2e) | equalTo(word, 0x22222222))) !== 0) break;
  }
  for (; at < end; at += 1) if (IN_INTEGERS[bytes[at] as number] === 0) return false;
  return true;
}

/** `isElement` checks the value that begins at a byte. */
function everyElement(
  bytes: Uint8Array,
  start: number,
  isElement: (bytes: Uint8Array, at: number) => boolean,
): boolean {
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_ARRAY) {
    if (!isElement(bytes, at)) return false;
    at = skipSpace(bytes, skipValue(bytes, at));
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return true;
}

function isString(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === QUOTE;
}

/** An object with the strings `id` and `tag`. The last value of a duplicate key applies. */
function isAlias(bytes: Uint8Array, start: number): boolean {
  if (bytes[start] !== OPEN_OBJECT) return false;
  let id = false;
  let tag = false;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_OBJECT) {
    const keyEnd = skipString(bytes, at);
    const value = skipColon(bytes, keyEnd);
    if (spells(bytes, at + 1, keyEnd - 1, ID)) id = bytes[value] === QUOTE;
    else if (spells(bytes, at + 1, keyEnd - 1, TAG)) tag = bytes[value] === QUOTE;
    at = skipToNextMember(bytes, skipValue(bytes, value));
  }
  return id && tag;
}
