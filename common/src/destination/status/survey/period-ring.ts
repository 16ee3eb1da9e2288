// Files and bytes of the newest hours or days of a type or table. Its memory is bounded, whatever the listing. Pure.

/** The content of one hour or day. `period`: its number since 1970. */
type PeriodCell = { readonly period: number; readonly files: number; readonly bytes: number };

/**
 * Each cell keeps the newest of the periods that share it, so the `size` newest periods are exact in any order of arrival.
 * Bound: 16 bytes for each of `size` cells.
 */
export class PeriodRing {
  readonly #periods: Int32Array;
  readonly #files: Uint32Array;
  readonly #bytes: Float64Array;
  #newest = -Infinity;
  #oldest = Infinity;

  constructor(size: number) {
    this.#periods = new Int32Array(size).fill(-1);
    this.#files = new Uint32Array(size);
    this.#bytes = new Float64Array(size);
  }

  /** -Infinity if nothing was added. */
  get newest(): number {
    return this.#newest;
  }

  /** The oldest of all that were added, kept or not. Infinity if nothing was added. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The oldest period whose cell is exact. */
  get oldestHeld(): number {
    return Math.max(this.#oldest, this.#newest - this.#periods.length + 1);
  }

  /** `period`: a whole number from 0 to 2^31 - 1. */
  add(period: number, bytes: number): void {
    this.#newest = Math.max(this.#newest, period);
    this.#oldest = Math.min(this.#oldest, period);
    const at = period % this.#periods.length;
    const held = this.#periods[at] ?? -1;
    if (period < held) return;
    if (period > held) {
      this.#periods[at] = period;
      this.#files[at] = 0;
      this.#bytes[at] = 0;
    }
    this.#files[at] = (this.#files[at] ?? 0) + 1;
    this.#bytes[at] = (this.#bytes[at] ?? 0) + bytes;
  }

  /** Exact from `oldestHeld` on. Earlier periods have no files. */
  at(period: number): PeriodCell {
    const at = period % this.#periods.length;
    const isHeld = period >= this.oldestHeld && period <= this.#newest && this.#periods[at] === period;
    return isHeld
      ? { period, files: this.#files[at] ?? 0, bytes: this.#bytes[at] ?? 0 }
      : { period, files: 0, bytes: 0 };
  }

  /** Periods with files, the oldest first. */
  *cells(): Generator<PeriodCell> {
    if (this.#newest < 0) return;
    for (let period = this.oldestHeld; period <= this.#newest; period += 1) {
      const cell = this.at(period);
      if (cell.files > 0) yield cell;
    }
  }
}
