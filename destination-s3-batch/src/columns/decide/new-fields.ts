// Which of the seen fields become columns: the most frequent ones first, as many as a table and a run may add. The others stay
// members of `__json`, which loses nothing. Pure.
import { fewRows, leastRows, maxNewFields, maxRareFields, rareFieldsBelow } from '../../config/budgets.ts';
import type { FieldType, StructType } from '../types/field-type.ts';
import { kindOf, type Kind, type TypingRules } from './kind.ts';
import type { Shape } from '../observe/shape.ts';

/** How many fields may be added, and how many of them may be rare. */
export type FieldRoom = { readonly all: number; readonly rare: number };

/**
 * `before`: fields of the table when the run began, with those of the catalog; `now`: also with those that the run has added;
 * `most`: the limit of a table.
 */
export function fieldRoom(before: number, now: number, most: number): FieldRoom {
  return {
    all: Math.min(most, before + maxNewFields) - now,
    rare: before < rareFieldsBelow ? Math.min(rareFieldsBelow, before + maxRareFields) - now : 0,
  };
}

/** At all levels. */
export function countFields(type: FieldType): number {
  if (type.kind === 'list') return countFields(type.items);
  if (type.kind !== 'struct') return 0;
  return type.fields.reduce((sum, field) => sum + 1 + countFields(field.type), 0);
}

/** `surplus`: the number of fields without room. */
type NewFields = { readonly fields: ReadonlySet<Shape>; readonly surplus: number };

type Candidate = { readonly parent: Shape; readonly shape: Shape; readonly kind: Kind };
/** `folders`: lower-case names that no field of a row may have. */
type Options = { readonly room: FieldRoom; readonly rules: TypingRules; readonly folders: readonly string[] };

/** The fields to add: those that are in rows and neither known nor in the catalog. */
export function newFields(root: Shape, known: StructType | undefined, { room, rules, folders }: Options): NewFields {
  const { rows } = root;
  const search: Search = { root, folders, rules: { ...rules, rows }, taken: new Map(), candidates: [] };
  findIn(root, known, true, search);
  const { taken } = search;
  // The sort is stable: a field comes before its members, which cannot be more frequent.
  const candidates = search.candidates.filter(({ kind }) => kind.count >= leastRows(rows));
  candidates.sort((a, b) => b.kind.count - a.kind.count);
  const fields = new Set<Shape>();
  const left = { ...room };
  let surplus = 0;
  for (const { parent, shape, kind } of candidates) {
    const names = taken.get(parent);
    const folded = shape.name.toLowerCase();
    if (names === undefined || names.has(folded)) continue; // Its parent is not chosen, it differs from another field only in case, or a folder has its name.
    if (left.all <= 0 || (kind.count < fewRows(rows) && left.rare <= 0)) {
      surplus += 1;
      continue;
    }
    left.all -= 1;
    left.rare -= 1;
    names.add(folded);
    fields.add(shape);
    reach(shape, kind, search);
  }
  return { fields, surplus };
}

type Search = Pick<Options, 'folders'> & {
  readonly root: Shape;
  readonly rules: TypingRules & { readonly rows: number };
  /** The objects that are fields, each with the lower-case names of its own fields. */
  readonly taken: Map<Shape, Set<string>>;
  readonly candidates: Candidate[];
};

/** `isReached`: the shape is that of a field, or of the row. */
function findIn(shape: Shape, known: FieldType | undefined, isReached: boolean, search: Search): void {
  const { kind } = kindOf(shape, known, search.rules);
  if (kind === 'list' && shape.items !== undefined) {
    findIn(shape.items, known?.kind === 'list' ? known.items : undefined, isReached, search);
  }
  if (kind !== 'struct') return;
  const types = new Map(known?.kind === 'struct' ? known.fields.map(({ name, type }) => [name, type]) : []);
  const folders = shape === search.root ? search.folders : [];
  const names = new Set([...folders, ...Array.from(types.keys(), (name) => name.toLowerCase())]);
  const theirs = shape.children.filter(({ name, isNamed }) => {
    return types.has(name) || (isNamed && !names.has(name.toLowerCase()));
  });
  for (const { name } of theirs) names.add(name.toLowerCase());
  if (isReached) search.taken.set(shape, names);
  const own = new Set(theirs);
  for (const child of shape.children) {
    const isTheirs = own.has(child);
    const type = types.get(child.name);
    if (!isTheirs) search.candidates.push({ parent: shape, shape: child, kind: kindOf(child, type, search.rules) });
    findIn(child, type, isReached && isTheirs, search);
  }
}

/** The members of a chosen field can be chosen too. */
function reach(shape: Shape, { kind }: Pick<Kind, 'kind'>, search: Search): void {
  if (kind === 'struct') search.taken.set(shape, new Set());
  else if (kind === 'list' && shape.items !== undefined) {
    reach(shape.items, kindOf(shape.items, undefined, search.rules), search);
  }
}
