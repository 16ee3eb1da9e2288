// The members of one JSON line that the catalog asks for, found on bytes in one pass that also validates the line and tells values
// that are of another type than the catalog declares.
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

import { isNumeric, isScalarFit, met, skipFitted } from './fitted-value.ts';
import { anyRow, fits as isOfType, fractional, verdicts, type Fit } from './json-fit.ts';
import { isSameAt } from './same-bytes.ts';

/** Scans lines for members of these names. One object is used for all lines: the next scan writes over what it found. */
export class JsonMembers {
  readonly #names: NameIndex;
  readonly #fits: readonly Fit[];
  readonly #verdicts = verdicts;
  /** By the member's place: where the verdicts of its name's type begin. */
  #rows = new Int32Array(64);
  /** Names found, by their number, in the line's order; -1 for other names. Value k is bytes[valueStarts[k], valueEnds[k]). */
  found = new Int32Array(64);
  keyStarts = new Int32Array(64);
  valueStarts = new Int32Array(64);
  valueEnds = new Int32Array(64);
  /** 1 where the value is not of its declared type; to be read where `hasMisfit` is set. */
  areMisfits = new Uint8Array(64);
  hasMisfit = false;
  count = 0;
  /** One of the names stands twice in the line. */
  hasTwice = false;
  /** By name: the line in which it was last seen. */
  readonly #seenIn: Float64Array;
  #line = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #end = 0;

  /** `fits`: of the first names. */
  constructor(names: readonly string[], fits: readonly Fit[] = []) {
    this.#names = createNameIndex(names);
    this.#fits = fits;
    this.#seenIn = new Float64Array(names.length);
  }

  /** Scans bytes[start, end), where bytes[end] is a newline. False: it is not one JSON object. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    const before = bytes === this.#bytes && start > this.#end ? this.count : 0; // Members of a line that still stands there.
    this.#begin(bytes, end);
    const open = skipSpace(bytes, start);
    if (bytes[open] !== OPEN_OBJECT) return false;
    let at = skipSpace(bytes, open + 1);
    const table = this.#verdicts;
    let doubt = isOfType;
    while (bytes[at] === QUOTE) {
      const value = this.count < before && this.#isKeyAgain(at) ? this.#behindKeyAgain(at) : this.#behindKey(at);
      if (value === NOT_JSON) return false;
      const first = bytes[value] as number;
      let form = first;
      let valueEnd: number;
      if (first === QUOTE) valueEnd = skipString(bytes, value);
      else if (isNumeric(first)) {
        const wholeEnd = skipWhole(bytes, value);
        valueEnd = skipFraction(bytes, wholeEnd);
        if (valueEnd !== wholeEnd) form = fractional;
      } else if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
        valueEnd = this.#skipNested(value);
        form = LETTER_N; // It was looked at.
      } else valueEnd = skipValue(bytes, value);
      if (valueEnd === NOT_JSON) return false;
      doubt |= table[(this.#rows[this.count] as number) + form] as number;
      this.#add(at, value, valueEnd);
      const isNext = bytes[valueEnd] === COMMA && bytes[valueEnd + 1] === QUOTE;
      at = isNext ? valueEnd + 1 : skipToNextMember(bytes, valueEnd);
      if (at === NOT_JSON) return false;
    }
    if (bytes[at] !== CLOSE_OBJECT || skipSpace(bytes, at + 1) !== end) return false;
    if (doubt !== isOfType) this.#look();
    return true;
  }

  /** The end of an object or an array, of which all that is inside is looked at on the way. */
  #skipNested(value: number): number {
    const fit = this.#fits[this.found[this.count] as number];
    if (fit === undefined) return skipValue(this.#bytes, value);
    met.misfit = false;
    const end = skipFitted(this.#bytes, value, fit);
    if (met.misfit) this.#addMisfit(this.count);
    return end;
  }

  /** At the values of a line of which not all fit by their forms. */
  #look(): void {
    for (let place = 0; place < this.count; place++) {
      const fit = this.#fits[this.found[place] as number];
      if (fit === undefined) continue;
      const [start, end] = [this.valueStarts[place] as number, this.valueEnds[place] as number];
      if (!isScalarFit(this.#bytes, start, end, fit)) this.#addMisfit(place);
    }
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
    this.hasTwice = false;
    this.hasMisfit = false;
    this.#line++;
  }

  /** Most lines have the members of the line before: whether the key at `at` is that of its next member, with its colon. */
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
    this.#rows[this.count] = name === -1 ? 0 : (this.#fits[name]?.row ?? anyRow) * 256;
  }

  /** A member whose name is in its place already. */
  #add(keyStart: number, valueStart: number, valueEnd: number): void {
    const place = this.count++;
    this.keyStarts[place] = keyStart;
    this.valueStarts[place] = valueStart;
    this.valueEnds[place] = valueEnd;
    const name = this.found[place] as number;
    if (name < 0) return;
    this.hasTwice ||= this.#seenIn[name] === this.#line;
    this.#seenIn[name] = this.#line;
  }

  #grow(): void {
    this.found = grown(this.found);
    this.#rows = grown(this.#rows);
    this.keyStarts = grown(this.keyStarts);
    this.valueStarts = grown(this.valueStarts);
    this.valueEnds = grown(this.valueEnds);
    this.areMisfits = grown(this.areMisfits);
  }
}

function grown<Numbers extends Int32Array | Uint8Array>(from: Numbers): Numbers {
  const to = from.constructor as new (length: number) => Numbers;
  const larger = new to(2 * from.length);
  larger.set(from);
  return larger;
}
