// The type of one value according to a JSON schema.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { isObject, type JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import type { ScalarType } from '../types/field-type.ts';

/** The schema itself, or the only other option besides null: many sources express "or null" by `anyOf`. */
export function onlyOption(schema: JsonObject): JsonObject {
  if (schema['type'] !== undefined) return schema;
  const options = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (!Array.isArray(options)) return schema;
  const others = options.filter((option) => !isObject(option) || option['type'] !== 'null');
  const [only] = others;
  return others.length === 1 && isObject(only) ? onlyOption(only) : schema;
}

/** The types of all options together, without null. Empty if one option has no type. */
export function typesOf(schema: JsonObject): readonly string[] {
  if (schema['type'] !== undefined) {
    return [schema['type']].flat().filter((type): type is string => typeof type === 'string' && type !== 'null');
  }
  const options = schema['anyOf'] ?? schema['oneOf'];
  if (!Array.isArray(options)) return [];
  const types = options.filter(isObject).map((option) => [option['type']].flat());
  if (types.length !== options.length) return [];
  const names = types.flat();
  return names.every((type) => typeof type === 'string') ? names.filter((type) => type !== 'null') : [];
}

/** The type that holds the values of all types: text holds every scalar. Undefined if rows must decide. */
export function oneType(types: readonly string[]): string | undefined {
  const [type] = types;
  if (new Set(types).size <= 1) return type;
  if (types.every((name) => name === 'integer' || name === 'number')) return 'number';
  return types.every((name) => scalarTypes.has(name)) ? 'string' : undefined;
}

const scalarTypes = new Set(['string', 'integer', 'number', 'boolean']);

/** Bytes stay in base64, as in records. */
export function scalar(type: ColumnType): ScalarType | undefined {
  switch (type.kind) {
    case 'unknown':
    case 'list':
    case 'struct':
    case 'map':
      return undefined;
    case 'timestamp':
      return type;
    default:
      return { kind: type.kind === 'binary' ? 'string' : type.kind };
  }
}
