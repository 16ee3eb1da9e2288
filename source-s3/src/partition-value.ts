// A partition folder's text as a value of its declared type, in JSON.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import type { PartitionType } from './config.ts';
import type { Partition } from './layout.ts';

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
  if (value === null) return 'null';
  if (type === 'string') return JSON.stringify(value);
  const text = value.trim();
  if (!patterns[type].test(text)) throw misfit(column, value, type, key);
  switch (type) {
    case 'integer':
      return BigInt(text.replace('+', '')).toString();
    case 'number':
      if (!Number.isFinite(Number(text))) throw misfit(column, value, type, key); // 1e999
      return JSON.stringify(Number(text));
    case 'boolean':
      return text.toLowerCase();
    case 'date':
      if (dateOnly(text) !== text) throw misfit(column, value, type, key);
      return JSON.stringify(text);
    case 'timestamp':
      return JSON.stringify(instant(text) ?? fail(misfit(column, value, type, key)));
    default:
      throw misfit(column, value, type, key);
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
