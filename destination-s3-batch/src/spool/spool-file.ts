// Rows of one table and day on local disk while they wait to be written to S3. Rows with unusual values are apart, because only they
// may have to be changed.
import type { BatchTable } from '../tables/table.ts';
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
  readonly usual: RowsFile;
  /** Rows with unusual values (see columns/observe/observe.ts); none of a table in which duplicates are looked for, which needs their order. */
  readonly unusual: RowsFile;
  rows = 0;
  bytes = 0;
  /** Milliseconds; NaN where no row has a time. */
  minTime = Number.NaN;
  maxTime = Number.NaN;
  readonly #checksum: Checksum = { crc: 0 };
  /** Which had the last row. */
  #last: RowsFile;

  /** `path`: what the paths of its files begin with. */
  constructor(
    place: Pick<SpoolFile, 'table' | 'day' | 'partition' | 'timestamp' | 'position' | 'cut'> & {
      readonly path: string;
    },
  ) {
    this.table = place.table;
    this.day = place.day;
    this.partition = place.partition;
    this.timestamp = place.timestamp;
    this.position = place.position;
    this.cut = place.cut;
    this.usual = new RowsFile(`${place.path}.ndjson`, this.#checksum);
    this.unusual = new RowsFile(`${place.path}.unusual.ndjson`, this.#checksum);
    this.#last = this.usual;
  }

  get heldBytes(): number {
    return this.usual.heldBytes + this.unusual.heldBytes;
  }

  /** Of all rows, in the order in which they came. */
  get crc(): number {
    this.#last.check();
    return this.#checksum.crc;
  }

  /** Those that have rows. */
  get files(): readonly RowsFile[] {
    return [this.usual, this.unusual].filter(({ rows }) => rows > 0);
  }

  /** Adds the row bytes[start, end) and ends its line. `time`: NaN for a row without one. Hot path. */
  append(
    bytes: Uint8Array,
    start: number,
    end: number,
    { time, isUnusual }: { readonly time: number; readonly isUnusual: boolean },
  ): void {
    const file = isUnusual && this.table.dedup === undefined ? this.unusual : this.usual;
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
