// Joins types that two runs decided for one table at the same time, if they agree on every field that both have. Pure.
import type { Field, FieldType, StructType } from './field-type.ts';

/**
 * The fields of both, first those of `first`. Undefined if they have one field with two types, or names that differ only in
 * case.
 */
export function joinedType(first: StructType, second: StructType): StructType | undefined {
  const fields: Field[] = [];
  const others = new Map(second.fields.map((field) => [field.name.toLowerCase(), field]));
  for (const field of first.fields) {
    const other = others.get(field.name.toLowerCase());
    others.delete(field.name.toLowerCase());
    const type = other === undefined ? field.type : joined(field.type, other.type);
    if (type === undefined || (other ?? field).name !== field.name) return undefined;
    fields.push({ name: field.name, type, misfits: field.misfits || other?.misfits === true });
  }
  return { kind: 'struct', fields: [...fields, ...others.values()], rest: first.rest || second.rest };
}

function joined(first: FieldType, second: FieldType): FieldType | undefined {
  if (first.kind === 'struct' && second.kind === 'struct') return joinedType(first, second);
  if (first.kind === 'list' && second.kind === 'list') {
    const items = joined(first.items, second.items);
    return items && { kind: 'list', items };
  }
  return JSON.stringify(first) === JSON.stringify(second) ? first : undefined;
}
