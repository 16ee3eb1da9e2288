// Compares columns of a file with the same columns in its folder's name while their bytes pass by, and counts differences. Most
// rows of a file have the same bytes as the row before, and then nothing is decided again.
import type { Clash, Conflict } from './partition-conflicts.ts';

/** Whether the text in a file equals that in the folder. Null for Hive's null. */
type Agrees = (text: string, clash: Clash) => boolean;

/** Bound: the longest value of each column, twice that while it grows. */
export class PartitionComparer {
  readonly #columns: Compared[];
  readonly #agrees: Agrees;

  constructor(clashes: readonly Clash[], agrees: Agrees) {
    this.#columns = clashes.map((clash) => {
      return { clash, last: Buffer.alloc(0), lastLength: -1, isAgreed: false, rows: 0, differing: 0 };
    });
    this.#agrees = agrees;
  }

  /** Counts the value bytes[start, end) for the clash at that place. */
  compare(place: number, bytes: Uint8Array, start: number, end: number): void {
    const column = this.#columns[place];
    if (column === undefined) return;
    if (!isLast(column, bytes, start, end)) this.#decide(column, bytes.subarray(start, end));
    column.rows++;
    if (!column.isAgreed) column.differing++;
  }

  /** Counts a null value, whatever its bytes are. */
  compareNull(place: number): void {
    const column = this.#columns[place];
    if (column === undefined) return;
    column.rows++;
    if (column.clash.value !== null) column.differing++;
  }

  /** The counts since the last call. */
  take(): readonly Conflict[] {
    const found: Conflict[] = [];
    for (const column of this.#columns) {
      const { rows, differing } = column;
      if (rows > 0) found.push({ column: column.clash.column, rows, differing });
      column.rows = 0;
      column.differing = 0;
    }
    return found;
  }

  #decide(column: Compared, value: Uint8Array): void {
    if (column.last.length < value.length) column.last = Buffer.alloc(2 * value.length);
    column.last.set(value);
    column.lastLength = value.length;
    column.isAgreed = this.#agrees(column.last.toString('utf8', 0, value.length), column.clash);
  }
}

type Compared = {
  readonly clash: Clash;
  /** The last value that was decided. */
  last: Buffer;
  lastLength: number;
  isAgreed: boolean;
  rows: number;
  differing: number;
};

function isLast({ last, lastLength }: Compared, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== lastLength) return false;
  let index = 0;
  while (index < lastLength && last[index] === bytes[start + index]) index++;
  return index === lastLength;
}
