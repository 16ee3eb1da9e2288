// Counts by size, in buckets of a quarter of a doubling: sizes of files and delays in about a hundred numbers. Pure.

const perDoubling = 4;
/** Up to 2^40. */
const buckets = 40 * perDoubling + 1;

type HistogramBucket = { readonly upTo: number; readonly count: number };

/** Bound: about 650 bytes. */
export class LogHistogram {
  readonly #counts = new Uint32Array(buckets);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Values below 1 count as 1, values above 2^40 as 2^40. */
  add(value: number): void {
    const at = Math.ceil(Math.log2(Math.max(1, value)) * perDoubling);
    const bucket = Math.min(buckets - 1, at);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  /** The value that `share` of all values do not exceed, or at most a fifth more. Undefined without values. */
  quantile(share: number): number | undefined {
    let left = Math.ceil(this.#total * share);
    if (this.#total === 0) return undefined;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return upTo(bucket);
    }
    return upTo(buckets - 1);
  }

  /** In full doublings; only those with a count, the smallest first. */
  doublings(): readonly HistogramBucket[] {
    const sums = new Map<number, number>();
    for (const [bucket, count] of this.#counts.entries()) {
      const limit = 2 ** Math.ceil(bucket / perDoubling);
      if (count > 0) sums.set(limit, (sums.get(limit) ?? 0) + count);
    }
    return Array.from(sums, ([limit, count]) => ({ upTo: limit, count }));
  }
}

function upTo(bucket: number): number {
  return 2 ** (bucket / perDoubling);
}
