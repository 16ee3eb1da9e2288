// How a column is stored, as far as reading it into JSON differs by it; `columnType` says what it becomes.
import { assertNever } from '../protocol/errors.ts';
import type { ColumnType } from './column-type.ts';

export type StoredType =
  | { readonly kind: 'integer' | 'decimal' | 'float' | 'boolean' | 'string' | 'binary' | 'date' | 'time' }
  /** Whatever has no JSON form of its own and is read as the engine's text: enum, uuid, interval, bit. */
  | { readonly kind: 'text' }
  /** Text that the engine has as bytes. */
  | { readonly kind: 'encoded-string' }
  | { readonly kind: 'timestamp'; readonly utc: boolean; readonly nanoseconds: boolean }
  | { readonly kind: 'list'; readonly items: StoredType }
  | { readonly kind: 'struct'; readonly fields: readonly StoredColumn[] }
  | { readonly kind: 'map'; readonly key: StoredType; readonly value: StoredType };

type StoredMap = Extract<StoredType, { kind: 'map' }>;

export type StoredColumn = { readonly name: string; readonly type: StoredType };

/** The JSON-side type of stored values. */
export function columnType(stored: StoredType): ColumnType {
  switch (stored.kind) {
    case 'decimal':
    case 'float':
      return { kind: 'number' };
    case 'text':
    case 'encoded-string':
      return { kind: 'string' };
    case 'timestamp':
      return { kind: 'timestamp', utc: stored.utc };
    case 'list':
      return { kind: 'list', items: columnType(stored.items) };
    case 'struct':
      return { kind: 'struct', fields: stored.fields.map(({ name, type }) => ({ name, type: columnType(type) })) };
    case 'map':
      if (hasTextKeys(stored)) return { kind: 'map', value: columnType(stored.value) };
      return columnType(entriesType(stored));
    case 'integer':
    case 'boolean':
    case 'string':
    case 'binary':
    case 'date':
    case 'time':
      return { kind: stored.kind };
    default:
      return assertNever(stored);
  }
}

/** Such a map is an object in JSON; any other is a list of its entries. */
export function hasTextKeys({ key }: StoredMap): boolean {
  return key.kind === 'string' || key.kind === 'text';
}

/** A map as the list of its entries. */
export function entriesType({ key, value }: StoredMap): StoredType {
  const fields = [
    { name: 'key', type: key },
    { name: 'value', type: value },
  ];
  return { kind: 'list', items: { kind: 'struct', fields } };
}
