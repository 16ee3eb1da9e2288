// One file while rows are added to it: a small buffer that grows, chunks that are compressed when they are full, and the hash for
// its name.
import type { Hash } from 'node:crypto';

import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import type { DeflatePool } from '@s3-connectors/common/destination/files/deflate-pool.ts';
import { GzipMember } from '@s3-connectors/common/destination/files/gzip-member.ts';

import type { BufferPool } from './buffer-pool.ts';
import type { Gatherer, Gathering } from './gathering.ts';
import { RowTimes } from './latency.ts';
import type { OpenFileFacts } from './rotation.ts';

/** The expected compression ratio, until the file's own rows show it. */
export const usualRatio = 0.2;
/** The growth of a buffer that has become too small. */
const growth = 1.5;
const noBuffer = Buffer.alloc(0);

/** A sum of bytes that includes files during one phase of their life. */
export type Account = { bytes: number };

/** What all open files share. */
export type FileWorkshop = {
  readonly pool: BufferPool;
  readonly deflate: DeflatePool;
  readonly gathering: Gathering;
  /** The most bytes that a file gathers before it is compressed. */
  readonly chunkBytes: number;
  /** The age at which files are closed. */
  readonly maxAgeMs: number;
  /** A chunk is full, was compressed (memory is free again), or could not be compressed. */
  readonly onChunk: (file: OpenFile, error?: unknown) => void;
};

/** `hash`: fed with the position before the first row. */
type Beginning = Pick<OpenFile, 'stream' | 'place' | 'slot' | 'folder' | 'partition' | 'timestamp' | 'openedAt'> & {
  readonly hash: Hash;
};

/** Memory: its buffer, the chunks being compressed, and the compressed ones; all of it is in `account`. */
export class OpenFile implements OpenFileFacts, Gatherer {
  /** The number of the stream in the plan. */
  readonly stream: number;
  /** The number of its place in `OpenFiles`. */
  readonly place: number;
  /** The slot among those of its place. */
  readonly slot: number | string;
  /** That of its hour, ended by a slash. */
  readonly folder: string;
  /** Folders below that one, with a slash at the end; "" for none. */
  readonly partition: string;
  /** Milliseconds: the time of the first row. */
  readonly timestamp: number;
  readonly openedAt: number;
  readonly rowTimes: RowTimes;
  /** The bounds of the rows' own times, in milliseconds; NaN while no row has one. */
  minTime = Number.NaN;
  maxTime = Number.NaN;
  readonly #workshop: FileWorkshop;
  readonly #hash: Hash;
  readonly #member: GzipMember;
  #account: Account;
  #buffer: Buffer;
  #used = 0;
  #compressing = 0;
  /** The bytes that `#account` includes. */
  #counted = 0;
  #rows = 0;
  /** Uncompressed bytes of all full chunks, and of those that are already compressed. */
  #chunkedBytes = 0;
  #compressedFrom = 0;

  constructor(beginning: Beginning, workshop: FileWorkshop, account: Account) {
    this.stream = beginning.stream;
    this.place = beginning.place;
    this.slot = beginning.slot;
    this.folder = beginning.folder;
    this.partition = beginning.partition;
    this.timestamp = beginning.timestamp;
    this.openedAt = beginning.openedAt;
    this.rowTimes = new RowTimes(workshop.maxAgeMs);
    this.#hash = beginning.hash;
    this.#workshop = workshop;
    this.#member = new GzipMember(workshop.deflate);
    this.#account = account;
    this.#buffer = noBuffer;
    this.#exchangeBuffer(workshop.pool.take(0));
  }

