// The files of a type or table to sample: the newest, and some of the earlier ones, spread evenly. Pure.
import type { ListedObject } from '../../../s3/list.ts';

type Candidate = Pick<ListedObject, 'key' | 'etag' | 'size' | 'lastModified' | 'storageClass'>;

const held = 3;

/** Bound: twice three files. The choice of earlier ones depends only on their order. */
export class FileCandidates {
  /** Files that arrived since `recentFrom`, the newest first. */
  readonly recent: Candidate[] = [];
  readonly earlier: Candidate[] = [];
  readonly #recentFrom: number;
  readonly #earlierFrom: number;
  #seen = 0;
  #random = 1;

  /** In milliseconds: the time from which files are recent, and the time from which they are considered. */
  constructor(recentFrom: number, earlierFrom: number) {
    this.#recentFrom = recentFrom;
    this.#earlierFrom = earlierFrom;
  }

  see(object: Candidate): void {
    const arrived = object.lastModified.getTime();
    if (object.size === 0 || arrived < this.#earlierFrom) return;
    if (arrived < this.#recentFrom) this.#spread(object);
    else if (this.recent.length < held || arrived > (this.recent.at(-1)?.lastModified.getTime() ?? 0)) {
      const { length } = this.recent;
      const found = this.recent.findIndex(({ lastModified }) => lastModified.getTime() < arrived);
      this.recent.splice(found < 0 ? length : found, 0, object);
      this.recent.length = Math.min(this.recent.length, held);
    }
  }

  /** Reservoir sampling. The numbers come from a linear congruential generator, so they are the same in every run. */
  #spread(object: Candidate): void {
    this.#seen += 1;
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    const at = this.earlier.length < held ? this.earlier.length : this.#random % this.#seen;
    if (at < held) this.earlier[at] = object;
  }
}
