// From text to RECORD lines: cuts it into records, writes each, and knows the place behind every batch of lines. The same
// for all text formats, which differ in how they cut and what they write.
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import { unitBytes, type Findings, type Place, type PlacedLines } from '../contract/format.ts';
import { InvalidRecords } from '../contract/invalid-records.ts';
import { LineBuilder } from '../../records/line-builder.ts';

/** Cuts text that comes in pieces. */
export type RecordCutter = {
  push(piece: Uint8Array): void;
  /** No more comes. */
  finish(): void;
  /** Moves to the next record; false when more text is needed, or after the last. */
  next(): boolean;
  /** Offset in the text of the record. */
  readonly start: number;
};

export type RowWriter = {
  /** Writes the cutter's record as one line; or says what is wrong with it and leaves no line. */
  write(out: LineBuilder): string | undefined;
  /** Of the lines written since the last call. */
  findings(): Findings;
};

export type TextReading = {
  readonly key: string;
  /** Text from an offset on. */
  readonly from: (offset: number, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /** Where the first record begins, or where a run stopped. */
  readonly place: Place;
  readonly cutter: RecordCutter;
  readonly writer: RowWriter;
  readonly invalidRecords: 'fail' | 'skip';
  readonly log: Log;
};

/** @throws FILE_UNREADABLE naming place and reason of an invalid record, after the lines before it. */
export async function* textLines(reading: TextReading, signal: AbortSignal): AsyncGenerator<PlacedLines> {
  const { cutter, place } = reading;
  const lines = new PlacedBuilder(reading);
  for await (const piece of reading.from(place.unit, signal)) {
    signal.throwIfAborted();
    cutter.push(piece);
    yield* lines.whole();
  }
  cutter.finish();
  yield* lines.whole();
  if (lines.rows > 0) yield lines.take();
  lines.invalid.report();
}

class PlacedBuilder {
  readonly #reading: TextReading;
  readonly #out = new LineBuilder();
  #unit: number;
  #rowsInUnit = 0;
  readonly invalid: InvalidRecords;

  constructor(reading: TextReading) {
    this.#reading = reading;
    this.invalid = new InvalidRecords(reading.key, reading.invalidRecords, reading.log);
    this.#unit = reading.place.unit;
  }

  get rows(): number {
    return this.#out.rows;
  }

  take(): PlacedLines {
    return {
      ...this.#out.take(),
      place: { unit: this.#unit, rows: this.#rowsInUnit },
      findings: this.#reading.writer.findings(),
    };
  }

  /** Writes the records that are whole, and yields the lines when they are many or a unit ends. */
  *whole(): Generator<PlacedLines> {
    const { cutter, place, writer } = this.#reading;
    while (cutter.next()) {
      const { start } = cutter;
      if (start - this.#unit >= unitBytes) {
        if (this.rows > 0) yield this.take();
        this.#unit = start;
        this.#rowsInUnit = 0;
      }
      if (this.#unit === place.unit && this.#rowsInUnit < place.rows) {
        this.#rowsInUnit++; // Done before.
        continue;
      }
      const problem = writer.write(this.#out);
      if (problem !== undefined) {
        if (this.#reading.invalidRecords === 'fail' && this.rows > 0) yield this.take();
        this.invalid.add(`the record at byte ${start} of the text ${problem}`);
      }
      this.#rowsInUnit++;
      if (this.#out.isReady) yield this.take();
    }
  }
}
