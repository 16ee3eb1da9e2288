// Rows on local disk: a file for each table, day and partition, cut into segments that become files for S3 one by one.
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { mostPartitions } from '@s3-connectors/common/destination/files/partition-folders.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { BatchTable } from '../tables/table.ts';
import { SpoolFile, type Cut } from './spool-file.ts';

const flushesAtOnce = 4;
/** A multiple of one segment: the bound of all open segments together. Above it the largest is closed, unless all are small. */
const openShare = 2;
const smallShare = 1 / 4;
/** A multiple of the first segment: the same bound while few rows have come. */
const firstOpenShare = 4;
const firstSmallShare = 1 / 2;
/** The share of the rows so far that one segment and all open ones may have, and below which the largest counts as small. */
const cameShare = 1 / 2;
const smallCameShare = 1 / 16;
/** Closed segments that wait to be written to disk. Each takes memory, however few rows it has. */
const mostFull = 256;
const noPosition = new Uint8Array();

/** The place of a row. */
export type RowPlace = {
  readonly table: BatchTable;
  /** Days since 1970. */
  readonly day: number;
  /** Folders below that of the day, with a slash at the end; "" for none. */
  readonly partition: string;
  /** Milliseconds: the row's time, or when it was emitted. */
  readonly placedBy: number;
  /** NaN for a row without a time of its own. */
  readonly time: number;
  /** It has unusual values; see columns/observe/observe.ts. */
  readonly isUnusual: boolean;
};

type Limits = {
  /** Above this, rows in memory are written to disk. */
  readonly maxHeldBytes: number;
  /** A file of this size gets no more rows. */
  readonly segmentBytes: number;
  /**
   * While few rows have come, a file of this size gets no more rows, so that it can be converted early. Later files grow with
   * the rows so far. By default `segmentBytes`.
   */
  readonly firstBytes?: number;
};

/** Memory: twice `maxHeldBytes` and one batch of lines. Disk: the caller publishes when `bytes` are too many. */
export class Spool {
  readonly #directory: string;
  readonly #limits: Required<Limits>;
  /** Open segments by table, and by day or by day and partition. */
  readonly #places = new Map<number, Map<number | string, SpoolFile>>();
  /** Segments of partitions. The last one had the last row. */
  readonly #partitioned = new Set<SpoolFile>();
  /** By stream. */
  readonly #positions = new Map<number, Uint8Array>();
  /** By stream: the cut of its next rows. */
  readonly #cuts = new Map<number, Cut>();
  readonly #full: SpoolFile[] = [];
  #last: SpoolFile | undefined;
  #heldBytes = 0;
  #openBytes = 0;
  /** Bytes since the last cut. */
  #cameBytes = 0;
  /** Raised if all segments are small, so that they are not inspected again for every row. */
  #leastOpenBytes = 0;
  #bytes = 0;
  #count = 0;

  constructor(directory: string, limits: Limits) {
    this.#directory = directory;
    this.#limits = { firstBytes: limits.segmentBytes, ...limits };
  }

