// The type of a CSV column as its values tell it: one that leaves no other reading of them, so that ids, phone numbers and codes
// are never harmed. What becomes of values under a type is decided by the table of casts alone.
import { castText } from '../../casts/text-cast.ts';
import { declaredColumnType } from '../../layout/partition-value.ts';
import type { DeclaredType } from '../../layout/declared-column.ts';

const inferable: Readonly<Partial<Record<DeclaredType, RegExp>>> = {
  integer: /^(0|-?[1-9]\d{0,14})$/u,
  number: /^-?(?!(?:\.?\d){16})(0|[1-9]\d*)(\.\d+)?$/u,
  boolean: /^(true|false)$/u,
  date: /^\d{4}-\d{2}-\d{2}$/u,
  timestamp: /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/u,
};
const inOrder: readonly DeclaredType[] = ['integer', 'number', 'boolean', 'date', 'timestamp'];

/** Whether a text tells of that type: it is a value of it, and written as only such values are. */
export function tellsOf(text: string, type: DeclaredType): boolean {
  return inferable[type]?.test(text) !== false && castText(text, declaredColumnType(type)) !== undefined;
}

/** Kinds that a column's values can still have. */
export class TypeGuess {
  #left = inOrder;
  #any = false;

  see(text: string): void {
    this.#any = true;
    if (this.#left.length === 0) return;
    this.#left = this.#left.filter((type) => tellsOf(text, type));
  }

  /** All that fit, string apart. */
  get kinds(): readonly DeclaredType[] {
    return this.#any ? this.#left : [];
  }

  /** The narrowest; string when nothing fits all values, undefined when none was seen. */
  get kind(): DeclaredType | undefined {
    return this.#any ? (this.#left[0] ?? 'string') : undefined;
  }
}
