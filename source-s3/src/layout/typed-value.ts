// Text as a value of a declared type, in JSON: for what holds nothing but text, folder names and CSV.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import type { DeclaredType } from './declared-column.ts';

const patterns: Readonly<Record<Exclude<DeclaredType, 'string'>, RegExp>> = {
  integer: /^[+-]?\d+$/u,
  number: /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/iu,
  boolean: /^(true|false)$/iu,
  date: /^\d{4}-\d{2}-\d{2}$/u,
  timestamp: /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/u,
};

/** The JSON text; digits of integers are kept whatever their number, without leading zeros. Undefined: it does not fit. */
export function typedJson(value: string, type: DeclaredType): string | undefined {
  if (type === 'string') return JSON.stringify(value);
  const text = value.trim();
  if (!patterns[type].test(text)) return undefined;
  switch (type) {
    case 'integer':
      return integerJson(text);
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

/** By its digits: as a number, millions of them would take minutes. */
function integerJson(text: string): string {
  const digits = text.replace(/^[+-]?0*(?=\d)/u, '');
  return text.startsWith('-') && digits !== '0' ? `-${digits}` : digits;
}

/** The same date when it exists (2026-02-30 does not), else another one. */
function dateOnly(text: string): string | undefined {
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);
}

/** ISO text in UTC with the fraction as it was written; no zone means UTC, a date alone its midnight. */
function instant(text: string): string | undefined {
  const match = /^(.{10})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?$/u.exec(text);
  const [, date = '', minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = match ?? [];
  const time = Date.parse(`${date}T${minutes}${seconds}${zone.replace(/(\d{2})(\d{2})$/u, '$1:$2')}`);
  return dateOnly(date) === date && !Number.isNaN(time)
    ? `${new Date(time).toISOString().slice(0, 19)}${fraction}Z`
    : undefined;
}
