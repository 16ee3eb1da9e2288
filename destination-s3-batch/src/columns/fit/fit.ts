// Rewrites rows so that every value has the form of its field's type. A value that its field cannot hold goes as JSON text into
// the sibling `<field>__json`; members without a field go into `__json`. Only for rows that may need it.
//
// Most of these rows need no change, or one. So a row is walked and copied in runs that end only where something else must be
// written. Precondition: the row was observed, and is valid JSON.
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  LETTER_N,
  OPEN_ARRAY,
  OPEN_OBJECT,
} from '@s3-connectors/common/json/ascii.ts';
import { NOT_JSON, skipColon, skipSpace, skipString, skipValue } from '@s3-connectors/common/json/json-bytes.ts';

import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import { countColumns, restName, type ScalarType, type StructType } from '../types/field-type.ts';
import type { TypingRules } from '../decide/kind.ts';
import { asItIs, emptyObject, fittedScalar, listAsItIs, type IsInForm } from './fitted-value.ts';
import { valueAfter } from '../types/member-key.ts';
import { RowOutcomes } from './row-outcomes.ts';
import { earlierTwins, isEmptyValue, keyText, nextMember } from './row-members.ts';
import { fittedValues, slotOf, withSiblings, type FittedValues, type FieldSlot } from '../types/slot.ts';
import { isPlain, isReadable } from '../types/temporal-text.ts';

/** Fits rows of one table to its type. The type gets siblings when rows need them. */
export class Fitter {
  readonly #row: FieldSlot;
  #out = new RowBuffer();
  readonly #isInForm: IsInForm;
  readonly #asLines: boolean;
  #bytes: Uint8Array = new Uint8Array();
  /** Everything in the row before this byte is written or omitted. */
  #copied = 0;
  /** The outcomes of this row's values. */
  readonly #outcomes = new RowOutcomes();
  /** The current field does not hold all of its value. */
  #isCut = false;
  #field: FieldSlot | undefined;
  /** The name of the last member without a field. */
  #stranger = '';
  #visits = 0;
  #siblingsLeft: number;

  /** `maxColumns`: siblings are added while there are fewer. */
  constructor(
    type: StructType,
    { asLines, maxColumns = Infinity }: Pick<TypingRules, 'asLines'> & { readonly maxColumns?: number },
  ) {
    this.#siblingsLeft = maxColumns - countColumns(type);
    this.#row = slotOf('', type);
    this.#asLines = asLines;
    this.#isInForm = asLines ? isPlain : isReadable;
  }

  /** Writes the row, whose opening brace is bytes[start], to `out`, and ends its line. */
  fit(bytes: Uint8Array, start: number, out: RowBuffer): void {
    this.#out = out;
    this.#bytes = bytes;
    this.#copied = start;
    this.#copyTo(this.#object(start, this.#row));
    out.endLine();
    this.#outcomes.count();
  }

