// Converts a stored value to the type that the catalog declares, if a file stores it with another type: texts by the table of
// casts. A value that does not fit becomes null, and `lost` distinguishes it from a stored null.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import { isCastTarget } from '../../casts/cast-table.ts';
import { textCastSql, type TextCastSql } from '../../casts/text-cast-sql.ts';
import { columnType, type StoredType } from './stored-type.ts';
import { int96Clock } from './time-sql.ts';

/** `lost` is true if there was a value that did not fit. Absent: never. */
type Cast =
  | { readonly kind: 'stored'; readonly sql: string; readonly type: StoredType; readonly lost?: string }
  | (TextCastSql & { readonly kind: 'text'; readonly lost: string });

/** The usual case: the value itself, if nothing needs to be done. Nested types are converted later, member by member. */
export function castSql(raw: string, rawType: StoredType, target: ColumnType): Cast {
  if (rawType.kind === 'int96' && !fits(rawType, target)) return castInt96(raw, target);
  const isEncoded = rawType.kind === 'encoded-string';
  const sql = isEncoded ? `decode(${raw})` : raw;
  const stored: StoredType = isEncoded ? { kind: 'string' } : rawType;
  if (fits(stored, target)) return { kind: 'stored', sql, type: stored };
  if (isTextual(stored) && isCastTarget(target)) {
    const text = textCastSql(`${sql}::VARCHAR`, target);
    return { kind: 'text', ...text, lost: lostSql(sql, text.sql) };
  }
  const { type, cast } = conversion(sql, stored, target);
  return { kind: 'stored', sql: cast, type, lost: lostSql(sql, cast) };
}

/** The same digits with and without "Z". For other types, the microseconds are converted. */
function castInt96(raw: string, target: ColumnType): Cast {
  if (target.kind === 'timestamp') return { kind: 'stored', sql: raw, type: { kind: 'int96', utc: target.utc } };
  const { type, cast } = conversion(int96Clock(raw), { kind: 'timestamp', utc: true, nanoseconds: false }, target);
  return { kind: 'stored', sql: cast, type, lost: lostSql(raw, cast) };
}

function lostSql(stored: string, cast: string): string {
  return `${stored} IS NOT NULL AND ${cast} IS NULL`;
}

function isTextual({ kind }: StoredType): boolean {
  return kind === 'string' || kind === 'text' || kind === 'variant';
}

function fits(stored: StoredType, target: ColumnType): boolean {
  if (stored.kind === 'null') return true;
  switch (target.kind) {
    case 'number':
      return stored.kind === 'integer' || stored.kind === 'decimal' || stored.kind === 'float';
    case 'string':
    case 'unknown':
      return true; // Every value has a text.
    case 'timestamp':
      return (stored.kind === 'timestamp' || stored.kind === 'int96') && stored.utc === target.utc;
    case 'integer':
    case 'boolean':
    case 'binary':
    case 'date':
    case 'time':
    case 'list':
    case 'struct':
    case 'map':
      return columnType(stored).kind === target.kind;
    default:
      return assertNever(target);
  }
}

/** For values that are not text. */
function conversion(sql: string, stored: StoredType, target: ColumnType): { type: StoredType; cast: string } {
  switch (target.kind) {
    case 'integer':
      return { type: { kind: 'integer' }, cast: wholeNumber(sql, stored) };
    case 'number':
      return { type: { kind: 'float' }, cast: 'NULL::DOUBLE' };
    case 'boolean': {
      const zeroOrOne = `CASE ${sql} WHEN 1 THEN true WHEN 0 THEN false END`; // As for texts.
      return { type: { kind: 'boolean' }, cast: stored.kind === 'integer' ? zeroOrOne : 'NULL::BOOLEAN' };
    }
    case 'date':
      return { type: { kind: 'date' }, cast: stored.kind === 'timestamp' ? midnight(sql, stored) : 'NULL::DATE' };
    case 'time':
      return { type: { kind: 'time', as: 'TIME' }, cast: 'NULL::TIME' };
    case 'timestamp': {
      // The same digits with and without "Z". A cast would drop nanoseconds, and fails on counts that are not a time.
      if (stored.kind === 'timestamp') return { type: { ...stored, utc: target.utc }, cast: sql };
      const cast = stored.kind === 'date' ? `TRY_CAST(${sql} AS TIMESTAMP)` : 'NULL::TIMESTAMP';
      return { type: { kind: 'timestamp', utc: target.utc, nanoseconds: false }, cast };
    }
    case 'binary':
      return { type: { kind: 'binary' }, cast: isTextual(stored) ? `encode(${sql}::VARCHAR)` : 'NULL::BLOB' };
    case 'string':
    case 'unknown':
    case 'list':
    case 'struct':
    case 'map':
      return { type: { kind: 'text' }, cast: 'NULL::VARCHAR' }; // A nested value cannot be converted to another shape.
    default:
      return assertNever(target);
  }
}

/** The engine would silently drop the time of day, and fails on counts that are not a time. */
function midnight(sql: string, { nanoseconds }: Extract<StoredType, { kind: 'timestamp' }>): string {
  const [count, day] = nanoseconds ? [`epoch_ns(${sql})`, '86400000000000'] : [`epoch_us(${sql})`, '86400000000'];
  return `CASE WHEN ${count} % ${day} = 0 THEN DATE '1970-01-01' + (${count} // ${day})::INTEGER END`;
}

/** A cast of the engine would silently round 1.5 to 2. */
function wholeNumber(sql: string, { kind }: StoredType): string {
  const isNumber = kind === 'decimal' || kind === 'float';
  return isNumber ? `CASE WHEN ${sql} = trunc(${sql}) THEN TRY_CAST(${sql} AS HUGEINT) END` : 'NULL::HUGEINT';
}
