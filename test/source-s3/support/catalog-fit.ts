// Whether records match the catalog of discover, by an independent validator. Formats and encodings are patterns here, because
// validators differ in them.
import * as z from 'zod';

import type { Json } from './source.ts';

const day = '\\d{4,}-\\d\\d-\\d\\d';
const clock = '\\d\\d:\\d\\d:\\d\\d(\\.\\d{6}|\\.\\d{9})?';
const base64 = '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

/** The problem of a value under a schema of the catalog. Undefined: it fits. */
export function schemaCheck(schema: Json): (value: unknown) => string | undefined {
  const type = z.fromJSONSchema(exact(schema));
  return (value) => {
    const { error } = type.safeParse(value);
    return error === undefined ? undefined : z.prettifyError(error);
  };
}

/** Integers of any size; texts by their pattern. */
function exact(schema: Json): Json {
  const { type, format, airbyte_type, contentEncoding, items, properties, additionalProperties } = schema;
  const inner = (value: unknown): unknown => (value === undefined ? undefined : exact(value as Json));
  const members = Object.entries((properties ?? {}) as Json).map(([name, member]) => [name, exact(member as Json)]);
  const types = [type].flat();
  return defined({
    type: types.map((name) => (name === 'integer' ? 'number' : name)),
    multipleOf: types.includes('integer') ? 1 : undefined,
    pattern: patternOf({ format, airbyte_type, contentEncoding }),
    items: inner(items),
    properties: properties === undefined ? undefined : Object.fromEntries(members),
    additionalProperties: inner(additionalProperties),
  });
}

function defined(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

function patternOf({ format, airbyte_type, contentEncoding }: Json): string | undefined {
  if (contentEncoding === 'base64') return base64;
  if (format === 'date') return `^${day}( BC)?$`;
  if (format === 'date-time') return `^${day}T${clock}${airbyte_type === 'timestamp_with_timezone' ? 'Z' : ''}( BC)?$`;
  return airbyte_type === 'time_without_timezone' ? `^${clock}$` : undefined;
}
