// The number of read objects before the window, by hash: a count in each of 4,096 buckets. An object that no run has read makes a
// bucket exceed its count, even if other objects were deleted meanwhile.
import { fingerprintDigits } from './fingerprint.ts';

const bucketDigits = 3;
const buckets = 16 ** bucketDigits;

/** Bound: 32 KiB. As text at most 48 KiB, or a few bytes for each object if there are few. */
export class Settled {
  readonly #counts: Float64Array;
  /** Objects that an earlier version of the connector counted, without their buckets. */
  #unplaced: number;

  constructor(unplaced = 0, counts = new Float64Array(buckets)) {
    this.#unplaced = unplaced;
    this.#counts = counts;
  }

  /** `settled`: their number; `text`: as returned by `text`; undefined in a state of an earlier version. */
  static from(settled: number, text: string | undefined): Settled {
    const counts = new Float64Array(buckets);
    let placed = 0;
    let bucket = -1;
    for (const [gap, count] of pairs(Buffer.from(text ?? '', 'base64'))) {
      bucket += gap;
      if (bucket >= buckets) break;
      counts[bucket] = count;
      placed += count;
    }
    return new Settled(Math.max(0, settled - placed), counts);
  }

  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, this.#unplaced);
  }

  add(print: string): void {
    const bucket = Number.parseInt(print.slice(fingerprintDigits - bucketDigits), 16);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  /** By how many objects a listing (`seen`) exceeds the settled ones. */
  excess(seen: Settled): number {
    let more = 0;
    for (const [bucket, count] of seen.#counts.entries()) more += Math.max(0, count - (this.#counts[bucket] ?? 0));
    return Math.max(0, more - this.#unplaced);
  }

  /** Without objects that are deleted according to the listing, so that these cannot hide a late object. */
  keep(seen: Settled): Settled {
    const counts = this.#counts.map((count, bucket) => Math.min(count, seen.#counts[bucket] ?? 0));
    if (this.#unplaced === 0) return new Settled(0, counts);
    // The buckets of these are unknown. If the listing has no more objects than were settled, it counts as settled.
    if (this.excess(seen) === 0) return new Settled(0, seen.#counts.slice());
    return new Settled(this.#unplaced, this.#counts.slice());
  }

  copy(): Settled {
    return new Settled(this.#unplaced, this.#counts.slice());
  }

  /** For each bucket that is not empty, the distance from the one before it and its count, seven bits per byte, in base64. */
  get text(): string {
    const bytes: number[] = [];
    let last = -1;
    for (const [bucket, count] of this.#counts.entries()) {
      if (count === 0) continue;
      write(bytes, bucket - last);
      write(bytes, count);
      last = bucket;
    }
    return Buffer.from(bytes).toString('base64');
  }
}

function write(bytes: number[], number: number): void {
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  bytes.push(rest);
}

function* pairs(bytes: Uint8Array): Generator<readonly [gap: number, count: number]> {
  let first: number | undefined;
  let [value, factor] = [0, 1];
  for (const byte of bytes) {
    value += (byte % 128) * factor;
    factor *= 128;
    if (byte >= 128) continue;
    if (first === undefined) first = value;
    else {
      yield [first, value];
      first = undefined;
    }
    [value, factor] = [0, 1];
  }
}
