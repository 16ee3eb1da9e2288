// Cuts any CSV record, byte for byte: also one that is divided between pieces of text, or not well formed. The grammar is RFC
// 4180's and, beyond it, that of Python's csv module in strict mode: a quote counts only at a field's start; CR, LF or CRLF end a
// record.
import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';

import type { TextWindow } from '../text/text-window.ts';
import { escaped, literal, type CsvFields } from './csv-fields.ts';
import type { DialectMarks } from './dialect-marks.ts';

/** The state before the next byte. */
type State = 'field start' | 'plain' | 'plain escape' | 'quoted' | 'quoted escape' | 'quote seen';

export class RecordParser {
  readonly #text: TextWindow;
  readonly #fields: CsvFields;
  readonly #marks: DialectMarks;
  readonly #plainStops = new Uint8Array(256);
  readonly #quotedStops = new Uint8Array(256);
  /** What is wrong with the record. */
  problem: string | undefined;
  /** The position in the text. */
  at = 0;
  #state: State = 'field start';
  #fieldStart = 0;
  #isEscaped = false;

  /** `fields`: takes its fields. */
  constructor(marks: DialectMarks, text: TextWindow, fields: CsvFields) {
    this.#text = text;
    this.#fields = fields;
    this.#marks = marks;
    const { delimiter, quote, escape, quotedEscape, otherEnd } = marks;
    for (const stop of [delimiter, otherEnd, NEWLINE, escape]) if (stop >= 0) this.#plainStops[stop] = 1;
    for (const stop of [quote, quotedEscape]) if (stop >= 0) this.#quotedStops[stop] = 1;
  }

  /** A record begins at `start`. */
  begin(start: number): void {
    this.#fields.count = 0;
    this.#fields.seen = 0; // No field is `plain`.
    this.problem = undefined;
    this.at = start;
    this.#state = 'field start';
  }

  /** Continues in the available text. True if the record ends in it. */
  cut(): boolean {
    while (this.at < this.#text.filled) {
      if (this.#step()) return true;
    }
    return false;
  }

  /** The input has ended: the record is complete as it is. */
  end(): void {
    if (this.#state === 'field start') {
      this.#fieldStart = this.at; // After a delimiter: an empty field.
      this.#isEscaped = false;
    }
    if (this.#state === 'quoted' || this.#state === 'quoted escape')
      this.problem ??= 'opens a quote that is not closed';
    if (this.#state === 'plain escape') this.problem ??= 'ends in an escape';
    this.#addField(this.#state === 'quote seen' ? this.at - 1 : this.at);
  }

  /** The text has moved `by` bytes towards the start. */
  moveBack(by: number): void {
    this.at -= by;
    this.#fieldStart -= by;
  }

  /** One step of the grammar, at an available byte. True if the record ends with it. */
  #step(): boolean {
    switch (this.#state) {
      case 'field start':
        this.#startField();
        return false;
      case 'plain':
        return this.#plain();
      case 'quoted':
        this.#skipTo(this.#quotedStops);
        if (this.at < this.#text.filled)
          this.#state = this.#text.bytes[this.at++] === this.#marks.quote ? 'quote seen' : 'quoted escape';
        return false;
      case 'quote seen':
        return this.#afterQuote();
      default: // After an escape, any byte.
        this.at++;
        this.#isEscaped = true;
        this.#state = this.#state === 'quoted escape' ? 'quoted' : 'plain';
        return false;
    }
  }

  #startField(): void {
    const isQuoted = this.#text.bytes[this.at] === this.#marks.quote;
    this.#isEscaped = false;
    this.#state = isQuoted ? 'quoted' : 'plain';
    if (isQuoted) this.at++;
    this.#fieldStart = this.at;
  }

  #plain(): boolean {
    this.#skipTo(this.#plainStops);
    if (this.at === this.#text.filled) return false;
    if (this.#text.bytes[this.at] !== this.#marks.escape) return this.#endField(this.at);
    this.at++;
    this.#state = 'plain escape';
    return false;
  }

  #afterQuote(): boolean {
    const byte = this.#text.bytes[this.at];
    if (byte === this.#marks.quote) {
      this.at++;
      this.#isEscaped = true;
      this.#state = 'quoted';
      return false;
    }
    if (byte === this.#marks.delimiter || byte === NEWLINE || byte === this.#marks.otherEnd)
      return this.#endField(this.at - 1);
    this.problem ??= `has text after the closing quote of its field ${this.#fields.count + 1}`;
    this.#state = 'plain';
    return false;
  }

  #skipTo(stops: Uint8Array): void {
    const { bytes, filled } = this.#text;
    let { at } = this;
    while (at < filled && stops[bytes[at] as number] === 0) at++;
    this.at = at;
  }

  /** At the byte that ends a field. True if it also ends the record. */
  #endField(end: number): boolean {
    this.#addField(end);
    this.#state = 'field start';
    return this.#text.bytes[this.at++] !== this.#marks.delimiter;
  }

  #addField(end: number): void {
    this.#fields.add(this.#fieldStart, end, this.#isEscaped ? escaped : literal);
  }
}
