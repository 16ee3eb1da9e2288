// Which rows of a file are marked: a bit for each.
import { doubled } from '@s3-connectors/common/streams/grown-buffer.ts';

const firstBytes = 32;

/** Bound: a bit for each row, up to twice that. */
export class RowMarks {
  #bits = new Uint8Array(firstBytes);

  /** `row`: counted from 0. */
  set(row: number): void {
    const at = row >> 3;
    while (at >= this.#bits.length) this.#bits = doubled(this.#bits);
    this.#bits[at] = (this.#bits[at] as number) | (1 << (row & 7));
  }

  has(row: number): boolean {
    return (((this.#bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
  }
}
