// A CSV field as JSON of its column's type: declared types take what the table of casts has, inferred ones only what no other
// reading is possible for, so that ids, phone numbers and codes are never harmed.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { castText } from '../../casts/text-cast.ts';
import { declaredColumnType } from '../../layout/partition-value.ts';
import type { DeclaredType } from '../../layout/declared-column.ts';

const inferable: Readonly<Partial<Record<ColumnType['kind'], RegExp>>> = {
  integer: /^(0|-?[1-9]\d{0,14})$/u,
  number: /^-?(?!(?:\.?\d){16})(0|[1-9]\d*)(\.\d+)?$/u,
  boolean: /^(true|false)$/u,
  date: /^\d{4}-\d{2}-\d{2}$/u,
  timestamp: /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/u,
};
const inOrder: readonly DeclaredType[] = ['integer', 'number', 'boolean', 'date', 'timestamp'];

/** The JSON text of a field of a type that is not declared; undefined: it does not fit. */
export function castInferred(text: string, type: ColumnType): string | undefined {
  const isInferred = type.kind !== 'timestamp' || type.utc; // Others come from a catalog that somebody wrote.
  return isInferred && inferable[type.kind]?.test(text) === false ? undefined : castText(text, type);
}

/** Kinds that a column's values can still have. */
export class TypeGuess {
  #left = inOrder;
  #any = false;

  see(text: string): void {
    this.#any = true;
    if (this.#left.length === 0) return;
    this.#left = this.#left.filter((type) => castInferred(text, declaredColumnType(type)) !== undefined);
  }

  /** All that fit, string apart. */
  get kinds(): readonly DeclaredType[] {
    return this.#any ? this.#left : [];
  }

  /** The narrowest; string when nothing fits all values, or none was seen. */
  get kind(): DeclaredType {
    return (this.#any ? this.#left[0] : undefined) ?? 'string';
  }
}
