// How a column is stored, as far as it matters for reading it as JSON. `columnType` is the type that it becomes.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

export type StoredType =
  | { readonly kind: 'integer' | 'float' | 'boolean' | 'string' | 'binary' | 'date' }
  /** Parquet's NullType, with any physical type: every value is null. */
  | { readonly kind: 'null' }
  /** `width`: all digits; `scale`: the digits after the point. */
  | { readonly kind: 'decimal'; readonly width: number; readonly scale: number }
  /** A type without its own JSON form, read as the engine's text: enum, uuid, interval, bit. */
  | { readonly kind: 'text' }
  /** Text that the engine reads as bytes. */
  | { readonly kind: 'encoded-string' }
  /** A value of any type, which may differ in each row. Read as its JSON text. */
  | { readonly kind: 'variant' }
  /** Read in its well-known binary form. */
  | { readonly kind: 'geometry' }
  /** `as`: the engine's type, or the count of nanoseconds that the engine reads. */
  | { readonly kind: 'time'; readonly as: 'TIME' | 'TIMETZ' | 'nanoseconds' }
  | { readonly kind: 'timestamp'; readonly utc: boolean; readonly nanoseconds: boolean }
  /**
   * Nanoseconds of a day and the Julian day. The engine reads them as an interval of the same twelve bytes: the lower half of the
   * nanoseconds as months, the upper half as days, the day as milliseconds.
   */
  | { readonly kind: 'int96'; readonly utc: boolean }
  | { readonly kind: 'list'; readonly items: StoredType }
  | { readonly kind: 'struct'; readonly fields: readonly StoredMember[] }
  | { readonly kind: 'map'; readonly key: StoredType; readonly value: StoredType };

type StoredMap = Extract<StoredType, { kind: 'map' }>;

export type StoredColumn = { readonly name: string; readonly type: StoredType };

/**
 * `key`: how the engine finds the member, because it renames some: the SQL of a name, or a place from 1. Undefined: the engine
 * reads the only member instead of an object that is never null.
 */
export type StoredMember = StoredColumn & { readonly key: string | number | undefined };

/** The type of stored values in JSON. */
export function columnType(stored: StoredType): ColumnType {
  switch (stored.kind) {
    case 'null':
      return { kind: 'unknown' };
    case 'decimal':
    case 'float':
      return { kind: 'number' };
    case 'text':
    case 'encoded-string':
    case 'variant':
      return { kind: 'string' };
    case 'geometry':
      return { kind: 'binary' };
    case 'int96':
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

/** Such a map is an object in JSON. Any other map is a list of its entries. */
export function hasTextKeys({ key }: StoredMap): boolean {
  return key.kind === 'string' || key.kind === 'text' || key.kind === 'encoded-string';
}

/** A map as the list of its entries. */
export function entriesType({ key, value }: StoredMap): StoredType {
  const fields = [
    { name: 'key', key: "'key'", type: key },
    { name: 'value', key: "'value'", type: value },
  ];
  return { kind: 'list', items: { kind: 'struct', fields } };
}
