// Rows of one table and day on local disk, one JSON object per line, until they are written to S3.
import { crc32 } from 'node:zlib';

import { fill, type Filling } from '@s3-connectors/common/json/words.ts';
import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

import { RowMarks } from './row-marks.ts';
import type { BatchTable } from '../tables/table.ts';

const firstBytes = 4 * 1024;
const chunkBytes = 1024 * 1024;
/** Rows are added to the checksum while they are still in the processor's cache. */
const checkedBytes = 128 * 1024;
/** Reused by the next file, because new memory costs more than writing into it. */
const idleChunks: Buffer<ArrayBuffer>[] = [];
const mostIdleChunks = 16;

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
  readonly path: string;
  /** Milliseconds: the time of the first row. */
  readonly timestamp: number;
  /** The position of the stream's source before the first row. */
  readonly position: Uint8Array;
  readonly cut: Cut;
  /** Rows with unusual values; see columns/observe/observe.ts. */
  readonly unusual = new RowMarks();
  rows = 0;
  bytes = 0;
  longestRow = 0;
  /** Milliseconds; NaN if no row has a time. */
  minTime = Number.NaN;
  maxTime = Number.NaN;
  #crc = 0;
  #full: Buffer[] = [];
  #chunk = filling(Buffer.allocUnsafeSlow(firstBytes));
  /** The part of the chunk that is in the checksum. */
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

  /** Over all rows. */
  get crc(): number {
    this.#check();
    return this.#crc;
  }

  /** Adds the row bytes[start, end) and ends its line. `time`: NaN for a row without a time. Hot path. */
  append(bytes: Uint8Array, start: number, end: number, time: number): void {
    const size = end - start + 1;
    if (this.#chunk.length + size > this.#chunk.memory.length) this.#makeRoom(size);
    const chunk = this.#chunk;
    fill(chunk, bytes, start, end);
    chunk.memory[chunk.length] = NEWLINE;
    chunk.length += 1;
    if (chunk.length - this.#checked >= checkedBytes) this.#check();
    this.rows += 1;
    this.bytes += size;
    if (size > this.longestRow) this.longestRow = size;
    if (!(time >= this.minTime)) this.minTime = Number.isNaN(time) ? this.minTime : time;
    if (!(time <= this.maxTime)) this.maxTime = Number.isNaN(time) ? this.maxTime : time;
  }

  /** Writes held rows to disk. Do not call it again before it resolves. Rows may be added meanwhile. */
  async flush(): Promise<void> {
    const parts = [...this.#full, this.#takeChunk()];
    this.#full = [];
    const { length } = this.#chunk.memory;
    this.#chunk = filling(idleChunks.pop() ?? Buffer.allocUnsafeSlow(Math.min(length, chunkBytes)));
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
    const { memory, length: used } = this.#chunk;
    if (used + size <= chunkBytes) {
      let length = memory.length * 2;
      while (length < used + size) length *= 2;
      this.#chunk = filling(grownBuffer(memory, used, length), used);
      return;
    }
    if (used > 0) this.#full.push(this.#takeChunk());
    const idle = size <= chunkBytes ? idleChunks.pop() : undefined;
    this.#chunk = filling(idle ?? Buffer.allocUnsafeSlow(Math.max(size, memory.length)));
  }

  /** The content of the chunk. Another chunk replaces it. */
  #takeChunk(): Buffer {
    this.#check();
    this.#checked = 0;
    const { memory, length } = this.#chunk;
    this.#chunk.length = 0;
    return memory.subarray(0, length);
  }

  #check(): void {
    const { memory, length } = this.#chunk;
    this.#crc = crc32(memory.subarray(this.#checked, length), this.#crc);
    this.#checked = length;
  }
}

function filling(memory: Buffer<ArrayBuffer>, length = 0): Filling {
  return { memory, words: new DataView(memory.buffer, memory.byteOffset, memory.length), length };
}
