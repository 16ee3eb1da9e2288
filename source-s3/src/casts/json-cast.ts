// Converts a JSON value to the type that the catalog declares, for files that store the column with another type: texts by the
// table of casts, everything else as the engine does it for Parquet.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { castText } from './text-cast.ts';

/** `json`: of the type `stored`; numbers and times in the form of the value writers. Undefined: the value does not fit. */
export function castJson(json: string, stored: ColumnType['kind'], target: ColumnType): string | undefined {
  if (json === 'null') return json;
  if (stored === 'string') return castText(parseJson(json) as string, target);
  const isTime = stored === 'date' || stored === 'timestamp';
  switch (target.kind) {
    case 'string':
    case 'unknown':
      return json.startsWith('"') ? json : JSON.stringify(json);
    case 'boolean':
      return stored === 'integer' ? castText(json, target) : undefined;
    case 'integer':
      return stored === 'number' ? wholeNumber(json) : undefined;
    case 'date': {
      const [, day, era = ''] = /^"([^T]+)T00:00:00Z?( BC)?"$/u.exec(json) ?? [];
      return stored === 'timestamp' && day !== undefined ? `"${day}${era}"` : undefined;
    }
    case 'timestamp': {
      const [, day, clock = 'T00:00:00', era = ''] = /^"([^T "]+)(T[\d:.]+)?Z?( BC)?"$/u.exec(json) ?? [];
      return isTime && day !== undefined ? `"${day}${clock}${target.utc ? 'Z' : ''}${era}"` : undefined;
    }
    default:
      return undefined;
  }
}

/** `2.00`, and `1e+21` with all its digits. */
function wholeNumber(json: string): string | undefined {
  if (/^-?\d+(?:\.0+)?$/u.test(json)) return castText(json, { kind: 'integer' });
  return /e/iu.test(json) ? wholeText(Number(json)) : undefined;
}

/** The engine has no integers from here on. A double may have hundreds of digits, which no one means as an integer. */
const endOfIntegers = 2 ** 127;

/** All digits of a float. Undefined if it is not an integer, or beyond the engine's integers. */
export function wholeText(value: number): string | undefined {
  return Number.isInteger(value) && Math.abs(value) < endOfIntegers ? BigInt(value).toString() : undefined;
}
