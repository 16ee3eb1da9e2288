// Cuts CSV text into records and fields without decoding it. The grammar is RFC 4180's and, beyond it, that of Python's csv
// module in its strict mode: a quote counts only at a field's start; CR, LF or CRLF end a record; blank lines are none.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

/** Each one ASCII byte. Without `quote` nothing is quoted; the byte after `escape` stands for itself. */
export type Dialect = {
  readonly delimiter: number;
  readonly quote: number | undefined;
  readonly escape: number | undefined;
};

const maxRecordBytes = 64 * 1024 * 1024;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const never = -1; // No byte.

/** Inside a record: where the next byte stands. */
type State = 'field start' | 'plain' | 'plain escape' | 'quoted' | 'quoted escape' | 'quote seen';

/** Bound: one piece, or the longest record and one piece, twice that while it grows, and twice the longest escaped field. */
export class CsvRecords {
  readonly #key: string;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #plainStops = new Uint8Array(256);
  readonly #quotedStops = new Uint8Array(256);
  /** What is not done with: the current record's bytes and those behind. Field k is bytes[starts[k], ends[k]). */
  bytes: Uint8Array = new Uint8Array(0);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** 1 where the field's bytes hold doubled quotes or escapes. */
  escaped = new Uint8Array(64);
  /** Fields of the current record. */
  count = 0;
  /** What is wrong with the current record. */
  problem: string | undefined;
  #filled = 0;
  #at = 0;
  #recordStart = 0;
  /** Offset in the text of bytes[0]. */
  #base: number;
  #isOwn = false;
  #isEnded = false;
  #state: State = 'field start';
  /** The current record is whole. */
  #isCut = true;
  #fieldStart = 0;
  #isEscaped: 0 | 1 = 0;
  /** What `unescaped` writes to. */
  #scratch = Buffer.alloc(0);

