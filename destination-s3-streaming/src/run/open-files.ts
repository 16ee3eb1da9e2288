// All open files: at most one for each place and hour, in the order in which they were opened. A stream has two places: one
// for its rows, which has the stream's number, and one for its rejected records, a full set of numbers later.
import { beginContentHash } from '@s3-connectors/common/destination/files/file-names.ts';
import type { Target } from '@s3-connectors/common/destination/run/plan.ts';
import type { Hash } from 'node:crypto';

import { layout } from '../layout/layout.ts';
import { type Account, type FileWorkshop, OpenFile } from '../files/open-file.ts';

/** The hour of a stream without date folders. */
export const noHour = -1;

/** What a place's next file begins with, and where its open ones are. */
type Place = {
  readonly stream: number;
  readonly folder: string;
  readonly files: Map<number, OpenFile>;
  /** The file that took the last row: mostly it takes the next one too. */
  lastHour: number;
  lastFile: OpenFile | undefined;
  /** Fed with the position that the stream's source was at; copied for each file. */
  position: Hash;
};

type Opening = { readonly timestamp: number; readonly openedAt: number };

const noPosition = Buffer.alloc(0);

/** Bound: the caller keeps `held.bytes` within its memory by closing files. */
export class OpenFiles {
  readonly #places: readonly Place[];
  readonly #streams: number;
  readonly #workshop: FileWorkshop;
  readonly #oldestFirst = new Set<OpenFile>();
  readonly #grown = new Set<OpenFile>();
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

  /** Where the rejected records of a stream go. */
  rejectedPlace(stream: number): number {
    return stream + this.#streams;
  }

  /** The file open for the place and hour, if there is one. Hot path. */
  find(placeNumber: number, hour: number): OpenFile | undefined {
    const place = this.#places[placeNumber] as Place;
    if (place.lastHour === hour) return place.lastFile;
    const file = place.files.get(hour);
    place.lastHour = hour;
    place.lastFile = file;
    return file;
  }

  /** Opens a file where none is open. `timestamp`: the time of its first row; `openedAt`: as the clock has elapsed. */
  open(placeNumber: number, hour: number, { timestamp, openedAt }: Opening): OpenFile {
    const place = this.#places[placeNumber] as Place;
    const { stream, folder } = place;
    const beginning = {
      stream,
      place: placeNumber,
      hour,
      folder: hour === noHour ? folder : folder + layout.folders(hour),
      timestamp,
      openedAt,
      hash: place.position.copy(),
    };
    const file = new OpenFile(beginning, this.#workshop, this.held);
    place.files.set(hour, file);
    place.lastHour = hour;
    place.lastFile = file;
    this.#oldestFirst.add(file);
    return file;
  }

  /** The source says how far it is: part of the name of each file opened from now on. */
  passed(stream: number | 'all', position: Uint8Array): void {
    const hash = beginContentHash(position); // Only copies of it are fed.
    if (stream === 'all') for (const place of this.#places) place.position = hash;
    else for (const number of [stream, this.rejectedPlace(stream)]) (this.#places[number] as Place).position = hash;
  }

  /** Files with a chunk compressed since the last call. */
  takeGrown(): readonly OpenFile[] {
    const grown = [...this.#grown];
    this.#grown.clear();
    return grown;
  }

  /** The next row of its place and hour opens a new file. The caller closes this one. */
  remove(file: OpenFile): void {
    const place = this.#places[file.place] as Place;
    place.files.delete(file.hour);
    place.lastHour = Number.NaN;
    place.lastFile = undefined;
    this.#oldestFirst.delete(file);
    this.#grown.delete(file);
  }
}

function emptyPlace(stream: number, folder: string): Place {
  const position = beginContentHash(noPosition);
  return { stream, folder, files: new Map(), lastHour: Number.NaN, lastFile: undefined, position };
}
