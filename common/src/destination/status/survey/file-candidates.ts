// Which files of a type or table are worth a look: the newest, and some of those before them, spread evenly. Pure.
import type { ListedObject } from '../../../s3/list.ts';

type Candidate = Pick<ListedObject, 'key' | 'etag' | 'size' | 'lastModified' | 'storageClass'>;

const held = 3;

/** Bound: twice three files. Which of the earlier ones it holds depends on their order alone. */
export class FileCandidates {
  /** That arrived since `recentFrom`, the newest first. */
  readonly recent: Candidate[] = [];
  readonly earlier: Candidate[] = [];
  readonly #recentFrom: number;
  readonly #earlierFrom: number;
  #seen = 0;
  #random = 1;

  /** In milliseconds: since when files are recent, and since when they are looked at in the first place. */
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

  /** Reservoir sampling; the numbers are those of a linear congruential generator, the same in every run. */
  #spread(object: Candidate): void {
    this.#seen += 1;
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    const at = this.earlier.length < held ? this.earlier.length : this.#random % this.#seen;
    if (at < held) this.earlier[at] = object;
  }
}
