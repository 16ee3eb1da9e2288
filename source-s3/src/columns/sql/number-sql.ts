// Stored decimals and doubles → their text, in DuckDB's SQL: the text of the engine's own cast, made by a faster way of the
// engine for the values that have one.
import type { StoredType } from './stored-type.ts';

type Decimal = Extract<StoredType, { kind: 'decimal' }>;
const mostDigits = 38;
/** Of a decimal that the engine keeps in 64 bits. It cuts digits out of 128 bits nine times more slowly. */
const shortDigits = 18;
/** Narrower decimals become doubles inside nested values. That drops trailing zeros, and adds `.0` to whole numbers. */
const exactDigits = 16;

/** The engine writes no digit before the point if the width has no room for one: `-.5` must become `-0.5`. */
export function decimalText(sql: string, { width, scale }: Decimal): string {
  const text = `${sql}::VARCHAR`;
  if (width === scale) return `CASE WHEN ${sql} < 0 THEN '-0' || substr(${text}, 2) ELSE '0' || ${text} END`;
  if (width <= shortDigits || scale >= shortDigits) return sql;
  const most = `${'9'.repeat(shortDigits - scale)}.${'9'.repeat(scale)}`;
  return `CASE WHEN ${sql} BETWEEN -${most} AND ${most} THEN ${sql}::DECIMAL(${shortDigits},${scale})::VARCHAR ELSE ${text} END`;
}

/** A decimal that to_json of the surrounding value writes with all its digits. Undefined if there is none. */
export function nestedDecimal(sql: string, { width, scale }: Decimal): string | undefined {
  if (scale === mostDigits) return undefined;
  return width < exactDigits || width === scale ? `${sql}::DECIMAL(${mostDigits},${scale})` : sql;
}

/**
 * The JSON of a number that is finite, else `null`. In the range, to_json writes what the cast to VARCHAR does, in a third of the time;
 * beyond, one of them writes an exponent.
 */
export function doubleJson(sql: string): string {
  const double = `${sql}::DOUBLE`;
  const common = `abs(${sql}) BETWEEN 1e-4 AND 1e15 OR ${sql} = 0`;
  return `CASE WHEN ${common} THEN to_json(${double})::VARCHAR WHEN isfinite(${sql}) THEN ${double}::VARCHAR ELSE 'null' END`;
}
