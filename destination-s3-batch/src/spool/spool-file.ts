// Rows of one table and day on local disk, one JSON object a line, while they wait to be written to S3.
import { crc32 } from 'node:zlib';

import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

import { RowMarks } from './row-marks.ts';
import type { BatchTable } from '../tables/table.ts';

const firstBytes = 4 * 1024;
const chunkBytes = 1024 * 1024;
/** Rows are added to the checksum while they still lie in the processor's cache. */
const checkedBytes = 128 * 1024;
/** Used again by whatever file is next: new memory costs more than what is written into it. */
const idleChunks: Buffer[] = [];
const mostIdleChunks = 16;

/** Rows of a stream that are published together, in whatever files. */
export type Cut = {
  /** Of rows in segments that take no more. */
  closedBytes: number;
  /** No more rows come to it: its files may be published. */
  isMade: boolean;
  /** Where the stream's source stands after the last of its rows; undefined where the cut was not made at a STATE. */
  until: Uint8Array | undefined;
};

/** Memory: what is not on disk yet, `heldBytes`. */
export class SpoolFile {
  readonly table: BatchTable;
  /** Counted since 1970. */
  readonly day: number;
  /** Folders below that of the day, ended by a slash; "" for none. */
  readonly partition: string;
  readonly path: string;
  /** Milliseconds: the time of the first row. */
  readonly timestamp: number;
  /** Where the stream's source stood before the first row. */
  readonly position: Uint8Array;
  readonly cut: Cut;
  /** Rows with unusual values; see columns/observe/observe.ts. */
  readonly unusual = new RowMarks();
  rows = 0;
  bytes = 0;
  longestRow = 0;
  /** Milliseconds; NaN where no row has a time. */
  minTime = Number.NaN;
  maxTime = Number.NaN;
  #crc = 0;
  #full: Buffer[] = [];
  #chunk: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  #used = 0;
  /** As much of the chunk is in the checksum. */
  #checked = 0;
  #written = 0;

  constructor(place: Pick<SpoolFile, 'table' | 'day' | 'partition' | 'path' | 'timestamp' | 'position' | 'cut'>) {
    this.table = place.table;
    this.day = place.day;
    this.partition = place.partition;
    this.path = place.path;
    this.timestamp = place.timestamp;
    this.position = place.position;
    this.cut = place.cut;
  }

  get heldBytes(): number {
    return this.bytes - this.#written;
  }

  /** Of all rows. */
  get crc(): number {
    this.#check();
    return this.#crc;
  }

  /** Adds the row bytes[start, end) and ends its line. `time`: NaN for a row without one. Hot path. */
  append(bytes: Uint8Array, start: number, end: number, time: number): void {
    const size = end - start + 1;
    if (this.#used + size > this.#chunk.length) this.#makeRoom(size);
    this.#chunk.set(bytes.subarray(start, end), this.#used);
    this.#used += size;
    this.#chunk[this.#used - 1] = NEWLINE;
    if (this.#used - this.#checked >= checkedBytes) this.#check();
    this.rows += 1;
    this.bytes += size;
    if (size > this.longestRow) this.longestRow = size;
    if (!(time >= this.minTime)) this.minTime = Number.isNaN(time) ? this.minTime : time;
    if (!(time <= this.maxTime)) this.maxTime = Number.isNaN(time) ? this.maxTime : time;
  }

  /** Writes to disk what is held. Not to be called again before it is done; rows may be added meanwhile. */
  async flush(): Promise<void> {
    const parts = [...this.#full, this.#takeChunk()];
    this.#full = [];
    this.#chunk = idleChunks.pop() ?? Buffer.allocUnsafeSlow(Math.min(this.#chunk.length, chunkBytes));
    await using file = await LocalFile.open(this.path, 'append');
    for (const part of parts) {
      await file.write(part);
      this.#written += part.length;
      if (part.buffer.byteLength === chunkBytes && idleChunks.length < mostIdleChunks) {
        idleChunks.push(Buffer.from(part.buffer as ArrayBuffer));
      }
    }
  }

  #makeRoom(size: number): void {
    if (this.#used + size <= chunkBytes) {
      let length = this.#chunk.length * 2;
      while (length < this.#used + size) length *= 2;
      this.#chunk = grownBuffer(this.#chunk, this.#used, length);
      return;
    }
    if (this.#used > 0) this.#full.push(this.#takeChunk());
    const idle = size <= chunkBytes ? idleChunks.pop() : undefined;
    this.#chunk = idle ?? Buffer.allocUnsafeSlow(Math.max(size, this.#chunk.length));
  }

  /** What the chunk holds; another is to take its place. */
  #takeChunk(): Buffer {
    this.#check();
    const taken = this.#chunk.subarray(0, this.#used);
    this.#used = 0;
    this.#checked = 0;
    return taken;
  }

  #check(): void {
    this.#crc = crc32(this.#chunk.subarray(this.#checked, this.#used), this.#crc);
    this.#checked = this.#used;
  }
}
