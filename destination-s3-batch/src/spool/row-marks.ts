// Which rows of a file are marked: a bit for each.

const firstBytes = 32;

/** Bound: a bit for each row, up to twice that. */
export class RowMarks {
  #bits = new Uint8Array(firstBytes);

  /** `row`: counted from 0. */
  set(row: number): void {
    const at = row >> 3;
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(2 * Math.max(at, this.#bits.length));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[at] = (this.#bits[at] as number) | (1 << (row & 7));
  }

  has(row: number): boolean {
    return (((this.#bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
  }
}
