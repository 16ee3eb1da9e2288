// The order of partition values: whether a value is within bounds, and which of several is the newest.
import { castText, noJsonNumber } from '../casts/text-cast.ts';
import type { DeclaredType } from './declared-column.ts';
import type { Partition } from './layout.ts';
import { declaredColumnType, partitionJson } from './partition-value.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

/** Values of one type are compared with `<`. Values of different types are never compared. */
type SortKey = bigint | number | string;

/** By type: numbers, times, and strings by their text. Undefined if the value does not fit. */
export function sortKey(value: string, type: DeclaredType): SortKey | undefined {
  const json = castText(value, declaredColumnType(type));
  return json === undefined || json === noJsonNumber ? undefined : keyOfJson(json, type);
}

/** Undefined for null. */
function keyOf(partition: Partition, type: DeclaredType, key: string): SortKey | undefined {
  const json = partitionJson(partition, type, key);
  return json === 'null' ? undefined : keyOfJson(json, type);
}

function keyOfJson(json: string, type: DeclaredType): SortKey {
  if (type === 'integer') return BigInt(json);
  if (type === 'number') return Number(json);
  if (type === 'boolean') return json; // "false" < "true"
  const text = String(parseJson(json));
  // All with the same number of fraction digits, so that ISO times compare as text.
  return type === 'timestamp' ? `${text.slice(0, 19)}${text.slice(19, -1).replace('.', '').padEnd(9, '0')}` : text;
}

/** Inclusive. An open end is undefined. */
export type PartitionBounds = { readonly from?: string | undefined; readonly to?: string | undefined };

/**
 * Whether some of the values between the two are within the bounds, which fit the type because the config was checked. @throws
 * PARTITION_VALUE_INVALID if the folder's value does not fit the type; the message names `key`.
 */
export function meets(
  { column, ...span }: { readonly column: string; readonly from: string; readonly to: string },
  { from, to }: PartitionBounds,
  type: DeclaredType,
  key: string,
): boolean {
  const [first, last] = [span.from, span.to].map((value) => keyOf({ column, value }, type, key));
  if (first === undefined || last === undefined) return false;
  const least = from === undefined ? undefined : sortKey(from, type);
  const most = to === undefined ? undefined : sortKey(to, type);
  return (least === undefined || last >= least) && (most === undefined || first <= most);
}

/**
 * For sorting, oldest first, null before all. Strings in natural order: `9` before `10`. @throws PARTITION_VALUE_INVALID if a value
 * does not fit the type.
 */
export function comparePartitions(a: Partition, b: Partition, type: DeclaredType, key: string): number {
  if (type === 'string' && a.value !== null && b.value !== null) return naturalOrder(a.value, b.value);
  const [x, y] = [keyOf(a, type, key), keyOf(b, type, key)];
  if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
  return x < y ? -1 : Number(x > y);
}

/** Runs of digits as numbers, the rest as text: the same everywhere, in any locale. */
function naturalOrder(a: string, b: string): number {
  const [as, bs] = [a, b].map((text) => text.match(/\d+|\D+/gu) ?? []);
  for (const [index, x] of (as ?? []).entries()) {
    const y = bs?.[index];
    if (y === undefined) return 1;
    const numbers = /^\d/u.test(x) && /^\d/u.test(y);
    const [left, right] = numbers ? [BigInt(x), BigInt(y)] : [x, y];
    if (left !== right) return left < right ? -1 : 1;
  }
  return (as?.length ?? 0) - (bs?.length ?? 0);
}

/** Names of time columns, the coarsest first. A finer one divides the partition of a coarser one. */
const timeUnits: readonly (readonly string[])[] = [
  ['year', 'yyyy', 'y'],
  ['month', 'mm', 'm'],
  ['day', 'date', 'dt', 'ds', 'dd', 'd'],
  ['hour', 'hh', 'h'],
  ['minute', 'min'],
];

/**
 * Whether a column divides the partition of the columns before it into newer and older ones: the first always does, then year,
 * month, day, hour, minute, if they follow each other from coarse to fine.
 */
export function refinesTime(columns: readonly string[], next: string): boolean {
  const last = columns.at(-1);
  if (last === undefined) return true;
  const unit = unitOf(last);
  return unit >= 0 && unitOf(next) > unit;
}

function unitOf(column: string): number {
  return timeUnits.findIndex((names) => names.includes(column.toLowerCase()));
}