  /** `origin`: the offset in the text of the first byte that is pushed; `key`: for errors. */
  constructor(
    { delimiter, quote, escape }: Dialect,
    { key, origin }: { readonly key: string; readonly origin: number },
  ) {
    this.#key = key;
    this.#base = origin;
    this.#delimiter = delimiter;
    this.#quote = quote ?? never;
    this.#escape = escape === undefined || escape === quote ? never : escape;
    for (const stop of [delimiter, carriageReturn, lineFeed, this.#escape]) if (stop >= 0) this.#plainStops[stop] = 1;
    for (const stop of [this.#quote, this.#escape]) if (stop >= 0) this.#quotedStops[stop] = 1;
  }

  /** Offset in the text of the current record. */
  get start(): number {
    return this.#base + this.#recordStart;
  }

  /** Offset in the text of the byte behind the current record. */
  get end(): number {
    return this.#base + this.#at;
  }

  /** The current record's bytes, with its delimiters and quotes. */
  get record(): Uint8Array {
    return this.bytes.subarray(this.#recordStart, this.#at);
  }

  /** @throws FILE_UNREADABLE when a record would become too long. */
  push(piece: Uint8Array): void {
    const from = this.#isCut ? this.#at : this.#recordStart;
    const rest = this.#filled - from;
    if (rest + piece.length > maxRecordBytes) throw tooLong(this.#key, this.#base + from);
    if (rest === 0) {
      this.bytes = piece; // As it is: pieces are not used again.
      this.#isOwn = false;
    } else if (this.#isOwn && this.#filled + piece.length <= this.bytes.length) {
      this.bytes.set(piece, this.#filled);
      this.#filled += piece.length;
      return;
    } else {
      const joined = Buffer.allocUnsafeSlow(2 * (rest + piece.length)); // Twice, so that a long record is moved seldom.
      joined.set(this.bytes.subarray(from, this.#filled));
      joined.set(piece, rest);
      this.bytes = joined;
      this.#isOwn = true;
    }
    this.#filled = rest + piece.length;
    this.#moveBack(from);
  }

  /** No more comes. */
  finish(): void {
    this.#isEnded = true;
  }

  /** Moves to the next record; false when more text is needed, or after the last. */
  next(): boolean {
    if (this.#isCut) {
      this.#isCut = false;
      this.#recordStart = this.#at;
      this.count = 0;
      this.problem = undefined;
      this.#state = 'field start';
    }
    while (this.#at < this.#filled) {
      if (this.#step()) return true;
    }
    return this.#isEnded && this.#cutLast();
  }

  /** One step of the grammar, at a byte that is there; true when the record ends with it. */
  #step(): boolean {
    switch (this.#state) {
      case 'field start':
        return this.#startField();
      case 'plain':
        return this.#plain();
      case 'quoted':
        this.#skipTo(this.#quotedStops);
        if (this.#at < this.#filled)
          this.#state = this.bytes[this.#at++] === this.#quote ? 'quote seen' : 'quoted escape';
        return false;
      case 'quote seen':
        return this.#afterQuote();
      default: // After an escape: whatever the byte is.
        this.#at++;
        this.#isEscaped = 1;
        this.#state = this.#state === 'quoted escape' ? 'quoted' : 'plain';
        return false;
    }
  }

  #startField(): boolean {
    const byte = this.bytes[this.#at];
    if (this.count === 0 && (byte === lineFeed || byte === carriageReturn)) {
      this.#recordStart = ++this.#at; // A blank line, or the second half of a CRLF.
      return false;
    }
    this.#isEscaped = 0;
    this.#state = byte === this.#quote ? 'quoted' : 'plain';
    if (byte === this.#quote) this.#at++;
    this.#fieldStart = this.#at;
    return false;
  }

  #plain(): boolean {
    this.#skipTo(this.#plainStops);
    if (this.#at === this.#filled) return false;
    if (this.bytes[this.#at] !== this.#escape) return this.#endField(this.#at);
    this.#at++;
    this.#state = 'plain escape';
    return false;
  }

  #afterQuote(): boolean {
    const byte = this.bytes[this.#at];
    if (byte === this.#quote) {
      this.#at++;
      this.#isEscaped = 1;
      this.#state = 'quoted';
      return false;
    }
    if (byte === this.#delimiter || byte === lineFeed || byte === carriageReturn) return this.#endField(this.#at - 1);
    this.problem ??= `has text behind the closing quote of its field ${this.count + 1}`;
    this.#state = 'plain';
    return false;
  }

  #skipTo(stops: Uint8Array): void {
    const { bytes } = this;
    const filled = this.#filled;
    let at = this.#at;
    while (at < filled && stops[bytes[at] as number] === 0) at++;
    this.#at = at;
  }

  /** At the byte that ends a field; true when it ends the record too. */
  #endField(end: number): boolean {
    this.#addField(end);
    const endsRecord = this.bytes[this.#at++] !== this.#delimiter;
    this.#state = 'field start';
    this.#isCut = endsRecord;
    return endsRecord;
  }

  /** The text ended: what has come of a record is the last one. */
  #cutLast(): boolean {
    if (this.#state === 'field start') {
      if (this.count === 0) return false;
      this.#fieldStart = this.#at; // Behind a delimiter: an empty field.
      this.#isEscaped = 0;
    }
    if (this.#state === 'quoted' || this.#state === 'quoted escape')
      this.problem ??= 'opens a quote that is not closed';
    if (this.#state === 'plain escape') this.problem ??= 'ends in an escape';
    this.#addField(this.#state === 'quote seen' ? this.#at - 1 : this.#at);
    this.#isCut = true;
    return true;
  }

  #addField(end: number): void {
    if (this.count === this.starts.length) this.#growFields();
    this.starts[this.count] = this.#fieldStart;
    this.ends[this.count] = end;
    this.escaped[this.count] = this.#isEscaped;
    this.count++;
  }

  #growFields(): void {
    const length = 2 * this.starts.length;
    this.starts = grow(this.starts, new Int32Array(length));
    this.ends = grow(this.ends, new Int32Array(length));
    this.escaped = grow(this.escaped, new Uint8Array(length));
  }

  /** What stood at `from` stands at 0 now. */
  #moveBack(from: number): void {
    this.#base += from;
    this.#at -= from;
    this.#recordStart = this.#isCut ? 0 : this.#recordStart - from;
    this.#fieldStart -= from;
    for (let field = 0; field < this.count; field++) {
      this.starts[field] = (this.starts[field] ?? 0) - from;
      this.ends[field] = (this.ends[field] ?? 0) - from;
    }
  }

  /** A field's bytes without escapes and, in a quoted one, without doubled quotes; they last until the next call. */
  unescaped(field: number): Uint8Array {
    const { bytes } = this;
    const start = this.starts[field] ?? 0;
    const end = this.ends[field] ?? 0;
    if (this.escaped[field] === 0) return bytes.subarray(start, end);
    const doubled = bytes[start - 1] === this.#quote ? this.#quote : never;
    if (this.#scratch.length < end - start) this.#scratch = Buffer.allocUnsafeSlow(2 * (end - start));
    const plain = this.#scratch;
    let length = 0;
    for (let at = start; at < end; at++) {
      if (bytes[at] === this.#escape || (bytes[at] === doubled && bytes[at + 1] === doubled)) at++;
      plain[length++] = bytes[at] ?? 0;
    }
    return plain.subarray(0, length);
  }
}

function tooLong(key: string, offset: number): ConnectorError {
  const text = `"${key}": the record at byte ${offset} of the text is longer than ${maxRecordBytes / 1024 / 1024} MiB; a quote may not be closed. Correct the file or the quote that is configured.`;
  return new ConnectorError('FILE_UNREADABLE', text);
}

function grow<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
