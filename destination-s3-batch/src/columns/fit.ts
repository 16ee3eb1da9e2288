// Rewrites rows so that every value is as its field's type has it: what does not fit goes as JSON text into the sibling
// `<field>__json`, members without a field into `__json`. Only for tables in which something was seen that does not fit.
import {
  CLOSE_OBJECT,
  hasEscape,
  OPEN_OBJECT,
  QUOTE,
  skipColon,
  skipSpace,
  skipString,
  skipValue,
} from '@s3-connectors/common/json/json-bytes.ts';

import type { RowWriter } from '../row-writer.ts';
import { restName, type FieldType, type StructType } from './field-type.ts';
import { fittedScalar } from './fitted-scalar.ts';
import { countedMisfits, slotOf, withSiblings, type Misfits, type Slot } from './slot.ts';

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;

/** Fits rows of one table to its type, which is found to need siblings on the way. */
export class Fitter {
  readonly #row: Slot;
  readonly #out: RowWriter;

  constructor(type: StructType, out: RowWriter) {
    this.#row = slotOf('', type);
    this.#out = out;
  }

  /** Writes the row, bytes[start] its opening brace, and ends its line. */
  fit(bytes: Uint8Array, start: number): void {
    this.#object(bytes, start, this.#row);
    this.#out.endLine();
  }

  /** Values that did not fit so far. */
  get misfits(): Misfits {
    return new Map(countedMisfits(this.#row, ''));
  }

  /** The type with the siblings that the rows so far need. */
  get type(): StructType {
    return withSiblings(this.#row) as StructType;
  }

  #object(bytes: Uint8Array, start: number, slot: Slot): void {
    const out = this.#out;
    const members = lastMembers(bytes, start);
    let rest: Member[] | undefined;
    out.byte(OPEN_OBJECT);
    let first = true;
    for (const member of members) {
      const field = slot.slots.get(member.name);
      if (field === undefined) {
        if (!isEmptyValue(bytes, member.valueStart)) (rest ??= []).push(member);
        continue;
      }
      if (!first) out.byte(COMMA);
      first = false;
      const { length } = out;
      out.copy(field.head, 0, field.head.length);
      if (this.#value(bytes, member.valueStart, member.valueEnd, field)) continue;
      out.length = length; // Without the head.
      out.copy(field.siblingHead, 0, field.siblingHead.length);
      out.quoted(bytes, member.valueStart, member.valueEnd);
      field.misfits += 1;
    }
    if (rest !== undefined) {
      slot.rest += rest.length;
      out.text(`${first ? '' : ','}"${restName}":`);
      const text = rest.map(({ keyStart, valueEnd }) => Buffer.from(bytes.subarray(keyStart, valueEnd)).toString());
      const json = Buffer.from(`{${text.join(',')}}`);
      out.quoted(json, 0, json.length);
    }
    out.byte(CLOSE_OBJECT);
  }

  /** Whether the value fits; nothing of it is written if it does not. */
  #value(bytes: Uint8Array, start: number, end: number, slot: Slot): boolean {
    const { type } = slot;
    const out = this.#out;
    const first = bytes[start] as number;
    if (first === 0x6e) {
      out.copy(bytes, start, end);
      return true;
    }
    switch (type.kind) {
      case 'json':
        out.quoted(bytes, start, end);
        return true;
      case 'struct':
        if (first !== OPEN_OBJECT) return false;
        this.#object(bytes, start, slot);
        return true;
      case 'list':
        return first === OPEN_LIST && slot.items !== undefined && this.#list(bytes, start, slot.items);
      default: {
        const fitted = fittedScalar(bytes, start, end, type);
        if (fitted === undefined) return false;
        if (fitted === '') out.copy(bytes, start, end);
        else out.text(fitted);
        return true;
      }
    }
  }

  /** A list fits as a whole or not at all: its items have no siblings. */
  #list(bytes: Uint8Array, start: number, items: Slot): boolean {
    if (!fits(bytes, start, skipValue(bytes, start), { kind: 'list', items: items.type })) return false;
    const out = this.#out;
    out.byte(OPEN_LIST);
    for (const { start: at, end, isFirst } of itemsOf(bytes, start)) {
      if (!isFirst) out.byte(COMMA);
      this.#value(bytes, at, end, items);
    }
    out.byte(CLOSE_LIST);
    return true;
  }
}

type Item = { readonly start: number; readonly end: number; readonly isFirst: boolean };

function* itemsOf(bytes: Uint8Array, listStart: number): Generator<Item> {
  let at = skipSpace(bytes, listStart + 1);
  for (let isFirst = true; bytes[at] !== CLOSE_LIST; isFirst = false) {
    const end = skipValue(bytes, at);
    yield { start: at, end, isFirst };
    at = skipSpace(bytes, end);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
}

/** Whether the value has a place in the type: an object in any struct, whatever its members are. */
function fits(bytes: Uint8Array, start: number, end: number, type: FieldType): boolean {
  const first = bytes[start];
  if (first === 0x6e || type.kind === 'json') return true;
  if (type.kind === 'struct') return first === OPEN_OBJECT;
  if (type.kind !== 'list') return fittedScalar(bytes, start, end, type) !== undefined;
  if (first !== OPEN_LIST) return false;
  for (const item of itemsOf(bytes, start)) if (!fits(bytes, item.start, item.end, type.items)) return false;
  return true;
}

type Member = {
  readonly name: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
};

/** Of members named twice the last one, as in JSON.parse. */
function lastMembers(bytes: Uint8Array, start: number): Iterable<Member> {
  const members = new Map<string, Member>();
  let keyStart = skipSpace(bytes, start + 1);
  while (bytes[keyStart] === QUOTE) {
    const keyEnd = skipString(bytes, keyStart);
    const valueStart = skipColon(bytes, keyEnd);
    const valueEnd = skipValue(bytes, valueStart);
    const name = keyText(bytes, keyStart, keyEnd);
    members.set(name, { name, keyStart, valueStart, valueEnd });
    keyStart = skipSpace(bytes, valueEnd);
    if (bytes[keyStart] === COMMA) keyStart = skipSpace(bytes, keyStart + 1);
  }
  return members.values();
}

function keyText(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return hasEscape(bytes, start + 1, end - 1)
    ? String(JSON.parse(text.toString()))
    : text.toString('utf8', 1, text.length - 1);
}

/** Null, or containers of nothing but such: nothing is lost without it. */
function isEmptyValue(bytes: Uint8Array, start: number): boolean {
  const first = bytes[start];
  if (first === 0x6e) return true;
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) return false;
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== first + 2) {
    const value = first === OPEN_OBJECT ? skipColon(bytes, skipString(bytes, at)) : at;
    if (!isEmptyValue(bytes, value)) return false;
    at = skipSpace(bytes, skipValue(bytes, value));
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return true;
}
