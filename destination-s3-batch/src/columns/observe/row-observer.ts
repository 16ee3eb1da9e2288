// The row whose values were noted last: noted while its line was being scanned, before it was known whether it is a row of that
// table at all.
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';

import { forgetRow, isUnusualRow, observeRow } from './observe.ts';
import type { Shape } from './shape.ts';

const noBytes = new Uint8Array();

export class RowObserver {
  /** Undefined when what was noted last is to stay. */
  #shape: Shape | undefined;
  #bytes: Uint8Array = noBytes;
  #start = 0;
  #isUnusual = false;

  /** As `observeRow`; the row may turn out to be none of the table. */
  walk(shape: Shape, bytes: Uint8Array, start: number, found: Envelope): number {
    this.forget();
    this.#shape = shape;
    this.#bytes = bytes;
    this.#start = start;
    const end = observeRow(bytes, start, shape, found);
    this.#isUnusual = isUnusualRow();
    return end;
  }

  /** It is a row of the table with that shape: it is noted, if it was not yet. @returns `isUnusualRow` of it. */
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

  /** What was walked and not accepted is taken back. */
  forget(): void {
    if (this.#shape !== undefined) forgetRow(this.#bytes, this.#start, this.#shape);
    this.#shape = undefined;
  }
}
