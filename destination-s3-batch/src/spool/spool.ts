// Rows on local disk: a file for each table, day and partition, cut into segments that are turned into files for S3 one by one.
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { mostPartitions } from '@s3-connectors/common/destination/files/partition-folders.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { BatchTable } from '../tables/table.ts';
import { SpoolFile, type Cut } from './spool-file.ts';

const flushesAtOnce = 4;
/** Of what one segment may have: rows in all open ones together. Above it the largest takes no more, unless all are small. */
const openShare = 2;
const smallShare = 1 / 4;
/** Of what the first segment may have: the same while few rows have come. */
const firstOpenShare = 4;
const firstSmallShare = 1 / 2;
/** Of the rows that have come: what one segment may have, and all open ones; and when the largest is small. */
const cameShare = 1 / 2;
const smallCameShare = 1 / 16;
/** Closed segments that wait to be written to disk: each takes memory, however few rows it has. */
const mostFull = 256;
const noPosition = new Uint8Array();

/** Where a row goes. */
export type RowPlace = {
  readonly table: BatchTable;
  /** Counted since 1970. */
  readonly day: number;
  /** Folders below that of the day, ended by a slash; "" for none. */
  readonly partition: string;
  /** Milliseconds: the row's time, or when it was emitted. */
  readonly placedBy: number;
  /** NaN for a row without a time of its own. */
  readonly time: number;
  /** It has unusual values; see columns/observe/observe.ts. */
  readonly isUnusual: boolean;
};

type Limits = {
  /** Rows in memory above this are written to disk. */
  readonly maxHeldBytes: number;
  /** A file of this size takes no more rows. */
  readonly segmentBytes: number;
  /**
   * As long as few rows have come, a file of this size takes no more, so that something can be done with them; later ones grow with
   * what has come. By default `segmentBytes`.
   */
  readonly firstBytes?: number;
  /** Rows are written in the order in which they came. */
  readonly keepsOrder?: boolean;
};

/** Memory: twice `maxHeldBytes` and one batch of lines. Disk: the caller publishes when `bytes` are too many. */
export class Spool {
  readonly #directory: string;
  readonly #limits: Required<Limits>;
  /** Open segments by table, and by day or that and the partition. */
  readonly #places = new Map<number, Map<number | string, SpoolFile>>();
  /** Those of partitions; the one that had the last row is the last. */
  readonly #partitioned = new Set<SpoolFile>();
  /** By stream. */
  readonly #positions = new Map<number, Uint8Array>();
  /** By stream: what its rows that come now belong to. */
  readonly #cuts = new Map<number, Cut>();
  readonly #full: SpoolFile[] = [];
  #last: SpoolFile | undefined;
  #heldBytes = 0;
  #openBytes = 0;
  /** Since the last cut. */
  #cameBytes = 0;
  /** Raised where all segments are small, so that they are not looked at again for every row. */
  #leastOpenBytes = 0;
  #bytes = 0;
  #count = 0;

  constructor(directory: string, limits: Limits) {
    this.#directory = directory;
    this.#limits = { firstBytes: limits.segmentBytes, keepsOrder: false, ...limits };
  }

  /** Of all segments that are not removed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of rows that no cut was made for, on disk or in files already. */
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
    // Duplicates are looked for in a table's whole day.
    if (file.bytes >= this.#growing(firstBytes, segmentBytes) && table.dedup === undefined) this.#close(file);
    else if (this.#openBytes >= this.#mostOpenBytes) this.#closeLargest();
  }

  /** Rows in all open segments: above it the largest takes no more. */
  get #mostOpenBytes(): number {
    const { segmentBytes, firstBytes } = this.#limits;
    return Math.max(this.#growing(firstBytes * firstOpenShare, segmentBytes * openShare), this.#leastOpenBytes);
  }

  /** A part of what has come, within these bounds. Decided by rows alone: a replay does the same. */
  #growing(least: number, most: number, share = cameShare): number {
    return Math.min(most, Math.max(least, this.#cameBytes * share));
  }

  /** The source of the stream says how far it is: part of the name of each file begun from now on. */
  passed(stream: number, position: Uint8Array): void {
    this.#positions.set(stream, position);
  }

  /** Where the source of the stream said last that it stands. */
  positionOf(stream: number): Uint8Array | undefined {
    return this.#positions.get(stream);
  }

  /**
   * Writes to disk what is in memory now; rows may be added meanwhile, but not a second flush begun.
   * @returns the segments that take no more rows, whole.
   */
  async flush(): Promise<readonly SpoolFile[]> {
    const full = this.#full.splice(0);
    const held = [...this.#open(), ...full].filter(({ heldBytes }) => heldBytes > 0);
    this.#heldBytes = 0;
    for await (const _ of mapConcurrent(held, flushesAtOnce, (file) => file.flush()));
    return full;
  }

  /** Of the stream's rows that no cut was made for. */
  uncutBytesOf(stream: number): number {
    const cut = this.#cuts.get(stream);
    let bytes = cut?.closedBytes ?? 0;
    for (const file of this.#open()) if (file.cut === cut) bytes += file.bytes;
    return bytes;
  }

  /**
   * The stream's rows so far may be published; later ones begin new segments. `until`: where its source says that it stands, after
   * the last of these rows: what comes then is as in a run that begins there.
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

  /** What a segment was turned into lies elsewhere. */
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

  /** So that something can be done with rows of many tables before all have come. */
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
      const keepsOrder = this.#limits.keepsOrder || table.dedup !== undefined;
      files.set(slot, (file = new SpoolFile({ table, day, partition, path, timestamp, position, cut, keepsOrder })));
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
