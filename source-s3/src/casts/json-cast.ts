// JSON of a value as JSON of the type that the catalog declares, for files of a table that store a column otherwise: texts by
// the table of casts, all else as the engine does it for Parquet.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { castText } from './text-cast.ts';

/** `json`: of the type `stored`; numbers and times as the writers of values make them. Undefined: the value does not fit. */
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

/** The engine has no integer from there on: a double has hundreds of digits, which are nobody's number. */
const endOfIntegers = 2 ** 127;

/** All digits of a float; undefined for one that is not an integer, or is beyond the engine's. */
export function wholeText(value: number): string | undefined {
  return Number.isInteger(value) && Math.abs(value) < endOfIntegers ? BigInt(value).toString() : undefined;
}
