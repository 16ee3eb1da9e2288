// Decides one kind for all values of a field. Pure.
import { leastRows } from '../../config/budgets.ts';
import type { FieldType } from '../types/field-type.ts';
import { seen, type Shape } from '../observe/shape.ts';

export type TypingRules = {
  /** Objects that are not declared become JSON text instead of structs. */
  readonly objectsAsText: boolean;
  /** Times of day become text: Spark cannot read a table with a column of the Parquet type TIME. */
  readonly timesAsText: boolean;
  /**
   * Rows are published as JSON lines, as they are. They must not contain an empty object without a field: if the field later
   * proves to be a number, readers of all days would fail. In Parquet, the engine omits it by itself.
   */
  readonly asLines: boolean;
};

/** The kind of a field's values, if anything decides it. `count`: the rows with this kind, if rows decided it. */
export type Kind = { readonly kind: FieldType['kind'] | undefined; readonly count: number };

/** From the registry, or else the catalog, or else the rows. `rows`: of the table. */
export function kindOf(
  shape: Shape,
  known: FieldType | undefined,
  rules: TypingRules & { readonly rows: number },
): Kind {
  const kind = known?.kind ?? declaredKind(shape, rules);
  return kind === undefined ? inferredKind(shape, rules) : { kind, count: 0 };
}

/** Rows decide the members of an open object. */
function declaredKind({ declared }: Shape, rules: TypingRules): FieldType['kind'] | undefined {
  const { objectsAsText, timesAsText } = rules;
  if (declared?.kind === 'time' && timesAsText) return 'string';
  if (declared?.kind !== 'object') return declared?.kind;
  return objectsAsText ? 'json' : 'struct';
}

/** The kind that most rows have. Among kinds with equal counts, the plainest one. */
function inferredKind({ ballot }: Shape, { objectsAsText, rows }: TypingRules & { readonly rows: number }): Kind {
  const sum = (...kinds: readonly number[]): number =>
    kinds.reduce((total, kind) => total + (ballot[kind] as number), 0);
  const fractions = sum(seen.whole, seen.real, seen.inexact);
  const wholes = sum(seen.int, seen.wide, seen.huge);
  // One fraction among many integers does not make them doubles, nor do a few fractions among integers that no double holds.
  const isFraction = wholes === 0 || (fractions >= leastRows(rows) && fractions >= sum(seen.wide, seen.huge));
  const [objects, lists, empty] = [sum(seen.object), sum(seen.list), sum(seen.emptyList)];
  const candidates = [
    ['string', sum(seen.text, seen.broken, seen.temporal, seen.readable)],
    [isFraction ? 'number' : 'integer', fractions + wholes],
    ['boolean', sum(seen.boolean)],
    [objectsAsText ? 'json' : 'struct', objects > lists ? objects + empty : objects],
    ['list', objects > lists ? lists : lists + empty],
    ['json', sum(seen.deep)],
  ] as const;
  const [kind, count] = candidates.reduce((most, next) => (next[1] > most[1] ? next : most));
  return { kind: count < leastRows(rows) ? undefined : kind, count };
}
