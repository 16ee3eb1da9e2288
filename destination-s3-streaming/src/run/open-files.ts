// All open files: at most one for each place, hour and partition, in the order in which they were opened. A stream has two
// places: one for its rows, with the stream's number, and one for its rejected records, with the stream's number plus the
// number of streams.
import { beginContentHash } from '@s3-connectors/common/destination/files/file-names.ts';
import { mostPartitions } from '@s3-connectors/common/destination/files/partition-folders.ts';
import type { Target } from '@s3-connectors/common/destination/plan/plan.ts';
import type { Hash } from 'node:crypto';

import { layout } from '../layout/layout.ts';
import { type Account, type FileWorkshop, OpenFile } from '../files/open-file.ts';

/** The hour of a stream without date folders. */
export const noHour = -1;

/** Identifies a file within its place: by its hour, or by the hour and the partition folders. */
export type FileSlot = number | string;

/** The state of a place: the start of its next file, and its open files. */
type Place = {
  readonly stream: number;
  readonly folder: string;
  readonly files: Map<FileSlot, OpenFile>;
  /** The file of the last row, which usually also takes the next one. */
  lastSlot: FileSlot;
  lastFile: OpenFile | undefined;
  /** Fed with the position of the stream's source. It is copied for each file. */
  position: Hash;
};

export type Opening = {
  readonly hour: number;
  /** Folders below that of the hour, with a slash at the end; "" for none. */
  readonly partition: string;
  /** Milliseconds: the time of its first row. */
  readonly timestamp: number;
  /** By the clock's `elapsed`. */
  readonly openedAt: number;
};

const noPosition = Buffer.alloc(0);

/** Bound: the caller keeps `held.bytes` within its memory by closing files. */
export class OpenFiles {
  readonly #places: readonly Place[];
  readonly #streams: number;
  readonly #workshop: FileWorkshop;
  readonly #oldestFirst = new Set<OpenFile>();
  readonly #grown = new Set<OpenFile>();
  /** Files in partitions. The last one had the last row. */
  readonly #partitioned = new Set<OpenFile>();
  /** Memory of all open files. */
  readonly held: Account = { bytes: 0 };

  constructor(
    targets: readonly Pick<Target, 'place' | 'rejectedFolder'>[],
    workshop: Omit<FileWorkshop, 'onChunk'> & { onChunk: (error?: unknown) => void },
  ) {
    this.#streams = targets.length;
    this.#places = [
      ...targets.map(({ place }, stream) => emptyPlace(stream, place.folder)),
      ...targets.map(({ rejectedFolder }, stream) => emptyPlace(stream, rejectedFolder)),
    ];
    const onChunk = (file: OpenFile, error?: unknown): void => {
      if (this.#oldestFirst.has(file)) this.#grown.add(file);
      workshop.onChunk(error);
    };
    this.#workshop = { ...workshop, onChunk };
  }

  get size(): number {
    return this.#oldestFirst.size;
  }

  get oldestFirst(): Iterable<OpenFile> {
    return this.#oldestFirst;
  }

  get oldest(): OpenFile | undefined {
    for (const file of this.#oldestFirst) return file;
    return undefined;
  }

  /** The place of the stream's rejected records. */
  rejectedPlace(stream: number): number {
    return stream + this.#streams;
  }

  /** Files in partitions beyond the bound; first those that have had no row for longest. */
  surplus(): readonly OpenFile[] {
    const count = this.#partitioned.size - mostPartitions;
    return count > 0 ? this.#partitioned.values().take(count).toArray() : [];
  }

  get hasSurplus(): boolean {
    return this.#partitioned.size > mostPartitions;
  }

  /** The open file in the slot of the place, if any. Hot path. */
  find(placeNumber: number, slot: FileSlot): OpenFile | undefined {
    const place = this.#places[placeNumber] as Place;
    if (place.lastSlot === slot) return place.lastFile;
    const file = place.files.get(slot);
    place.lastSlot = slot;
    place.lastFile = file;
    if (file !== undefined && file.partition !== '') {
      this.#partitioned.delete(file);
      this.#partitioned.add(file);
    }
    return file;
  }

  /** Opens a file in a slot without an open one. */
  open(placeNumber: number, slot: FileSlot, opening: Opening): OpenFile {
    const place = this.#places[placeNumber] as Place;
    const { stream, folder } = place;
    const beginning = {
      ...opening,
      stream,
      place: placeNumber,
      slot,
      folder: opening.hour === noHour ? folder : folder + layout.folders(opening.hour),
      hash: place.position.copy(),
    };
    const file = new OpenFile(beginning, this.#workshop, this.held);
    place.files.set(slot, file);
    place.lastSlot = slot;
    place.lastFile = file;
    this.#oldestFirst.add(file);
    if (opening.partition !== '') this.#partitioned.add(file);
    return file;
  }

  /** A STATE reports the source's position, which is part of the names of files that are opened later. */
  passed(stream: number | 'all', position: Uint8Array): void {
    const hash = beginContentHash(position); // Only copies of it are fed.
    if (stream === 'all') for (const place of this.#places) place.position = hash;
    else for (const number of [stream, this.rejectedPlace(stream)]) (this.#places[number] as Place).position = hash;
  }

  /** Files in which a chunk was compressed since the last call. */
  takeGrown(): readonly OpenFile[] {
    const grown = [...this.#grown];
    this.#grown.clear();
    return grown;
  }

  /** The next row of its slot opens a new file. The caller closes this one. */
  remove(file: OpenFile): void {
    const place = this.#places[file.place] as Place;
    place.files.delete(file.slot);
    place.lastSlot = Number.NaN;
    place.lastFile = undefined;
    this.#oldestFirst.delete(file);
    this.#grown.delete(file);
    this.#partitioned.delete(file);
  }
}

function emptyPlace(stream: number, folder: string): Place {
  const position = beginContentHash(noPosition);
  return { stream, folder, files: new Map(), lastSlot: Number.NaN, lastFile: undefined, position };
}
