// Infers the type of a CSV column from its values: a type that leaves no other reading of them, so that ids, phone numbers and
// codes are never changed. The table of casts alone decides what values become under a type.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { castText } from '../../casts/text-cast.ts';
import { declaredColumnType } from '../../layout/partition-value.ts';
import type { DeclaredType } from '../../layout/declared-column.ts';
import type { NullTest } from './csv-field.ts';
import type { CsvRecords } from './csv-records.ts';

const inferable: Readonly<Partial<Record<DeclaredType, RegExp>>> = {
  integer: /^(0|-?[1-9]\d{0,14})$/u,
  number: /^-?(?!(?:\.?\d){16})(0|[1-9]\d*)(\.\d+)?$/u,
  boolean: /^(true|false)$/u,
  date: /^\d{4}-\d{2}-\d{2}$/u,
  timestamp: /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?( UTC| ?(Z|[+-]\d{2}(:?\d{2})?))?$/u,
};
const inOrder: readonly DeclaredType[] = ['integer', 'number', 'boolean', 'date', 'timestamp'];

/** Whether a text proves that type: it is a value of it, in a form that only such values have. */
export function tellsOf(text: string, type: DeclaredType): boolean {
  return inferable[type]?.test(text) !== false && castText(text, declaredColumnType(type)) !== undefined;
}

/** The possible kinds of a column's values. */
export class TypeGuess {
  #left = inOrder;
  #any = false;

  see(text: string): void {
    this.#any = true;
    if (this.#left.length === 0) return;
    this.#left = this.#left.filter((type) => tellsOf(text, type));
  }

  /** All that fit, except string. */
  get kinds(): readonly DeclaredType[] {
    return this.#any ? this.#left : [];
  }

  /** The type of a column. Unknown if no value was seen, so that other files decide. */
  get columnType(): ColumnType {
    return this.#any ? declaredColumnType(this.kind) : { kind: 'unknown' };
  }

  /** The narrowest kind. String if nothing fits all values, or no value was seen. */
  get kind(): DeclaredType {
    return (this.#any ? this.#left[0] : undefined) ?? 'string';
  }
}

/** Shows the fields of the next records, `most` at most, to the guesses of their columns. @returns the number of these records. */
export function seeRecords(
  records: CsvRecords,
  guesses: readonly TypeGuess[],
  isNull: NullTest,
  most = Infinity,
): number {
  let rows = 0;
  while (rows < most && records.next()) {
    if (records.problem !== undefined || records.fields.count !== guesses.length) continue;
    rows++;
    const { starts, ends } = records.fields;
    for (const [field, guess] of guesses.entries()) {
      if (isNull(records.text.bytes, starts[field] ?? 0, ends[field] ?? 0)) continue;
      guess.see(Buffer.from(records.unescaped(field)).toString());
    }
  }
  return rows;
}
