// The members of a JSON line that are in the catalog, found on bytes in one pass that also validates the line and finds values of
// another type than the catalog declares.
import { CLOSE_OBJECT, COMMA, LETTER_N, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { createNameIndex, indexOfName, type NameIndex } from '@s3-connectors/common/json/name-index.ts';
import {
  NOT_JSON,
  skipColon,
  skipFraction,
  skipSpace,
  skipString,
  skipToNextMember,
  skipValue,
  skipWhole,
} from '@s3-connectors/common/json/json-bytes.ts';
import { doubled } from '@s3-connectors/common/streams/grown-buffer.ts';

import { isNumeric, isScalarFit, met, skipFitted } from './fitted-value.ts';
import { allForms, type Fit } from './json-fit.ts';
import { isSameAt } from './same-bytes.ts';

/** Scans lines for members of these names. One object is used for all lines: the next scan overwrites the results. */
export class JsonMembers {
  readonly #names: NameIndex;
  readonly #fits: readonly Fit[];
  /** By the member's place: the forms that its value must not have, for the last name in that place. */
  #refused = new Uint8Array(64);
  /** A scalar of the line has such a form. */
  #isDoubtful = false;
  /** The numbers of the found names in the line's order; -1 for other names. Value k is bytes[valueStarts[k], valueEnds[k]). */
  found = new Int32Array(64);
  keyStarts = new Int32Array(64);
  valueStarts = new Int32Array(64);
  valueEnds = new Int32Array(64);
  /** 1 if the value is not of its declared type. Valid if `hasMisfit` is set. */
  areMisfits = new Uint8Array(64);
  hasMisfit = false;
  count = 0;
  /** Members of the previous line, while its bytes are still available. -1: they are not. */
  #before = -1;
  /** The line repeats one of the names. */
  hasTwice = false;
  /** Consecutive lines with the same names, place by place, have the same number. */
  shape = 0;
  /** By name: the line in which it was last seen. */
  readonly #seenIn: Float64Array;
  #line = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #end = 0;

  /** `fits`: for the first names. */
  constructor(names: readonly string[], fits: readonly Fit[] = []) {
    this.#names = createNameIndex(names);
    this.#fits = fits;
    this.#seenIn = new Float64Array(names.length);
  }

  /** Scans bytes[start, end), where bytes[end] is a newline. False: it is not one JSON object. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    const before = bytes === this.#bytes && start > this.#end ? this.#before : -1;
    this.#begin(bytes, end);
    const open = skipSpace(bytes, start);
    if (bytes[open] !== OPEN_OBJECT) return false;
    let at = skipSpace(bytes, open + 1);
    let isSame = true; // Its names are those of the previous line.
    let doubts = 0; // Forms that are not those of the types.
    while (bytes[at] === QUOTE) {
      let value: number;
      if (this.count < before && this.#isKeyAgain(at)) value = this.#behindKeyAgain(at);
      else {
        value = this.#behindKey(at);
        isSame = false;
      }
      if (value === NOT_JSON) return false;
      const first = bytes[value] as number;
      const refused = this.#refused[this.count] as number;
      let valueEnd: number;
      if (first === QUOTE) {
        valueEnd = skipString(bytes, value);
        doubts |= refused & 1;
      } else if (isNumeric(first)) {
        const wholeEnd = skipWhole(bytes, value);
        valueEnd = skipFraction(bytes, wholeEnd);
        doubts |= refused & (valueEnd === wholeEnd ? 2 : 4);
      } else if (first === OPEN_OBJECT || first === OPEN_ARRAY) valueEnd = this.#skipNested(value);
      else {
        valueEnd = skipValue(bytes, value);
        if (first !== LETTER_N) doubts |= refused & 8;
      }
      if (valueEnd === NOT_JSON) return false;
      this.#add(at, value, valueEnd);
      const isNext = bytes[valueEnd] === COMMA && bytes[valueEnd + 1] === QUOTE;
      at = isNext ? valueEnd + 1 : skipToNextMember(bytes, valueEnd);
      if (at === NOT_JSON) return false;
    }
    if (bytes[at] !== CLOSE_OBJECT || skipSpace(bytes, at + 1) !== end) return false;
    if (!isSame || this.count !== before) {
      this.hasTwice = this.#findTwice();
      this.shape++;
    }
    this.#isDoubtful = doubts !== 0;
    this.#before = this.count;
    return true;
  }

  /** Finds values of the line that are not of their declared type. If all forms are those of the types, all values fit. */
  judge(): void {
    if (!this.#isDoubtful) return;
    for (let place = 0; place < this.count; place++) this.#lookAt(place);
  }

  /** The end of an object or an array. Its content is inspected on the way. */
  #skipNested(value: number): number {
    const name = this.found[this.count] as number;
    const fit = name >= 0 && name < this.#fits.length ? this.#fits[name] : undefined; // Reading past the end of an array is slow.
    if (fit === undefined) return skipValue(this.#bytes, value);
    met.misfit = false;
    const end = skipFitted(this.#bytes, value, fit);
    if (met.misfit) this.#addMisfit(this.count);
    return end;
  }

  /** Objects and arrays were inspected on the way. */
  #lookAt(place: number): void {
    const name = this.found[place] as number;
    if (name < 0 || name >= this.#fits.length) return;
    const start = this.valueStarts[place] as number;
    const first = this.#bytes[start];
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) return;
    if (!isScalarFit(this.#bytes, start, this.valueEnds[place] as number, this.#fits[name] as Fit))
      this.#addMisfit(place);
  }

  #addMisfit(place: number): void {
    if (!this.hasMisfit) this.areMisfits.fill(0);
    this.hasMisfit = true;
    this.areMisfits[place] = 1;
  }

  #begin(bytes: Uint8Array, end: number): void {
    if (bytes !== this.#bytes) this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#bytes = bytes;
    this.#end = end;
    this.count = 0;
    this.#before = -1;
    this.hasMisfit = false;
  }

  /** Most lines have the members of the previous line: whether the key at `at` is that of its next member, with its colon. */
  #isKeyAgain(at: number): boolean {
    const start = this.keyStarts[this.count] as number;
    return isSameAt(this.#view, { start, end: this.valueStarts[this.count] as number }, at);
  }

  #behindKeyAgain(at: number): number {
    const length = (this.valueStarts[this.count] as number) - (this.keyStarts[this.count] as number);
    return skipSpace(this.#bytes, at + length);
  }

  /** The first byte of the value whose key is at `at`. */
  #behindKey(at: number): number {
    const end = skipString(this.#bytes, at);
    const value = end === NOT_JSON ? NOT_JSON : skipColon(this.#bytes, end);
    if (value !== NOT_JSON) this.#nextName(at + 1, end - 1);
    return value;
  }

  #nextName(start: number, end: number): void {
    if (this.count === this.found.length) this.#grow();
    const name = indexOfName(this.#names, this.#bytes, start, end);
    this.found[this.count] = name;
    this.#refused[this.count] = name === -1 ? 0 : allForms & ~(this.#fits[name]?.allowed ?? allForms);
  }

  /** Adds a member whose name is already in its place. */
  #add(keyStart: number, valueStart: number, valueEnd: number): void {
    const place = this.count++;
    this.keyStarts[place] = keyStart;
    this.valueStarts[place] = valueStart;
    this.valueEnds[place] = valueEnd;
  }

  #findTwice(): boolean {
    this.#line++;
    let hasTwice = false;
    for (let place = 0; place < this.count; place++) {
      const name = this.found[place] as number;
      if (name < 0) continue;
      hasTwice ||= this.#seenIn[name] === this.#line;
      this.#seenIn[name] = this.#line;
    }
    return hasTwice;
  }

  #grow(): void {
    this.found = doubled(this.found);
    this.keyStarts = doubled(this.keyStarts);
    this.valueStarts = doubled(this.valueStarts);
    this.valueEnds = doubled(this.valueEnds);
    this.areMisfits = doubled(this.areMisfits);
    this.#refused = doubled(this.#refused);
  }
}
