// The files of a run that wait in staging: those of replaced streams, and those of all streams if several writers share a run.
// Files that are neither published nor handed over are removed.
import { deleteObjects } from '../../s3/delete.ts';
import type { OwnKey } from '../../s3/own-key.ts';
import type { Area } from '../replacing/manifest-store.ts';
import type { StagedFile } from '../replacing/staging.ts';

type Options = {
  readonly area: Area;
  /** The numbers of the streams whose files wait. */
  readonly streams: Iterable<number>;
  /** Where a file for `key` waits. */
  readonly stagedAt: (key: string) => OwnKey;
};

const none: ReadonlyMap<string, readonly StagedFile[]> = new Map();

/** Bound: about 300 bytes for each file. */
export class WaitingFiles {
  readonly #options: Options;
  /** By stream and place, for streams that are neither published nor dropped. */
  readonly #staged = new Map<number, Map<string, StagedFile[]>>();

  constructor(options: Options) {
    this.#options = options;
    for (const stream of options.streams) this.#staged.set(stream, new Map());
  }

  /** Whether the stream's files wait. Otherwise they are visible once they are stored. */
  has(stream: number): boolean {
    return this.#staged.has(stream);
  }

  get streams(): readonly number[] {
    return [...this.#staged.keys()];
  }

  /** Where a file of the stream's rows for `key` is stored. */
  keyFor(stream: number, key: string): string {
    return this.has(stream) ? this.#options.stagedAt(key) : key;
  }

  /** By the names of their places. */
  of(stream: number): ReadonlyMap<string, readonly StagedFile[]> {
    return this.#staged.get(stream) ?? none;
  }

  /** @returns whether the file waits: it is not visible before its place is replaced. */
  add(stream: number, name: string, file: StagedFile): boolean {
    const places = this.#staged.get(stream);
    if (places === undefined) return false;
    const files = places.get(name);
    if (files === undefined) places.set(name, [file]);
    else files.push(file);
    return true;
  }

  /** The stream's files are visible now. */
  published(stream: number): void {
    this.#staged.delete(stream);
  }

  /** Another process owns the waiting files from now on: they are neither published here nor dropped. */
  handOver(): void {
    this.#staged.clear();
  }

  /** Removes the files that still wait. */
  async drop(signal: AbortSignal): Promise<void> {
    for (const [index, places] of this.#staged) {
      this.#staged.delete(index);
      const keys = [...places.values()].flat().map(({ key }) => this.#options.stagedAt(key));
      await deleteObjects(this.#options.area, keys, signal);
    }
  }
}
