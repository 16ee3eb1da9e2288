// The fields of a table's type by their paths, as reports name them: `o.price`, through lists as if they were not there. Pure.
import { siblingName, type Field, type FieldType, type StructType } from '../columns/types/field-type.ts';

/** A field and where it is; `names` tells apart what one text means, since names may have dots. */
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

/** The type with that of one field changed; without the field, and objects of nothing else, where `change` is undefined. */
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

/** No file can have a group without a member. */
function isEmpty(type: FieldType): boolean {
  if (type.kind === 'list') return isEmpty(type.items);
  return type.kind === 'struct' && type.fields.length === 0 && !type.rest;
}

/** Where values are that do not fit the field. */
export function siblingPath({ path, field }: PlacedField): string {
  return path.slice(0, path.length - field.name.length) + siblingName(field.name);
}
