// Cuts CSV text that comes in pieces into records and fields, without decoding it. Most records are complete in a piece and take
// the shortcut. A blank line is a record in a file of one column, because writers use it for null; in other files it is ignored.
import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { TextWindow } from '../text/text-window.ts';
import type { Dialect } from '../../config/csv-config.ts';
import { RecordParser } from './record-parser.ts';
import { CsvFields, escaped } from './csv-fields.ts';
import { marksOfDialect, never, type DialectMarks } from './dialect-marks.ts';
import { FastRecordParser } from './fast-record-parser.ts';

const maxRecordBytes = 64 * 1024 * 1024;

/** `origin`: the offset in the text of the first pushed byte; `key`: for errors. */
type CsvPlace = { readonly key: string; readonly origin: number; readonly columns: number };

/** Bound: that of the text, which keeps the longest record, and twice the longest escaped field. */
export class CsvRecords {
  readonly #key: string;
  readonly #marks: DialectMarks;
  readonly #escapedBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  readonly #keepsBlank: boolean;
  /** The current record's bytes and those after it. */
  readonly text: TextWindow;
  /** The fields of the current record. */
  readonly fields = new CsvFields();
  readonly #whole: FastRecordParser;
  readonly #any: RecordParser;
  #unescaped: Uint8Array = new Uint8Array(0);
  /** Bytes of the last unescaped field. */
  unescapedBytes = 0;
  #recordStart = 0;
  #at = 0;
  /** The current record has ended. */
  #isCut = true;
  /** It ended with a CR, and its LF may still come. */
  #isBehindReturn = false;
  #isEnded = false;

  /** `columns`: the number of the file's columns; 0 if unknown. */
  constructor(dialect: Dialect, { key, origin, columns }: CsvPlace) {
    this.#key = key;
    this.#marks = marksOfDialect(dialect);
    for (const [byte, meant] of dialect.escapedBytes ?? []) this.#escapedBytes[byte] = meant;
    this.#keepsBlank = columns === 1;
    this.text = new TextWindow(origin);
    this.#whole = new FastRecordParser(this.#marks, this.fields);
    this.#any = new RecordParser(this.#marks, this.text, this.fields);
  }

  /** Offset in the text of the current record. */
  get start(): number {
    return this.text.offset + this.#recordStart;
  }

  /** Offset in the text of the byte after the current record. */
  get end(): number {
    return this.text.offset + this.#at;
  }

  /** The same, after the LF of its CRLF if that has arrived. */
  get lineEnd(): number {
    const { bytes, filled } = this.text;
    const isHalf = bytes[this.#at - 1] === this.#marks.otherEnd && this.#at < filled && bytes[this.#at] === NEWLINE;
    return this.end + Number(isHalf);
  }

  /** Whether the current record, and with it the available text, ended with a CR: a LF may follow. */
  get isCutAtReturn(): boolean {
    return this.#at === this.text.filled && this.text.bytes[this.#at - 1] === this.#marks.otherEnd;
  }

  /** The current record's bytes, with its delimiters and quotes. */
  get record(): Uint8Array {
    return this.text.bytes.subarray(this.#recordStart, this.#at);
  }

  /** What is wrong with the current record. */
  get problem(): string | undefined {
    return this.#any.problem;
  }

  /** @throws FILE_UNREADABLE if a record becomes too long. */
  push(piece: Uint8Array): void {
    const from = this.#isCut ? this.#at : this.#recordStart;
    if (this.text.filled - from + piece.length > maxRecordBytes) throw tooLong(this.#key, this.text.offset + from);
    const dropped = this.text.push(piece, from);
    this.#at -= dropped;
    this.#recordStart -= dropped;
    this.#any.moveBack(dropped);
    this.fields.moveBack(dropped);
  }

  /** The input has ended. */
  finish(): void {
    this.#isEnded = true;
  }

  /** Moves to the next record. False if more text is needed, or after the last record. */
  next(): boolean {
    if (this.#isCut) {
      this.#at = this.#behindBlank();
      this.#recordStart = this.#at;
      if (this.#at === this.text.filled) return false;
      this.#any.begin(this.#at);
      const end = this.#whole.cut(this.text, this.#at);
      if (end !== never) {
        this.#at = end;
        return true;
      }
      this.#any.begin(this.#at);
    }
    this.#isCut = this.#any.cut();
    if (!this.#isCut && this.#isEnded) {
      this.#any.end();
      this.#isCut = true;
    }
    this.#at = this.#any.at;
    return this.#isCut;
  }

  /** Skips blank lines, if they are not records, and the second half of a CRLF. */
  #behindBlank(): number {
    const { bytes, filled } = this.text;
    const { otherEnd } = this.#marks;
    let at = this.#at;
    if (this.#keepsBlank) {
      if (at > this.#recordStart) this.#isBehindReturn = bytes[at - 1] === otherEnd;
      if (!this.#isBehindReturn || at === filled || bytes[at] !== NEWLINE) return at;
      this.#isBehindReturn = false;
      return at + 1;
    }
    while (at < filled && (bytes[at] === NEWLINE || bytes[at] === otherEnd)) at++;
    return at;
  }

  /** Memory whose first `unescapedBytes` are the field without escapes and, if it is quoted, without doubled quotes. */
  unescape(field: number): Uint8Array {
    const { bytes } = this.text;
    const start = this.fields.starts[field] ?? 0;
    const end = this.fields.ends[field] ?? 0;
    const { quote, quotedEscape, escape } = this.#marks;
    const isQuoted = bytes[start - 1] === quote;
    const doubled = isQuoted ? quote : never;
    const ownEscape = isQuoted ? quotedEscape : escape;
    if (this.#unescaped.length < end - start) this.#unescaped = new Uint8Array(2 * (end - start));
    const unescaped = this.#unescaped;
    let length = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      // An escape at the end represents itself: its record is invalid.
      if (byte === ownEscape && at + 1 < end) unescaped[length++] = this.#escapedBytes[bytes[++at] as number] as number;
      else {
        if (byte === doubled && bytes[at + 1] === doubled && at + 1 < end) at++;
        unescaped[length++] = byte;
      }
    }
    this.unescapedBytes = length;
    return unescaped;
  }

  /** A field's bytes without escapes. They are valid until the next call. */
  unescaped(field: number): Uint8Array {
    const { starts, ends, making } = this.fields;
    if (making[field] !== escaped) return this.text.bytes.subarray(starts[field], ends[field]);
    const unescaped = this.unescape(field);
    return unescaped.subarray(0, this.unescapedBytes);
  }
}

function tooLong(key: string, offset: number): ConnectorError {
  const text = `"${key}": the record at byte ${offset} of the text is longer than ${maxRecordBytes / 1024 / 1024} MiB; a quote may not be closed. Correct the file or the quote that is configured.`;
  return new ConnectorError('FILE_UNREADABLE', text);
}
