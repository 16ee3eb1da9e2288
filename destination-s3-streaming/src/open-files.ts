// All open files: at most one for each stream and hour, in the order in which they were opened.
import { beginContentHash } from '@s3-connectors/common/destination/file-names.ts';
import type { Hash } from 'node:crypto';

import { hourFolders } from './object-key.ts';
import { type Account, type FileWorkshop, OpenFile } from './open-file.ts';
import type { Target } from './plan.ts';

/** The hour of a stream without date folders. */
export const noHour = -1;

/** What a stream's next file begins with, and where its open ones are. */
type Place = {
  readonly files: Map<number, OpenFile>;
  /** The file that took the last row: mostly it takes the next one too. */
  lastHour: number;
  lastFile: OpenFile | undefined;
  /** Fed with the position that the stream's source was at; copied for each file. */
  position: Hash;
};

const noPosition = Buffer.alloc(0);

/** Bound: the caller keeps `held.bytes` within its memory by closing files. */
export class OpenFiles {
  readonly #places: readonly Place[];
  readonly #targets: readonly Target[];
  readonly #workshop: FileWorkshop;
  readonly #oldestFirst = new Set<OpenFile>();
  readonly #grown = new Set<OpenFile>();
  /** Memory of all open files. */
  readonly held: Account = { bytes: 0 };

  constructor(
    targets: readonly Target[],
    workshop: Omit<FileWorkshop, 'onChunk'> & { onChunk: (error?: unknown) => void },
  ) {
    this.#targets = targets;
    this.#places = targets.map(() => ({
      files: new Map(),
      lastHour: Number.NaN,
      lastFile: undefined,
      position: beginContentHash(noPosition),
    }));
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

  /** The file open for the stream and hour, if there is one. Hot path. */
  find(stream: number, hour: number): OpenFile | undefined {
    const place = this.#places[stream] as Place;
    if (place.lastHour === hour) return place.lastFile;
    const file = place.files.get(hour);
    place.lastHour = hour;
    place.lastFile = file;
    return file;
  }

  /** Opens a file where none is open. `timestamp`: the time of its first row. */
  open(stream: number, hour: number, timestamp: number): OpenFile {
    const place = this.#places[stream] as Place;
    const { folder } = this.#targets[stream] as Target;
    const beginning = {
      stream,
      hour,
      folder: hour === noHour ? folder : folder + hourFolders(hour),
      timestamp,
      openedAt: performance.now(),
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
    const places = stream === 'all' ? this.#places : [this.#places[stream] as Place];
    const hash = beginContentHash(position); // Only copies of it are fed.
    for (const place of places) place.position = hash;
  }

  /** Files with a chunk compressed since the last call. */
  takeGrown(): readonly OpenFile[] {
    const grown = [...this.#grown];
    this.#grown.clear();
    return grown;
  }

  /** The next row of its stream and hour opens a new file. The caller closes this one. */
  remove(file: OpenFile): void {
    const place = this.#places[file.stream] as Place;
    place.files.delete(file.hour);
    place.lastHour = Number.NaN;
    place.lastFile = undefined;
    this.#oldestFirst.delete(file);
    this.#grown.delete(file);
  }
}
