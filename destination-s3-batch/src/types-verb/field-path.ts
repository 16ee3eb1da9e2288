// The fields of a table's type by their paths, as in reports: `o.price`. Lists do not appear in a path. Pure.
import { siblingName, type Field, type FieldType, type StructType } from '../columns/types/field-type.ts';

/** A field and its place. `names` separates the parts, because names may have dots. */
export type PlacedField = { readonly path: string; readonly names: readonly string[]; readonly field: Field };

/** At all levels, an object before its members. */
export function* placedFields(type: FieldType, names: readonly string[] = []): Generator<PlacedField> {
  if (type.kind === 'list') yield* placedFields(type.items, names);
  if (type.kind !== 'struct') return;
  for (const field of type.fields) {
    const own = [...names, field.name];
    yield { path: own.join('.'), names: own, field };
    yield* placedFields(field.type, own);
  }
}

/** The type with one changed field. If `change` is undefined, without the field and without objects that become empty. */
export function withField(row: StructType, names: readonly string[], change: FieldType | undefined): StructType {
  return changed(row, names, change) as StructType;
}

function changed(type: FieldType, names: readonly string[], change: FieldType | undefined): FieldType {
  if (type.kind === 'list') return { ...type, items: changed(type.items, names, change) };
  if (type.kind !== 'struct') return type;
  const [name, ...rest] = names;
  const fields = type.fields.flatMap((field) => {
    if (field.name !== name) return [field];
    const own = rest.length > 0 ? changed(field.type, rest, change) : change;
    return own === undefined || isEmpty(own) ? [] : [{ ...field, type: own }];
  });
  return { ...type, fields };
}

/** A group in a file needs at least one member. */
function isEmpty(type: FieldType): boolean {
  if (type.kind === 'list') return isEmpty(type.items);
  return type.kind === 'struct' && type.fields.length === 0 && !type.rest;
}

/** The path of the values that do not fit the field. */
export function siblingPath({ path, field }: PlacedField): string {
  return path.slice(0, path.length - field.name.length) + siblingName(field.name);
}
