// JSON of a value as JSON of the type that the catalog declares, for files of a table that store a column otherwise.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import { typedJson } from '../../layout/typed-value.ts';

/** `json`: as the writers of values make it, without white space. Undefined: the value does not fit. */
export function castJson(json: string, target: ColumnType): string | undefined {
  if (json === 'null') return json;
  const text = json.startsWith('"') ? (parseJson(json) as string) : undefined;
  switch (target.kind) {
    case 'string':
    case 'unknown':
      return text === undefined ? JSON.stringify(json) : json;
    case 'integer':
      return typedJson((text ?? json).replace(/\.0+$/u, ''), 'integer');
    case 'number':
      return text === undefined && /^[-\d]/u.test(json) ? json : typedJson(text ?? json, 'number');
    case 'boolean':
      return typedJson(text ?? json, 'boolean');
    case 'date':
      return typedJson((text ?? '').replace(/T00:00:00Z?$/u, ''), 'date');
    case 'timestamp':
      return timestampJson(text ?? '', target.utc);
    case 'time':
      return text !== undefined && /^\d{2}:\d{2}:\d{2}(\.\d+)?$/u.test(text) ? json : undefined;
    case 'binary':
      return text === undefined ? undefined : `"${Buffer.from(text).toString('base64')}"`;
    case 'list':
    case 'struct':
    case 'map':
      return undefined; // No nested value can be made of another shape.
    default:
      return assertNever(target);
  }
}

function timestampJson(text: string, utc: boolean): string | undefined {
  const json = typedJson(text, 'timestamp');
  return utc ? json : json?.replace('Z', '');
}
