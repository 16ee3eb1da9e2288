// How a column is stored, as far as reading it into JSON differs by it; `columnType` says what it becomes.
import { assertNever } from '../protocol/errors.ts';
import type { ColumnType } from './column-type.ts';

export type StoredType =
  | { readonly kind: 'integer' | 'decimal' | 'float' | 'boolean' | 'string' | 'binary' | 'date' | 'time' }
  /** Whatever has no JSON form of its own and is read as the engine's text: enum, uuid, interval, bit. */
  | { readonly kind: 'text' }
  | { readonly kind: 'timestamp'; readonly utc: boolean; readonly nanoseconds: boolean }
  | { readonly kind: 'list'; readonly items: StoredType }
  | { readonly kind: 'struct'; readonly fields: readonly StoredColumn[] }
  | { readonly kind: 'map'; readonly key: StoredType; readonly value: StoredType };

export type StoredColumn = { readonly name: string; readonly type: StoredType };

/** The JSON-side type of stored values. */
export function columnType(stored: StoredType): ColumnType {
  switch (stored.kind) {
    case 'decimal':
    case 'float':
      return { kind: 'number' };
    case 'text':
      return { kind: 'string' };
    case 'timestamp':
      return { kind: 'timestamp', utc: stored.utc };
    case 'list':
      return { kind: 'list', items: columnType(stored.items) };
    case 'struct':
      return { kind: 'struct', fields: stored.fields.map(({ name, type }) => ({ name, type: columnType(type) })) };
    case 'map':
      return { kind: 'map', key: columnType(stored.key), value: columnType(stored.value) };
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