  /** The values so far that were changed. */
  get values(): FittedValues {
    return fittedValues(this.#row);
  }

  /** The type, with the siblings that the rows so far need. */
  get type(): StructType {
    return withSiblings(this.#row) as StructType;
  }

  #copyTo(end: number): void {
    this.#out.copy(this.#bytes, this.#copied, end);
    this.#copied = end;
  }

  /** `dropped`: the starts of keys that are repeated later. @returns the byte after the object. */
  #object(start: number, slot: FieldSlot, dropped?: ReadonlySet<number>): number {
    const bytes = this.#bytes;
    const before = { length: this.#out.length, copied: this.#copied, noted: this.#outcomes.length, isCut: this.#isCut };
    const visit = (this.#visits += 1);
    let strangers: Set<string> | undefined;
    let rest: number[] | undefined;
    let last: FieldSlot | undefined;
    let keptEnd = start + 1;
    let at = skipSpace(bytes, start + 1);
    while (bytes[at] !== CLOSE_OBJECT) {
      const value = this.#readKey(at, slot, last);
      const field = this.#field;
      const isDropped = dropped?.has(at) === true;
      if (!isDropped && (field === undefined ? strangers?.has(this.#stranger) === true : field.visit === visit)) {
        this.#out.length = before.length;
        this.#copied = before.copied;
        this.#outcomes.forget(before.noted);
        this.#isCut = before.isCut;
        return this.#object(start, slot, earlierTwins(bytes, start));
      }
      let end: number;
      if (isDropped || field === undefined) {
        end = skipValue(bytes, value);
        if (!isDropped) (strangers ??= new Set()).add(this.#stranger);
        if (!isEmptyValue(bytes, value)) {
          (rest ??= []).push(at, end);
          this.#outcomes.note(slot, 'rest');
        }
        this.#leaveOut(keptEnd, last === undefined ? nextMember(bytes, end) : end);
      } else {
        field.visit = visit;
        end = this.#member(at, value, field);
        if (this.#isCut) (rest ??= []).push(at, end);
        if (end === NOT_JSON) {
          end = skipValue(bytes, value);
          (rest ??= []).push(at, end);
          this.#leaveOut(keptEnd, last === undefined ? nextMember(bytes, end) : end);
        } else {
          last = field;
          keptEnd = end;
        }
      }
      at = nextMember(bytes, end);
    }
    if (rest !== undefined) this.#writeRest(rest, slot, at, last === undefined);
    this.#isCut = before.isCut;
    return at + 1;
  }

  /** Notes the member of the key at `at` in `#field`: usually the one that followed `last`. @returns where its value begins. */
  #readKey(at: number, slot: FieldSlot, last: FieldSlot | undefined): number {
    const bytes = this.#bytes;
    this.#field = last === undefined ? slot.first : last.follower;
    const value = this.#field === undefined ? NOT_JSON : valueAfter(bytes, at, this.#field);
    if (value !== NOT_JSON) return value;
    const keyEnd = skipString(bytes, at);
    const name = keyText(bytes, at, keyEnd);
    this.#field = slot.slots.get(name);
    if (this.#field === undefined) this.#stranger = name;
    else if (last === undefined) slot.first = this.#field;
    else last.follower = this.#field;
    return skipColon(bytes, keyEnd);
  }

  /** Nothing from `keptEnd` to `end` is written. */
  #leaveOut(keptEnd: number, end: number): void {
    if (this.#copied < keptEnd) this.#copyTo(keptEnd);
    this.#copied = end;
  }

  /**
   * The member whose key is at `keyStart`. @returns the byte after it, or NOT_JSON if it must go into `__json`. If `#isCut` is
   * set, it must also go there.
   */
  #member(keyStart: number, value: number, field: FieldSlot): number {
    this.#isCut = false;
    const end = this.#value(value, field);
    if (end !== NOT_JSON && !this.#isCut) return end;
    if (!field.hasSibling && this.#siblingsLeft > 0) {
      this.#siblingsLeft -= 1;
      field.hasSibling = true;
    }
    if (end === NOT_JSON) this.#outcomes.note(field, 'misfits');
    if (!field.hasSibling) return end;
    const valueEnd = end === NOT_JSON ? skipValue(this.#bytes, value) : end;
    this.#copyTo(end === NOT_JSON ? keyStart : end);
    if (end !== NOT_JSON) this.#out.byte(COMMA);
    this.#out.copy(field.siblingHead, 0, field.siblingHead.length);
    this.#out.quoted(this.#bytes, value, valueEnd);
    this.#copied = valueEnd;
    this.#isCut = false;
    return valueEnd;
  }

  /** @returns the byte after the value, or NOT_JSON if it does not fit; then nothing of it is written. */
  #value(at: number, slot: FieldSlot): number {
    const bytes = this.#bytes;
    const first = bytes[at];
    const { type } = slot;
    if (first === LETTER_N) return at + 4;
    if (type.kind === 'struct' && first === OPEN_OBJECT) return this.#object(at, slot);
    if (type.kind === 'list') {
      return first === OPEN_ARRAY && slot.items !== undefined ? this.#list(at, slot.items) : NOT_JSON;
    }
    const end = type.kind === 'struct' ? NOT_JSON : asItIs(this.#bytes, at, type, this.#isInForm);
    return end === NOT_JSON ? this.#rewritten(at, slot, type) : end;
  }

  #rewritten(at: number, slot: FieldSlot, type: ScalarType | StructType): number {
    const bytes = this.#bytes;
    const end = skipValue(bytes, at);
    if (type.kind === 'json') {
      this.#copyTo(at);
      this.#out.quoted(bytes, at, end);
      this.#copied = end;
      return end;
    }
    const isStruct = type.kind === 'struct';
    const fitted = isStruct ? emptyObject(bytes, at) : fittedScalar(bytes, at, end, { type, asLines: this.#asLines });
    if (fitted === undefined) return NOT_JSON;
    if (fitted.isCoerced === true) this.#outcomes.note(slot, 'coerced');
    if (fitted.isCut === true) {
      this.#outcomes.note(slot, 'cut');
      this.#isCut = true;
    }
    if (fitted.text !== '') this.#replace(at, end, fitted.text);
    return end;
  }

  #replace(at: number, end: number, text: string): void {
    this.#copyTo(at);
    this.#out.text(text);
    this.#copied = end;
  }

  /** An item that does not fit becomes null. Items have no siblings, so the sibling of the field gets the complete list. */
  #list(start: number, items: FieldSlot): number {
    const bytes = this.#bytes;
    const plainEnd = listAsItIs(this.#bytes, start, items.type, this.#isInForm);
    if (plainEnd !== NOT_JSON) return plainEnd;
    let at = skipSpace(bytes, start + 1);
    while (bytes[at] !== CLOSE_ARRAY) {
      let end = this.#value(at, items);
      if (end === NOT_JSON) {
        end = skipValue(bytes, at);
        this.#replace(at, end, 'null');
        this.#outcomes.note(items, 'misfits');
        this.#isCut = true;
      }
      at = nextMember(bytes, end);
    }
    return at + 1;
  }

  /** Members without a field, as one member `__json` before the closing brace at `at`. */
  #writeRest(rest: readonly number[], slot: FieldSlot, at: number, isAlone: boolean): void {
    const bytes = this.#bytes;
    this.#copyTo(at);
    slot.hasRest = true;
    this.#out.text(`${isAlone ? '' : ','}"${restName}":"{`);
    for (let index = 0; index < rest.length; index += 2) {
      if (index > 0) this.#out.byte(COMMA);
      this.#out.escaped(bytes, rest[index] as number, rest[index + 1] as number);
    }
    this.#out.text('}"');
  }
}
