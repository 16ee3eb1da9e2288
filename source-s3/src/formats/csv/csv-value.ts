// A CSV field as JSON of its column's type: declared types take what a person would write, inferred ones only what no
// other reading is possible for, so that ids, phone numbers and codes are never harmed.
import { typedJson } from '../../layout/typed-value.ts';
import type { DeclaredType } from '../../layout/declared-column.ts';

export type TypedKind = Exclude<DeclaredType, 'string'>;

const inferable: Readonly<Record<TypedKind, RegExp>> = {
  integer: /^(0|-?[1-9]\d{0,14})$/u,
  number: /^-?(?!(?:\.?\d){16})(0|[1-9]\d*)(\.\d+)?$/u,
  boolean: /^(true|false)$/u,
  date: /^\d{4}-\d{2}-\d{2}$/u,
  timestamp: /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/u,
};
const inOrder: readonly TypedKind[] = ['integer', 'number', 'boolean', 'date', 'timestamp'];
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/iu;

/** The JSON text of a field of a declared type; undefined: it does not fit. Numbers keep the digits written. */
export function declaredJson(text: string, kind: TypedKind): string | undefined {
  const json = typedJson(text, kind);
  const written = text.trim();
  return json !== undefined && kind === 'number' && jsonNumber.test(written) ? written : json;
}

/** The JSON text of a field of an inferred type; undefined: it does not fit. */
export function inferredJson(text: string, kind: TypedKind): string | undefined {
  return inferable[kind].test(text) ? declaredJson(text, kind) : undefined;
}

/** Kinds that a column's values can still have. */
export class TypeGuess {
  #left: readonly TypedKind[] = inOrder;
  #any = false;

  see(text: string): void {
    this.#any = true;
    if (this.#left.length > 0) this.#left = this.#left.filter((kind) => inferredJson(text, kind) !== undefined);
  }

  /** The narrowest; string when nothing fits all values, or none was seen. */
  get kind(): DeclaredType {
    return (this.#any ? this.#left[0] : undefined) ?? 'string';
  }
}