  /** Bytes of all segments that are not removed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of rows without a cut, on disk or already in files. */
  get uncutBytes(): number {
    let bytes = this.#openBytes;
    for (const { closedBytes } of this.#cuts.values()) bytes += closedBytes;
    return bytes;
  }

  get isFullOfRows(): boolean {
    return this.#heldBytes >= this.#limits.maxHeldBytes || this.#full.length >= mostFull;
  }

  /** Adds a row, without its newline. Hot path. */
  append(place: RowPlace, bytes: Uint8Array, start: number, end: number): void {
    const { table, day, partition } = place;
    let file = this.#last;
    const isLast = file?.table === table && file.day === day && file.partition === partition;
    if (file === undefined || !isLast) file = this.#find(place);
    file.append(bytes, start, end, place);
    const size = end - start + 1;
    this.#heldBytes += size;
    this.#openBytes += size;
    this.#cameBytes += size;
    this.#bytes += size;
    this.#last = file;
    const { segmentBytes, firstBytes } = this.#limits;
    // Duplicates are removed within a table's complete day.
    if (file.bytes >= this.#growing(firstBytes, segmentBytes) && table.dedup === undefined) this.#close(file);
    else if (this.#openBytes >= this.#mostOpenBytes) this.#closeLargest();
  }

  /** The bound of rows in all open segments. Above it the largest is closed. */
  get #mostOpenBytes(): number {
    const { segmentBytes, firstBytes } = this.#limits;
    return Math.max(this.#growing(firstBytes * firstOpenShare, segmentBytes * openShare), this.#leastOpenBytes);
  }

  /** A share of the rows so far, within these bounds. It depends only on rows, so a replay does the same. */
  #growing(least: number, most: number, share = cameShare): number {
    return Math.min(most, Math.max(least, this.#cameBytes * share));
  }

  /** A STATE reports the position of the stream's source, which is part of the names of files that are begun later. */
  passed(stream: number, position: Uint8Array): void {
    this.#positions.set(stream, position);
  }

  /** The last reported position of the stream's source. */
  positionOf(stream: number): Uint8Array | undefined {
    return this.#positions.get(stream);
  }

  /**
   * Writes to disk what is in memory now. Rows may be added meanwhile, but do not begin a second flush. @returns the closed
   * segments, complete.
   */
  async flush(): Promise<readonly SpoolFile[]> {
    const full = this.#full.splice(0);
    const held = [...this.#open(), ...full].filter(({ heldBytes }) => heldBytes > 0);
    this.#heldBytes = 0;
    for await (const _ of mapConcurrent(held, flushesAtOnce, (file) => file.flush()));
    return full;
  }

  /** Bytes of the stream's rows without a cut. */
  uncutBytesOf(stream: number): number {
    const cut = this.#cuts.get(stream);
    let bytes = cut?.closedBytes ?? 0;
    for (const file of this.#open()) if (file.cut === cut) bytes += file.bytes;
    return bytes;
  }

  /**
   * The stream's rows so far may be published. Later rows begin new segments. `until`: the position of its source after the
   * last of these rows, so that later rows are as in a run that begins there.
   */
  cut(stream: number, until?: Uint8Array): void {
    if (until !== undefined) this.#positions.delete(stream);
    const cut = this.#cuts.get(stream);
    if (cut === undefined) return;
    this.#cuts.delete(stream);
    cut.isMade = true;
    cut.until = until;
    for (const file of this.#open()) if (file.cut === cut) this.#close(file);
    this.#cameBytes = 0;
    this.#leastOpenBytes = 0;
  }

  /** The segment's result is stored elsewhere. */
  async remove(file: SpoolFile): Promise<void> {
    for (const { path } of file.files) await unlink(path);
    this.#bytes -= file.bytes;
  }

  #close(file: SpoolFile): void {
    this.#places.get(file.table.index)?.delete(slotOf(file.day, file.partition));
    this.#partitioned.delete(file);
    this.#full.push(file);
    this.#openBytes -= file.bytes;
    file.cut.closedBytes += file.bytes;
    this.#last = undefined;
  }

  /** Closes it, so that rows of many tables can be converted before all have come. */
  #closeLargest(): void {
    const { segmentBytes, firstBytes } = this.#limits;
    const open = [...this.#open()].filter(({ table }) => table.dedup === undefined);
    const largest = open.reduce<SpoolFile | undefined>((most, file) => {
      return most === undefined || file.bytes > most.bytes ? file : most;
    }, undefined);
    const step = segmentBytes * smallShare;
    const isSmall =
      largest === undefined || largest.bytes < this.#growing(firstBytes * firstSmallShare, step, smallCameShare);
    if (!isSmall) this.#close(largest);
    this.#leastOpenBytes = this.#openBytes + (isSmall ? step : 0);
  }

  *#open(): Iterable<SpoolFile> {
    for (const days of this.#places.values()) yield* days.values();
  }

  #find({ table, day, partition, placedBy: timestamp }: RowPlace): SpoolFile {
    let files = this.#places.get(table.index);
    if (files === undefined) this.#places.set(table.index, (files = new Map()));
    const slot = slotOf(day, partition);
    let file = files.get(slot);
    if (file === undefined) {
      this.#count += 1;
      const path = join(this.#directory, String(this.#count));
      const position = this.#positions.get(table.stream) ?? noPosition;
      let cut = this.#cuts.get(table.stream);
      if (cut === undefined) this.#cuts.set(table.stream, (cut = { closedBytes: 0, isMade: false, until: undefined }));
      files.set(slot, (file = new SpoolFile({ table, day, partition, path, timestamp, position, cut })));
    }
    if (partition !== '') this.#use(file);
    return file;
  }

  #use(file: SpoolFile): void {
    this.#partitioned.delete(file);
    this.#partitioned.add(file);
    const [idle] = this.#partitioned;
    if (this.#partitioned.size > mostPartitions && idle !== undefined) this.#close(idle);
  }
}

function slotOf(day: number, partition: string): number | string {
  return partition === '' ? day : `${day}/${partition}`;
}
