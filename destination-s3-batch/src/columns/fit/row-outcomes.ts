// The outcomes of the values of one row. They are counted when the row is complete, because it may be begun again.
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

  /** Forgets what was noted after this length. */
  forget(length: number): void {
    this.#slots.length = length;
    this.#outcomes.length = length;
  }

  /** Called at the end of the row. */
  count(): void {
    for (let index = 0; index < this.#slots.length; index += 1) {
      (this.#slots[index] as FieldSlot)[this.#outcomes[index] as ValueOutcome] += 1;
    }
    this.forget(0);
  }
}
