// How long rows take until they can be seen in S3: since they came, and since the time that each says it happened at. Rows are
// counted in slots of time while their file is open; when it is stored, the slots go into a sketch of the whole run.

const slotsPerAge = 16;
/** Of rows later than three times the age of a file it is only known that they are. */
const eventSlots = 4 * slotsPerAge;

/** When the rows of one file came and happened, to a sixteenth of the age at which files are closed. Bound: 320 bytes. */
export class RowTimes {
  readonly #slotMs: number;
  readonly #came = new Uint32Array(slotsPerAge);
  readonly #happened = new Uint32Array(eventSlots);

  constructor(maxAgeMs: number) {
    this.#slotMs = maxAgeMs / slotsPerAge;
  }

  /** A row came `ageMs` after the file was opened and `delayMs` after its own time. Hot path. */
  add(ageMs: number, delayMs: number): void {
    const came = Math.min(slotsPerAge - 1, Math.floor(ageMs / this.#slotMs));
    const happened = Math.floor((ageMs - Math.max(0, delayMs)) / this.#slotMs) + eventSlots - slotsPerAge;
    this.#came[came] = (this.#came[came] as number) + 1;
    const slot = Math.max(0, Math.min(eventSlots - 1, happened));
    this.#happened[slot] = (this.#happened[slot] as number) + 1;
  }

  /** The file was stored `ageMs` after it was opened. Each row is taken for the first of its slot. */
  stored(ageMs: number, { sinceCame, sinceHappened }: Latency): void {
    for (let slot = 0; slot < slotsPerAge; slot += 1) {
      sinceCame.add(ageMs - slot * this.#slotMs, this.#came[slot] as number);
    }
    const firstMs = (slotsPerAge - eventSlots) * this.#slotMs;
    for (let slot = 0; slot < eventSlots; slot += 1) {
      const rows = this.#happened[slot] as number;
      sinceHappened.add(slot === 0 ? Infinity : ageMs - (firstMs + slot * this.#slotMs), rows);
    }
  }
}

/** Until rows were visible. */
export type Latency = { readonly sinceCame: Sketch; readonly sinceHappened: Sketch };

/** Up to 2^31 ms, 24 days. */
const longestBits = 31;
const exactBits = 4;
const bucketsPerDoubling = 2 ** exactBits;
const buckets = (longestBits - exactBits + 1) * bucketsPerDoubling;

/** Counts of durations in milliseconds, in buckets 1/16 wide of what they hold. Bound: 4 KB. */
export class Sketch {
  readonly #counts = new Float64Array(buckets);
  #total = 0;

  add(ms: number, count: number): void {
    if (count === 0) return;
    const index = bucketOf(ms);
    this.#counts[index] = (this.#counts[index] as number) + count;
    this.#total += count;
  }

  merge(other: Sketch): void {
    for (const [index, count] of other.#counts.entries()) {
      this.#counts[index] = (this.#counts[index] as number) + count;
    }
    this.#total += other.#total;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
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
