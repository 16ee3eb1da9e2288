// The row whose values were noted last. They are noted while the line is scanned, before it is known whether the row belongs to
// the table.
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';

import { forgetRow, isUnusualRow, observeRow } from './observe.ts';
import type { Shape } from './shape.ts';

const noBytes = new Uint8Array();

export class RowObserver {
  /** Undefined if the last notes stay. */
  #shape: Shape | undefined;
  #bytes: Uint8Array = noBytes;
  #start = 0;
  #isUnusual = false;

  /** Like `observeRow`, but the row may not belong to the table. */
  walk(shape: Shape, bytes: Uint8Array, start: number, found: Envelope): number {
    this.forget();
    this.#shape = shape;
    this.#bytes = bytes;
    this.#start = start;
    const end = observeRow(bytes, start, shape, found);
    this.#isUnusual = isUnusualRow();
    return end;
  }

  /** The row belongs to the table with that shape: it is noted, unless it was already. @returns its `isUnusualRow`. */
  accept(shape: Shape, bytes: Uint8Array, start: number): boolean {
    const isNoted = this.#shape === shape && this.#bytes === bytes && this.#start === start;
    if (isNoted) {
      this.#shape = undefined;
      return this.#isUnusual;
    }
    this.forget();
    observeRow(bytes, start, shape);
    return isUnusualRow();
  }

  /** Removes the notes of a row that was walked and not accepted. */
  forget(): void {
    if (this.#shape !== undefined) forgetRow(this.#bytes, this.#start, this.#shape);
    this.#shape = undefined;
  }
}
