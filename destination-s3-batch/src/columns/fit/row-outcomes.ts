// What became of the values of one row, which is counted when the row is complete: it may be begun again.
import type { ValueOutcome, FieldSlot } from '../types/slot.ts';

export class RowOutcomes {
  readonly #outcomes: ValueOutcome[] = [];
  readonly #slots: FieldSlot[] = [];

  get length(): number {
    return this.#slots.length;
  }

  note(slot: FieldSlot, outcome: ValueOutcome): void {
    this.#slots.push(slot);
    this.#outcomes.push(outcome);
  }

  /** What was noted since there were so many. */
  forget(length: number): void {
    this.#slots.length = length;
    this.#outcomes.length = length;
  }

  /** At the end of the row. */
  count(): void {
    for (let index = 0; index < this.#slots.length; index += 1) {
      (this.#slots[index] as FieldSlot)[this.#outcomes[index] as ValueOutcome] += 1;
    }
    this.forget(0);
  }
}
