// What the values of a field are to be: one kind for all. Pure.
import { leastRows } from '../../config/budgets.ts';
import type { FieldType } from '../types/field-type.ts';
import { seen, type Shape } from '../observe/shape.ts';

export type TypingRules = {
  /** Objects without declared shape are JSON text instead of structs. */
  readonly objectsAsText: boolean;
  /** Times of day are text: a column of the Parquet type TIME makes a table unreadable for Spark. */
  readonly timesAsText: boolean;
  /**
   * Rows are published as they are, as JSON lines: an empty object that has no field yet must not be in them, or it would
   * break the readers of all days when the field proves to be a number. The engine leaves it out of Parquet by itself.
   */
  readonly asLines: boolean;
};

/** What a value of the field is to be, if anything says so; `count`: rows that have it so, as far as that is decided by rows. */
export type Kind = { readonly kind: FieldType['kind'] | undefined; readonly count: number };

/** By the registry, else by the catalog, else by the rows. `rows`: of the table. */
export function kindOf(
  shape: Shape,
  known: FieldType | undefined,
  rules: TypingRules & { readonly rows: number },
): Kind {
  const kind = known?.kind ?? declaredKind(shape, rules);
  return kind === undefined ? inferredKind(shape, rules) : { kind, count: 0 };
}

/** The members of an open object are left to the rows. */
function declaredKind({ declared }: Shape, rules: TypingRules): FieldType['kind'] | undefined {
  const { objectsAsText, timesAsText } = rules;
  if (declared?.kind === 'time' && timesAsText) return 'string';
  if (declared?.kind !== 'object') return declared?.kind;
  return objectsAsText ? 'json' : 'struct';
}

/** What most rows have; of kinds that equally many have, the plainest. */
function inferredKind({ ballot }: Shape, { objectsAsText, rows }: TypingRules & { readonly rows: number }): Kind {
  const sum = (...kinds: readonly number[]): number =>
    kinds.reduce((total, kind) => total + (ballot[kind] as number), 0);
  const fractions = sum(seen.whole, seen.real, seen.inexact);
  const wholes = sum(seen.int, seen.wide, seen.huge);
  // One fraction among many integers does not make them doubles, nor do a few among integers that no double holds.
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
