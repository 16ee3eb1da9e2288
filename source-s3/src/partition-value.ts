// A partition folder's text as a value of its declared type, in JSON.
import { assertNever, ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import type { Partition } from './layout.ts';

export const partitionTypes = ['string', 'integer', 'number', 'boolean', 'date', 'timestamp'] as const;
export type PartitionType = (typeof partitionTypes)[number];

export function partitionColumnType(type: PartitionType): ColumnType {
  return type === 'timestamp' ? { kind: 'timestamp', utc: true } : { kind: type };
}

const patterns: Readonly<Record<Exclude<PartitionType, 'string'>, RegExp>> = {
  integer: /^[+-]?\d+$/u,
  number: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu,
  boolean: /^(true|false)$/iu,
  date: /^\d{4}-\d{2}-\d{2}$/u,
  timestamp: /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/u,
};

/**
 * The JSON text of the value; digits of integers are kept whatever their number, without leading zeros.
 * @throws PARTITION_VALUE_INVALID naming key, column and value when the value does not fit.
 */
export function partitionJson({ column, value }: Partition, type: PartitionType, key: string): string {
  return value === null ? 'null' : (valueJson(value, type) ?? fail(misfit(column, value, type, key)));
}

/** The JSON text of a value of the type, undefined where it does not fit. */
export function valueJson(value: string, type: PartitionType): string | undefined {
  if (type === 'string') return JSON.stringify(value);
  const text = value.trim();
  if (!patterns[type].test(text)) return undefined;
  switch (type) {
    case 'integer':
      return BigInt(text.replace('+', '')).toString();
    case 'number':
      return Number.isFinite(Number(text)) ? JSON.stringify(Number(text)) : undefined; // 1e999
    case 'boolean':
      return text.toLowerCase();
    case 'date':
      return dateOnly(text) === text ? JSON.stringify(text) : undefined;
    case 'timestamp': {
      const time = instant(text);
      return time === undefined ? undefined : JSON.stringify(time);
    }
    default:
      return assertNever(type);
  }
}

/** The same date when it exists (2026-02-30 does not), else another one. */
function dateOnly(text: string): string | undefined {
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);
}

/** ISO text in UTC with the fraction as it was written; no zone means UTC. */
function instant(text: string): string | undefined {
  const match = /^(.{10})[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/u.exec(text);
  const [, date = '', minutes = '', seconds = ':00', fraction = '', zone = 'Z'] = match ?? [];
  const time = Date.parse(`${date}T${minutes}${seconds}${zone.replace(/(\d{2})(\d{2})$/u, '$1:$2')}`);
  return dateOnly(date) === date && !Number.isNaN(time)
    ? `${new Date(time).toISOString().slice(0, 19)}${fraction}Z`
    : undefined;
}

function misfit(column: string, value: string, type: PartitionType, key: string): ConnectorError {
  return new ConnectorError(
    'PARTITION_VALUE_INVALID',
    `The folder "${column}=${value}" of "${key}" does not hold a ${type}, the type declared for the column "${column}". Rename the folder or declare the column as string.`,
  );
}

function fail(error: ConnectorError): never {
  throw error;
}
