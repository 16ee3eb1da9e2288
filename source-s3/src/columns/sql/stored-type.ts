// How a column is stored, as far as reading it into JSON differs by it; `columnType` says what it becomes.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

export type StoredType =
  | { readonly kind: 'integer' | 'float' | 'boolean' | 'string' | 'binary' | 'date' }
  /** Parquet's NullType, by whatever physical type: no value is anything but null. */
  | { readonly kind: 'null' }
  /** `width`: digits in all; `scale`: those behind the point. */
  | { readonly kind: 'decimal'; readonly width: number; readonly scale: number }
  /** Whatever has no JSON form of its own and is read as the engine's text: enum, uuid, interval, bit. */
  | { readonly kind: 'text' }
  /** Text that the engine has as bytes. */
  | { readonly kind: 'encoded-string' }
  /** Any value of any type, in each row another: read as its JSON text. */
  | { readonly kind: 'variant' }
  /** Read as its well-known binary form. */
  | { readonly kind: 'geometry' }
  /** `as`: the engine's type, or the count of nanoseconds that the engine has it as. */
  | { readonly kind: 'time'; readonly as: 'TIME' | 'TIMETZ' | 'nanoseconds' }
  | { readonly kind: 'timestamp'; readonly utc: boolean; readonly nanoseconds: boolean }
  /**
   * Nanoseconds of a day and the Julian day, which the engine has as an interval of the same twelve bytes: the lower half of
   * the nanoseconds as months, the upper one as days, the day as milliseconds.
   */
  | { readonly kind: 'int96'; readonly utc: boolean }
  | { readonly kind: 'list'; readonly items: StoredType }
  | { readonly kind: 'struct'; readonly fields: readonly StoredMember[] }
  | { readonly kind: 'map'; readonly key: StoredType; readonly value: StoredType };

type StoredMap = Extract<StoredType, { kind: 'map' }>;

export type StoredColumn = { readonly name: string; readonly type: StoredType };

/**
 * `key`: how the engine finds the member, since it renames some: SQL of a name, or a place from 1. Undefined: the engine has
 * the only member in place of an object that is never null.
 */
export type StoredMember = StoredColumn & { readonly key: string | number | undefined };

/** The JSON-side type of stored values. */
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
      return { kind: 'timestamp', utc: stored.utc };
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
