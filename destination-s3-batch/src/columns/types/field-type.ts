// The type of a field of a table: plain data, stored in the table's registry and translated into the engine's types.
//
// A value that its field's type cannot hold completely is stored as JSON text in a sibling field, `<field>__json`. Members of
// an object that cannot have a field are stored together, as one JSON object, in its member `__json`. So no field has a name of
// its own that ends in `__json`.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';
import { identifier } from '@s3-connectors/common/columns/sql.ts';

export type ScalarType =
  /** `json`: any JSON value, as its text. */
  { readonly kind: 'boolean' | 'integer' | 'number' | 'string' | 'json' } | TemporalType;

/** `utc`: an instant. Without it, a wall-clock time without a zone. */
export type TemporalType =
  | { readonly kind: 'date' }
  | { readonly kind: 'time' }
  | { readonly kind: 'timestamp'; readonly utc: boolean };

export type FieldType = ScalarType | { readonly kind: 'list'; readonly items: FieldType } | StructType;

/** `rest`: the struct has a member `__json`. */
export type StructType = { readonly kind: 'struct'; readonly fields: readonly Field[]; readonly rest: boolean };

/** `misfits`: there is a sibling `<name>__json`. */
export type Field = { readonly name: string; readonly type: FieldType; readonly misfits: boolean };

export const restName = '__json';

export function siblingName(name: string): string {
  return `${name}${restName}`;
}

/** A member of a struct as in files, siblings included. */
export type StoredField = { readonly name: string; readonly type: FieldType };

export function storedFields({ fields, rest }: StructType): readonly StoredField[] {
  const text: FieldType = { kind: 'json' };
  return [
    ...fields.flatMap(({ name, type, misfits }) => [
      { name, type },
      ...(misfits ? [{ name: siblingName(name), type: text }] : []),
    ]),
    ...(rest ? [{ name: restName, type: text }] : []),
  ];
}

/** Columns at the lowest level, including siblings. */
export function countColumns(type: FieldType): number {
  if (type.kind === 'list') return countColumns(type.items);
  if (type.kind !== 'struct') return 1;
  return storedFields(type).reduce((sum, field) => sum + countColumns(field.type), 0);
}

/** The paths of times of day, at any level. */
export function timePaths(type: FieldType, path = ''): readonly string[] {
  if (type.kind === 'list') return timePaths(type.items, path);
  if (type.kind === 'time') return [path];
  if (type.kind !== 'struct') return [];
  return type.fields.flatMap(({ name, type: member }) => timePaths(member, path === '' ? name : `${path}.${name}`));
}

/** The type in DuckDB. Its Parquet writer makes of it what BigQuery exports: INT64 micros, 3-level lists, groups. */
export function engineType(type: FieldType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'integer':
      return 'BIGINT';
    case 'number':
      return 'DOUBLE';
    case 'string':
    case 'json':
      return 'VARCHAR';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp':
      return type.utc ? 'TIMESTAMPTZ' : 'TIMESTAMP';
    case 'list':
      return `${engineType(type.items)}[]`;
    case 'struct':
      return `STRUCT(${storedFields(type)
        .map((field) => `${identifier(field.name)} ${engineType(field.type)}`)
        .join(', ')})`;
    default:
      return assertNever(type);
  }
}
