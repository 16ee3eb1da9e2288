// Where the row groups of a footer are described and how many rows each has: ten thousand of them in a few bytes each. The columns
// of a row group are read when it is needed.
import { doubled } from '@s3-connectors/common/streams/grown-buffer.ts';

import { ThriftDamage } from './thrift.ts';

const firstCapacity = 64;

/** Bound: 16 bytes for each row group, twice that while it grows. */
export class RowGroupIndex {
  #rows = new Float64Array(firstCapacity);
  #starts = new Uint32Array(firstCapacity);
  #ends = new Uint32Array(firstCapacity);
  #count = 0;
  #total = 0;

  get count(): number {
    return this.#count;
  }

  /** The rows of all row groups. */
  get rows(): number {
    return this.#total;
  }

  rowsOf(index: number): number {
    return this.#rows[index] ?? 0;
  }

  /** Its description in the footer, as offsets from the footer's first byte. */
  placeOf(index: number): { readonly start: number; readonly end: number } {
    return { start: this.#starts[index] ?? 0, end: this.#ends[index] ?? 0 };
  }

  add(rows: number, start: number, end: number): void {
    if (this.#count === this.#rows.length) this.#grow();
    this.#rows[this.#count] = rows;
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count += 1;
    this.#total += rows;
    if (!Number.isSafeInteger(this.#total)) throw new ThriftDamage('it declares too many rows');
  }

  #grow(): void {
    this.#rows = doubled(this.#rows);
    this.#starts = doubled(this.#starts);
    this.#ends = doubled(this.#ends);
  }
}
