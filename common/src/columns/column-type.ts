// The types a column can have on its way from a stored file to JSON: the middle of "engine type → column type → JSON
// schema and SQL". Plain data; files of one table are merged here when their columns differ.

export type ColumnType =
  | { readonly kind: 'integer' | 'number' | 'boolean' | 'string' | 'binary' | 'date' | 'time' }
  /** Only nulls were seen: takes the type of whatever it is merged with, and is declared as a string. */
  | { readonly kind: 'unknown' }
  /** `utc`: an instant; without it a wall-clock time of no zone. */
  | { readonly kind: 'timestamp'; readonly utc: boolean }
  | { readonly kind: 'list'; readonly items: ColumnType }
  | { readonly kind: 'struct'; readonly fields: readonly Column[] }
  /** Of text keys: an object. (A map with other keys is a list of structs with `key` and `value`.) */
  | { readonly kind: 'map'; readonly value: ColumnType };

export type Column = { readonly name: string; readonly type: ColumnType };

/**
 * The type that holds the values of both: integer and number → number, structs field by field, anything else that
 * differs → string. Commutative and associative but for the order of struct fields (first seen first).
 */
export function mergeTypes(a: ColumnType, b: ColumnType): ColumnType {
  if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', items: mergeTypes(a.items, b.items) };
  if (a.kind === 'struct' && b.kind === 'struct') return { kind: 'struct', fields: mergeColumns(a.fields, b.fields) };
  if (a.kind === 'map' && b.kind === 'map') return { kind: 'map', value: mergeTypes(a.value, b.value) };
  if (a.kind === 'timestamp' && b.kind === 'timestamp') return a.utc === b.utc ? a : { kind: 'string' };
  if (a.kind === b.kind || b.kind === 'unknown') return a;
  if (a.kind === 'unknown') return b;
  if (isNumeric(a) && isNumeric(b)) return { kind: 'number' };
  return { kind: 'string' };
}

/** Columns of both, in the order of the first and then of the second; a name in both gets the merged type. */
export function mergeColumns(a: readonly Column[], b: readonly Column[]): readonly Column[] {
  const merged = new Map(a.map((column) => [column.name, column]));
  for (const { name, type } of b) {
    const known = merged.get(name);
    merged.set(name, { name, type: known === undefined ? type : mergeTypes(known.type, type) });
  }
  return [...merged.values()];
}

function isNumeric(type: ColumnType): boolean {
  return type.kind === 'integer' || type.kind === 'number';
}
