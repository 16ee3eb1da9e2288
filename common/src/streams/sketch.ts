// Counts of durations, in a few kilobytes however many there are.

/** Up to 2^31 ms, 24 days. */
const longestBits = 31;
const exactBits = 4;
const bucketsPerDoubling = 2 ** exactBits;
const buckets = (longestBits - exactBits + 1) * bucketsPerDoubling;

/** Durations in milliseconds, in buckets 1/16 wide of what they hold. Bound: 4 KB. */
export class Sketch {
  readonly #counts = new Float64Array(buckets);
  #total = 0;
  #sum = 0;

  add(ms: number, count = 1): void {
    if (count === 0) return;
    const index = bucketOf(ms);
    this.#counts[index] = (this.#counts[index] as number) + count;
    this.#total += count;
    this.#sum += Math.max(0, ms) * count;
  }

  merge(other: Sketch): void {
    for (const [index, count] of other.#counts.entries()) {
      this.#counts[index] = (this.#counts[index] as number) + count;
    }
    this.#total += other.#total;
    this.#sum += other.#sum;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#sum = 0;
  }

  /** What the share (0 to 1) of all durations is not above; undefined without any, Infinity from 24 days on. */
  quantile(share: number): number | undefined {
    let left = this.#total * share;
    for (const [index, count] of this.#counts.entries()) {
      left -= count;
      if (count > 0 && left <= 0) return endOf(index);
    }
    return undefined;
  }

  /** By bounds in seconds, in ascending order; the last count is of all beyond. A duration counts as the longest of its bucket. */
  distribution(bounds: readonly number[]): { readonly counts: readonly number[]; readonly sum: number | undefined } {
    const counts = Array.from({ length: bounds.length + 1 }, () => 0);
    let at = 0;
    for (const [index, count] of this.#counts.entries()) {
      while (at < bounds.length && endOf(index) > (bounds[at] as number) * 1000) at += 1;
      counts[at] = (counts[at] as number) + count;
    }
    return { counts, sum: Number.isFinite(this.#sum) ? this.#sum / 1000 : undefined };
  }
}

function bucketOf(ms: number): number {
  const whole = Math.max(0, Math.min(2 ** longestBits - 1, Math.ceil(ms)));
  if (whole < bucketsPerDoubling) return whole;
  const doubling = 31 - Math.clz32(whole) - exactBits;
  return doubling * bucketsPerDoubling + Math.floor(whole / 2 ** doubling);
}

/** The longest duration of a bucket. */
function endOf(index: number): number {
  if (index === buckets - 1) return Infinity;
  if (index < 2 * bucketsPerDoubling) return index;
  const doubling = Math.floor(index / bucketsPerDoubling) - 1;
  return (index - doubling * bucketsPerDoubling + 1) * 2 ** doubling - 1;
}
