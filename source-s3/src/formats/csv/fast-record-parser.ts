// Cuts well-formed CSV records that are complete in the available text, which are most, four bytes at a time. It is the shortcut of
// CsvRecords. What it skips is cut by RecordParser, byte for byte by the grammar.
import type { TextWindow } from '../text/text-window.ts';
import { BACKSLASH, NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { equalTo, escapable, firstOf, marksOf, wordBytes, wordOf } from '@s3-connectors/common/json/words.ts';
import { escaped, literal, plain, type CsvFields, type Making } from './csv-fields.ts';
import { never, type DialectMarks } from './dialect-marks.ts';

export class FastRecordParser {
  readonly #fields: CsvFields;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #quotedEscape: number;
  /** The escape of some fields, quoted or not. */
  readonly #anyEscape: number;
  readonly #otherEnd: number;
  readonly #isUsual: boolean;

  /** `fields`: takes the fields of a cut record. */
  constructor({ delimiter, quote, escape, quotedEscape, otherEnd }: DialectMarks, fields: CsvFields) {
    this.#fields = fields;
    this.#delimiter = delimiter;
    this.#quote = quote;
    this.#escape = escape;
    this.#quotedEscape = quotedEscape;
    this.#anyEscape = Math.max(escape, quotedEscape);
    this.#otherEnd = otherEnd;
    this.#isUsual = this.#anyEscape === never || this.#anyEscape === BACKSLASH;
  }

  /** The position after the record whose first byte is at `start`. -1: RecordParser must cut it. */
  cut({ bytes, view, filled }: TextWindow, start: number): number {
    const { starts, ends, making } = this.#fields;
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    const escape = this.#anyEscape;
    const otherEnd = this.#otherEnd;
    const lastWord = this.#isUsual ? filled - wordBytes : never;
    let count = 0;
    let seen = 0;
    let at = start;
    for (;;) {
      if (at > lastWord || count === starts.length) return never; // Reading beyond the end would slow down all reading.
      const isQuoted = bytes[at] === quote;
      const stops = wordOf(isQuoted ? quote : delimiter);
      let made: Making = plain;
      if (isQuoted) at++;
      starts[count] = at;
      for (;;) {
        if (at > lastWord) return never;
        const word = view.getInt32(at, true);
        seen |= word;
        const marks = marksOf(equalTo(word, stops) | escapable(word));
        if (marks === 0) {
          at += 4;
          continue;
        }
        at += firstOf(marks);
        const byte = bytes[at];
        if (isQuoted ? byte === quote : byte === delimiter || byte === NEWLINE || byte === otherEnd) {
          if (!isQuoted || (at + 1 < filled && bytes[at + 1] !== quote)) break;
          made = escaped; // A doubled quote.
          at++;
        } else if (byte === escape && escape === (isQuoted ? this.#quotedEscape : this.#escape)) {
          made = escaped;
          at++;
        } else made ||= literal;
        at++;
      }
      ends[count] = at;
      making[count++] = made;
      if (isQuoted) at++;
      const end = bytes[at++];
      if (end === delimiter) continue;
      if (end !== NEWLINE && end !== otherEnd) return never;
      this.#fields.count = count;
      this.#fields.seen = seen;
      return at;
    }
  }
}
