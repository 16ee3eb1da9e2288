// Rows of one table and day on local disk while they wait to be written to S3. Of many rows, those with usual values are apart, because
// they need no change if their types are those of the table.
import type { BatchTable } from '../tables/table.ts';
import { RowMarks } from './row-marks.ts';
import { RowsFile, type Checksum } from './rows-file.ts';

/** Rows of a stream that are published together, in any files. */
export type Cut = {
  /** Rows in closed segments. */
  closedBytes: number;
  /** It gets no more rows: its files may be published. */
  isMade: boolean;
  /** The position of the stream's source after the last row. Undefined if the cut was not made at a STATE. */
  until: Uint8Array | undefined;
};

/** A segment of fewer bytes is one file, in the order in which its rows came. */
export const leastApartBytes = 1024 * 1024;

/** Memory: rows that are not on disk yet, `heldBytes`. */
export class SpoolFile {
  readonly table: BatchTable;
  /** Days since 1970. */
  readonly day: number;
  /** Folders below that of the day, with a slash at the end; "" for none. */
  readonly partition: string;
  /** Milliseconds: the time of the first row. */
  readonly timestamp: number;
  /** The position of the stream's source before the first row. */
  readonly position: Uint8Array;
  readonly cut: Cut;
  /** Undefined where the order of rows counts. */
  readonly usual: RowsFile | undefined;
  /** All other rows: the first ones, and those with unusual values. */
  readonly mixed: RowsFile;
  /** Which of those have unusual values; see columns/observe/observe.ts. */
  readonly unusual = new RowMarks();
  rows = 0;
  bytes = 0;
  /** Milliseconds; NaN where no row has a time. */
  minTime = Number.NaN;
  maxTime = Number.NaN;
  readonly #checksum: Checksum = { crc: 0 };
  /** Which had the last row. */
  #last: RowsFile;

  /** `path`: what the paths of its files begin with. `keepsOrder`: the order of its rows counts. */
  constructor(
    place: Pick<SpoolFile, 'table' | 'day' | 'partition' | 'timestamp' | 'position' | 'cut'> & {
      readonly path: string;
      readonly keepsOrder: boolean;
    },
  ) {
    this.table = place.table;
    this.day = place.day;
    this.partition = place.partition;
    this.timestamp = place.timestamp;
    this.position = place.position;
    this.cut = place.cut;
    this.mixed = new RowsFile(`${place.path}.ndjson`, this.#checksum);
    this.usual = place.keepsOrder ? undefined : new RowsFile(`${place.path}.usual.ndjson`, this.#checksum);
    this.#last = this.mixed;
  }

  get heldBytes(): number {
    return this.mixed.heldBytes + (this.usual?.heldBytes ?? 0);
  }

  /** Of all rows, in the order in which they came. */
  get crc(): number {
    this.#last.check();
    return this.#checksum.crc;
  }

  /** Those that have rows. */
  get files(): readonly RowsFile[] {
    const files = this.usual === undefined ? [this.mixed] : [this.mixed, this.usual];
    return files.filter(({ rows }) => rows > 0);
  }

  /** Adds the row bytes[start, end) and ends its line. `time`: NaN for a row without one. Hot path. */
  append(
    bytes: Uint8Array,
    start: number,
    end: number,
    { time, isUnusual }: { readonly time: number; readonly isUnusual: boolean },
  ): void {
    const isApart = !isUnusual && this.bytes >= leastApartBytes;
    const file = (isApart ? this.usual : undefined) ?? this.mixed;
    if (isUnusual) this.unusual.set(this.mixed.rows);
    if (file !== this.#last) this.#last.check();
    this.#last = file;
    file.append(bytes, start, end);
    this.rows += 1;
    this.bytes += end - start + 1;
    if (!(time >= this.minTime)) this.minTime = Number.isNaN(time) ? this.minTime : time;
    if (!(time <= this.maxTime)) this.maxTime = Number.isNaN(time) ? this.maxTime : time;
  }

  /** Writes held rows to disk. Do not call it again before it resolves. Rows may be added meanwhile. */
  async flush(): Promise<void> {
    for (const file of this.files) if (file.heldBytes > 0) await file.flush();
  }
}
