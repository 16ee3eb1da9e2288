// The row whose values were noted last: noted while its line was being scanned, before it was known whether it is a row of that
// table at all.
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';

import { forgetRow, observeRow } from './observe.ts';
import type { Shape } from './shape.ts';

const noBytes = new Uint8Array();

export class RowObserver {
  /** Undefined when what was noted last is to stay. */
  #shape: Shape | undefined;
  #bytes: Uint8Array = noBytes;
  #start = 0;

  /** As `observeRow`; the row may turn out to be none of the table. */
  walk(shape: Shape, bytes: Uint8Array, start: number, found: Envelope): number {
    this.forget();
    this.#shape = shape;
    this.#bytes = bytes;
    this.#start = start;
    return observeRow(bytes, start, shape, found);
  }

  /** It is a row of the table with that shape: it is noted, if it was not yet. */
  accept(shape: Shape, bytes: Uint8Array, start: number): void {
    const isNoted = this.#shape === shape && this.#bytes === bytes && this.#start === start;
    if (isNoted) this.#shape = undefined;
    else {
      this.forget();
      observeRow(bytes, start, shape);
    }
  }

  /** What was walked and not accepted is taken back. */
  forget(): void {
    if (this.#shape !== undefined) forgetRow(this.#bytes, this.#start, this.#shape);
    this.#shape = undefined;
  }
}
