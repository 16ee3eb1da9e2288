// Makes RECORD lines from the pieces of a file that is read as a stream, with the position after every batch. This is the only loop
// of these formats, which differ in how they cut rows and what they write.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import { LineBuilder } from '../../records/line-builder.ts';
import { unitBytes, type Asked, type Findings, type RowPosition, type PlacedLines, type Unit } from './format.ts';

/** Cuts rows out of pieces: of text, or blocks. */
export type RowCutter<Piece> = {
  push(piece: Piece): void;
  /** The input has ended. */
  finish(): void;
  /** Moves to the next row. False if more input is needed, or after the last row. */
  next(): boolean;
  /** Offset in the file of the row, or of its block. */
  readonly start: number;
  /** The place of the row for people, if `start` does not show it. */
  readonly label?: string;
};

export type RowWriter = {
  /** Writes the cutter's row as one line. Otherwise it returns what is wrong, and leaves no line. */
  write(out: LineBuilder): string | undefined;
  /** Findings in the rows since the last call. */
  findings(): Findings;
};

type RowReading<Piece> = {
  readonly key: string;
  /** The pieces from an offset on. */
  readonly pieces: (offset: number, signal: AbortSignal) => AsyncIterable<Piece>;
  /** A piece ends a batch of lines. */
  readonly arePiecesWhole?: true;
  /** Where the first row begins, or where a run stopped. */
  readonly place: RowPosition;
  readonly cutter: RowCutter<Piece>;
  readonly writer: RowWriter;
  readonly invalidRecords: 'fail' | 'skip';
  readonly log: Log;
};

/** The one unit of a file that is read as a stream. Nothing is fetched before decoding. */
export function streamedUnit(lines: (asked: Asked, signal: AbortSignal) => AsyncGenerator<PlacedLines>): Unit {
  return {
    fetch: (asked) =>
      Promise.resolve({
        lines: (signal) => lines(asked, signal),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}

/** @throws FILE_UNREADABLE, naming place and reason of an invalid row, after the lines before it. */
export async function* placedLines<Piece>(
  reading: RowReading<Piece>,
  signal: AbortSignal,
): AsyncGenerator<PlacedLines> {
  const { cutter, place } = reading;
  const lines = new PlacedBuilder(reading);
  for await (const piece of reading.pieces(place.unit, signal)) {
    signal.throwIfAborted();
    cutter.push(piece);
    yield* lines.ready();
    if (reading.arePiecesWhole === true && lines.rows > 0) yield lines.take();
  }
  cutter.finish();
  yield* lines.ready();
  if (lines.rows > 0) yield lines.take();
  lines.invalid.report();
}

const namedInFile = 5;

type Invalid = Pick<RowReading<never>, 'key' | 'invalidRecords' | 'log'>;

/** What happens to a file's records that cannot be decoded: the first one fails its stream, or all are counted and the first few named. */
function invalidRecords({ key, invalidRecords: policy, log }: Invalid) {
  let count = 0;
  return {
    /** `what`: the record's place and what is wrong with it. @throws FILE_UNREADABLE if it may not be skipped. */
    add(what: string): void {
      const text = `"${key}": ${what}.`;
      if (policy === 'fail') {
        throw new ConnectorError('FILE_UNREADABLE', `${text} Correct the file, or set invalid_records to "skip".`);
      }
      count++;
      if (count <= namedInFile) log('WARN', `${text} It is skipped.`);
    },
    /** Call it at the end of the file. */
    report(): void {
      if (count > namedInFile) log('WARN', `"${key}": ${count} invalid records were skipped.`);
    },
  };
}

class PlacedBuilder<Piece> {
  readonly #reading: RowReading<Piece>;
  readonly #out = new LineBuilder();
  #unit: number;
  #rowsInUnit = 0;
  #failure: unknown;
  readonly invalid: ReturnType<typeof invalidRecords>;

  constructor(reading: RowReading<Piece>) {
    this.#reading = reading;
    this.invalid = invalidRecords(reading);
    this.#unit = reading.place.unit;
  }

  get rows(): number {
    return this.#out.rows;
  }

  take(): PlacedLines {
    const place = { unit: this.#unit, rows: this.#rowsInUnit };
    return { ...this.#out.take(), place, findings: this.#reading.writer.findings() };
  }

  /** Writes the available rows, and yields the lines when there are many or a unit ends. */
  *ready(): Generator<PlacedLines> {
    const { cutter, place, writer } = this.#reading;
    while (this.#advance()) {
      const { start } = cutter;
      if (start - this.#unit >= unitBytes) {
        if (this.rows > 0) yield this.take();
        this.#unit = start;
        this.#rowsInUnit = 0;
      }
      if (this.#unit === place.unit && this.#rowsInUnit < place.rows) {
        this.#rowsInUnit++; // It was done before.
        continue;
      }
      const problem = writer.write(this.#out);
      if (problem !== undefined) {
        if (this.#reading.invalidRecords === 'fail' && this.rows > 0) yield this.take();
        this.invalid.add(`${cutter.label ?? `the record at byte ${start} of the text`} ${problem}`);
      }
      this.#rowsInUnit++;
      if (this.#out.isReady) yield this.take();
    }
    if (this.#failure === undefined) return;
    if (this.rows > 0) yield this.take();
    throw this.#failure;
  }

  /** An error of the cutter comes after the lines before it. */
  #advance(): boolean {
    try {
      return this.#reading.cutter.next();
    } catch (error) {
      this.#failure = error;
      return false;
    }
  }
}