  /** Rows that are not compressed yet are estimated by the ratio of earlier ones. Exact once the body is complete. */
  get compressedBytes(): number {
    const done = this.#member.compressedBytes;
    const ratio = this.#compressedFrom === 0 ? usualRatio : done / this.#compressedFrom;
    return Math.round(done + (this.bytes - this.#compressedFrom) * ratio);
  }

  get heldBytes(): number {
    return this.#buffer.length + this.#compressing + this.#member.heldBytes;
  }

  /** Whether it holds rows, not rejected records. */
  get isOfRows(): boolean {
    return this.place === this.stream;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Uncompressed bytes. */
  get bytes(): number {
    return this.#chunkedBytes + this.#used;
  }

  /** Adds the row bytes[start, end) and ends its line. */
  append(bytes: Buffer, start: number, end: number): void {
    const size = end - start + 1;
    if (this.#used + size > this.#buffer.length) this.#makeRoom(size);
    bytes.copy(this.#buffer, this.#used, start, end);
    this.#used += size;
    this.#buffer[this.#used - 1] = NEWLINE;
    this.#rows += 1;
  }

  /** A row has this time of its own. */
  spans(time: number): void {
    if (!(time >= this.minTime)) this.minTime = time;
    if (!(time <= this.maxTime)) this.maxTime = time;
  }

  /**
   * Closes the file: from now on it counts for `account`. Returns the hash of its content at once, and its bytes when they are
   * compressed. Their memory counts until `release`.
   */
  close(account: Account): { readonly hash: Hash; readonly body: () => Promise<readonly Uint8Array[]> } {
    const tail = this.#buffer.subarray(0, this.#used);
    this.#hash.update(tail);
    this.#workshop.gathering.changed(this, this.#buffer.length, 0);
    this.#account.bytes -= this.#counted;
    account.bytes += this.#counted;
    this.#account = account;
    const body = async (): Promise<readonly Uint8Array[]> => {
      await this.#member.add(tail);
      const parts = await this.#member.finish();
      this.#compressedFrom = this.bytes;
      this.#workshop.pool.give(this.#buffer);
      this.#buffer = noBuffer;
      this.#settle();
      return parts;
    };
    return { hash: this.#hash, body };
  }

  /** The file's memory is no longer needed. `body`, if given: the bytes from `close`, which no one reads any more. */
  release(body: readonly Uint8Array[] = []): void {
    for (const part of body) this.#workshop.pool.give(part);
    this.#account.bytes -= this.#counted;
    this.#counted = 0;
    this.#account = { bytes: 0 };
  }

  #makeRoom(size: number): void {
    const { gathering, chunkBytes, pool } = this.#workshop;
    gathering.relieve(); // It may well compress the rows of this file.
    const { length } = this.#buffer;
    const wanted = this.#used + size;
    if (wanted <= chunkBytes || this.#used === 0) {
      const larger = pool.take(Math.max(wanted, Math.min(length * growth, chunkBytes)));
      this.#buffer.copy(larger, 0, 0, this.#used);
      pool.give(this.#buffer);
      this.#exchangeBuffer(larger);
      return;
    }
    this.compress();
    // A busy file stays busy: its next buffer begins with the size of the last one.
    this.#exchangeBuffer(pool.take(Math.max(size, Math.min(length, chunkBytes))));
  }

  /** Passes the gathered rows to the thread pool, with their buffer. */
  compress(): void {
    const buffer = this.#buffer;
    const chunk = buffer.subarray(0, this.#used);
    this.#hash.update(chunk);
    this.#chunkedBytes += chunk.length;
    this.#used = 0;
    this.#compressing += buffer.length;
    this.#exchangeBuffer(noBuffer);
    this.#workshop.onChunk(this);
    this.#member.add(chunk).then(
      () => {
        this.#compressing -= buffer.length;
        this.#compressedFrom += chunk.length;
        this.#settle();
        this.#workshop.pool.give(buffer);
        this.#workshop.onChunk(this);
      },
      (error: unknown) => this.#workshop.onChunk(this, error),
    );
  }

  /** Updates the account with the file's bytes. */
  #settle(): void {
    const held = this.heldBytes;
    this.#account.bytes += held - this.#counted;
    this.#counted = held;
  }

  #exchangeBuffer(buffer: Buffer): void {
    this.#workshop.gathering.changed(this, this.#buffer.length, buffer.length);
    this.#buffer = buffer;
    this.#settle();
  }
}
