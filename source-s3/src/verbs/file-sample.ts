// The files of a table to inspect: all if there are few; otherwise the newest, the oldest, and some that are evenly spread over the
// listing, and so over the partitions.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { inReadingOrder } from '../progress/reading-order.ts';

/** Tables with no more files are inspected completely. */
export const mostSampled = 8;

/** Sees a listing. The same listing gives the same sample. Bound: 18 objects. */
export class FileSample {
  newest: ListedObject | undefined;
  oldest: ListedObject | undefined;
  #spread: ListedObject[] = [];
  #stride = 1;
  #seen = 0;

  see(object: ListedObject): void {
    if (this.oldest === undefined || inReadingOrder(object, this.oldest) < 0) this.oldest = object;
    if (this.newest === undefined || inReadingOrder(object, this.newest) > 0) this.newest = object;
    if (this.#seen++ % this.#stride > 0) return;
    if (this.#spread.length === 2 * mostSampled) {
      this.#spread = everySecond(this.#spread, 0);
      this.#stride *= 2;
      if ((this.#seen - 1) % this.#stride > 0) return;
    }
    this.#spread.push(object);
  }

  /** The newest first, then the oldest, then `first`, then others: at most `most`. */
  files(most: number, first: readonly ListedObject[] = []): readonly ListedObject[] {
    const spread = [...everySecond(this.#spread, 0), ...everySecond(this.#spread, 1)];
    const some = [this.newest, this.oldest, ...first, ...spread].filter((object) => object !== undefined);
    return [...new Map(some.map((object) => [object.key, object])).values()].slice(0, most);
  }
}

function everySecond(objects: readonly ListedObject[], from: 0 | 1): ListedObject[] {
  return objects.filter((_, place) => place % 2 === from);
}
