// Column type ⇄ JSON schema in Airbyte's type vocabulary (https://docs.airbyte.com/platform/understanding-airbyte/supported-data-types).
// Every column is nullable, since a file of the table may lack it.
import { isObject, type JsonObject } from '../protocol/messages.ts';
import { assertNever } from '../protocol/errors.ts';
import type { Column, ColumnType } from './column-type.ts';

/** One object for all columns of a kind: a catalog may have a million columns. */
const scalars = {
  integer: nullable('integer'),
  number: nullable('number'),
  boolean: nullable('boolean'),
  string: nullable('string'),
  unknown: nullable('string'),
  binary: { ...nullable('string'), contentEncoding: 'base64' },
  date: { ...nullable('string'), format: 'date' },
  // No `format: time`: without a zone Airbyte's own tests refuse the values under that format.
  time: { ...nullable('string'), airbyte_type: 'time_without_timezone' },
} as const;
const instant = { ...nullable('string'), format: 'date-time', airbyte_type: 'timestamp_with_timezone' };
const wallClock = { ...nullable('string'), format: 'date-time', airbyte_type: 'timestamp_without_timezone' };

/** The schema of one nullable value. */
export function jsonSchema(type: ColumnType): JsonObject {
  switch (type.kind) {
    case 'integer':
    case 'number':
    case 'boolean':
    case 'string':
    case 'unknown':
    case 'binary':
    case 'date':
    case 'time':
      return scalars[type.kind];
    case 'timestamp':
      return type.utc ? instant : wallClock;
    case 'list':
      return { ...nullable('array'), items: jsonSchema(type.items) };
    case 'struct':
      return { ...nullable('object'), properties: jsonSchemaProperties(type.fields) };
    case 'map':
      return { ...nullable('object'), additionalProperties: jsonSchema(type.value) };
    default:
      return assertNever(type);
  }
}

/** `properties` of an object schema, in the order of the columns. */
export function jsonSchemaProperties(columns: readonly Column[]): JsonObject {
  return Object.fromEntries(columns.map(({ name, type }) => [name, jsonSchema(type)]));
}

/**
 * The columns a (configured) JSON schema declares. What can no longer be distinguished there (a type that is none of
 * ours, several types) is a string: its values are then written as text.
 */
export function columnsOfSchema(schema: JsonObject): readonly Column[] {
  const properties = schema['properties'];
  if (!isObject(properties)) return [];
  return Object.entries(properties).map(([name, node]) => ({ name, type: columnTypeOf(isObject(node) ? node : {}) }));
}

/** The type of one value; see `columnsOfSchema`. */
export function columnTypeOf(schema: JsonObject): ColumnType {
  const types = [schema['type']]
    .flat()
    .filter((name) => typeof name === 'string')
    .filter((name) => name !== 'null');
  const [type] = types;
  switch (types.length === 1 ? type : undefined) {
    case 'integer':
      return { kind: 'integer' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'number':
      return { kind: schema['airbyte_type'] === 'integer' ? 'integer' : 'number' };
    case 'array':
      return { kind: 'list', items: columnTypeOf(isObject(schema['items']) ? schema['items'] : {}) };
    case 'object': {
      const values = schema['additionalProperties'];
      if (isObject(schema['properties']) || !isObject(values))
        return { kind: 'struct', fields: columnsOfSchema(schema) };
      return { kind: 'map', value: columnTypeOf(values) };
    }
    default:
      return stringType(schema);
  }
}

function stringType(schema: JsonObject): ColumnType {
  if (schema['contentEncoding'] === 'base64') return { kind: 'binary' };
  if (schema['airbyte_type'] === 'time_without_timezone') return { kind: 'time' };
  if (schema['format'] === 'date') return { kind: 'date' };
  if (schema['format'] !== 'date-time') return { kind: 'string' };
  return { kind: 'timestamp', utc: schema['airbyte_type'] !== 'timestamp_without_timezone' };
}

function nullable(type: string): JsonObject {
  return { type: ['null', type] };
}
