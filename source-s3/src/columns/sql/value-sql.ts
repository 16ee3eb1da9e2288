// DuckDB SQL that makes exact JSON of stored values. It corrects what the engine's to_json prints in another form (NaN, blobs,
// blanks in timestamps, digits of decimals); docs/reference/values.md has the table of values.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';
import { castSql } from './cast-sql.ts';
import type { Column, ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { literal } from '@s3-connectors/common/columns/sql.ts';
import { joinedList, joinedMap, joinedObject } from './joined-json.ts';
import { decimalText, doubleJson, nestedDecimal } from './number-sql.ts';
import { columnType, entriesType, hasTextKeys, type StoredMember, type StoredType } from './stored-type.ts';
import { dateText, int96Text, timestampText, timeText, type TimeText } from './time-sql.ts';

/** SQL that is true for a row in which `field` (a dotted path) became null. */
export type Loss = { readonly field: string; readonly condition: string };

/** `json`: SQL of type VARCHAR, never null: the JSON text of one column's value. */
type ValueSql = { readonly json: string; readonly losses: readonly Loss[] };

/** The JSON text of a column that is stored as `stored` and declared as `target`. `sql` must be cheap to repeat: a column name. */
export function columnJsonSql(sql: string, stored: StoredType, { name, type: target }: Column): ValueSql {
  const value = valueSql(sql, stored, target, [name]);
  return { json: jsonText(value), losses: value.losses };
}

/**
 * An expression for a value, and how it becomes JSON text. `plain`: text as it is; `quoted`: needs no escaping; otherwise to_json;
 * unless `json` is that text.
 */
type Value = {
  readonly sql: string;
  readonly form: 'plain' | 'quoted' | 'json';
  readonly losses: readonly Loss[];
  readonly json?: string;
  /** `sql` is JSON text. to_json of a surrounding value would parse it and round its numbers, so that value is joined of texts. */
  readonly isJson?: true;
};

function jsonText({ sql, form, json }: Value): string {
  if (json !== undefined) return json;
  if (form === 'plain') return `coalesce((${sql})::VARCHAR, 'null')`;
  if (form === 'quoted') return `coalesce('"' || ${sql} || '"', 'null')`;
  return `coalesce(to_json(${sql})::VARCHAR, 'null')`;
}

function valueSql(raw: string, rawType: StoredType, target: ColumnType, path: readonly string[]): Value {
  if (rawType.kind === 'map' && !hasTextKeys(rawType)) {
    return valueSql(`map_entries(${raw})`, entriesType(rawType), target, path);
  }
  const cast = castSql(raw, rawType, target);
  const field = fieldOf(path);
  const losses = cast.lost === undefined ? [] : [{ field, condition: cast.lost }];
  if (cast.kind === 'text') {
    const { sql, form } = cast;
    return form === 'plain' ? { sql, form, losses, isJson: true } : { sql, form, losses };
  }
  const { sql, type: stored } = cast;
  if (target.kind === 'string') return textValue(sql, stored, path);
  switch (stored.kind) {
    case 'decimal':
      return { ...decimalValue(sql, stored, path), losses };
    case 'integer':
    case 'boolean':
      return { sql, form: 'plain', losses };
    case 'float':
      return floatValue(sql, losses, field);
    case 'list':
      return listValue(sql, stored.items, target.kind === 'list' ? target.items : columnType(stored.items), path);
    case 'struct':
      return structValue(sql, stored.fields, structFields(stored, target), path);
    case 'map':
      return mapValue(sql, stored, target, path);
    case 'null':
    case 'string':
    case 'binary':
    case 'encoded-string':
    case 'date':
    case 'time':
    case 'text':
    case 'variant':
    case 'geometry':
    case 'int96':
    case 'timestamp': {
      const text = textValue(sql, stored, path);
      return { ...text, losses: [...losses, ...text.losses] };
    }
    default:
      return assertNever(stored);
  }
}

function decimalValue(
  sql: string,
  stored: Extract<StoredType, { kind: 'decimal' }>,
  path: readonly string[],
): Omit<Value, 'losses'> {
  const nested = path.length > 1 ? nestedDecimal(sql, stored) : undefined;
  if (nested !== undefined) return { sql: nested, form: 'plain' };
  return { sql: decimalText(sql, stored), form: 'plain', isJson: true };
}

function floatValue(sql: string, losses: readonly Loss[], field: string): Value {
  const isFinite = `isfinite(${sql})`;
  const all = [...losses, { field, condition: `NOT ${isFinite}` }];
  return { sql: `CASE WHEN ${isFinite} THEN ${sql}::DOUBLE END`, form: 'plain', losses: all, json: doubleJson(sql) };
}

/** The text of any stored value: strings unchanged, nested values as their JSON. */
function textValue(sql: string, stored: StoredType, path: readonly string[]): Value {
  const losses: readonly Loss[] = [];
  switch (stored.kind) {
    case 'null':
      return nullValue;
    case 'string':
      return { sql, form: 'json', losses };
    case 'binary':
      return { sql: `to_base64(${sql})`, form: 'quoted', losses };
    case 'geometry':
      return { sql: `to_base64(ST_AsWKB(${sql}))`, form: 'quoted', losses };
    case 'variant':
      return { sql: `CASE WHEN ${sql} IS NOT NULL THEN ${sql}::JSON::VARCHAR END`, form: 'json', losses };
    case 'int96':
      return timeValue(int96Text(sql, stored), path);
    case 'timestamp':
      return timeValue(timestampText(sql, stored), path);
    case 'date':
      return timeValue(dateText(sql), path);
    case 'time':
      return timeValue(timeText(sql, stored), path);
    case 'decimal':
      return { sql: `(${decimalText(sql, stored)})::VARCHAR`, form: 'json', losses };
    case 'integer':
    case 'float':
    case 'boolean':
    case 'text':
    case 'encoded-string':
      return { sql: `${sql}::VARCHAR`, form: 'json', losses };
    case 'list':
    case 'struct':
    case 'map': {
      const nested = valueSql(sql, stored, columnType(stored), path);
      const text = nested.isJson === true ? nested.sql : `to_json(${nested.sql})::VARCHAR`;
      return { sql: text, form: 'json', losses: nested.losses };
    }
    default:
      return assertNever(stored);
  }
}

function timeValue({ sql, lost, json }: TimeText, path: readonly string[]): Value {
  const quoted = json === undefined ? {} : { json };
  const losses = lost === undefined ? [] : [{ field: fieldOf(path), condition: lost }];
  return { sql, form: 'quoted', ...quoted, losses };
}

/** Items of lists have no name. */
function fieldOf(path: readonly string[]): string {
  return path.filter((part) => part !== '').join('.');
}

function listValue(sql: string, stored: StoredType, target: ColumnType, path: readonly string[]): Value {
  const item = `x${path.length}`; // Lambdas nest, so each depth has its own name.
  const value = valueSql(item, stored, target, [...path, '']);
  const losses = lossesIn(sql, item, value);
  if (value.isJson === true) return joined(joinedList(sql, item, jsonText(value)), losses);
  const same = value.sql === item;
  return { sql: same ? sql : `list_transform(${sql}, lambda ${item}: ${value.sql})`, form: 'json', losses };
}

/** Of a list with an item that is lost. */
function lossesIn(list: string, item: string, { losses }: Value): readonly Loss[] {
  return losses.map(({ field, condition }) => {
    return { field, condition: `len(list_filter(${list}, lambda ${item}: ${condition})) > 0` };
  });
}

/** An object that the catalog declares without members keeps its stored members. */
function structFields(stored: StoredType, target: ColumnType): readonly Column[] {
  if (target.kind === 'struct' && target.fields.length > 0) return target.fields;
  const whole = columnType(stored);
  return whole.kind === 'struct' ? whole.fields : [];
}

const absent: Value = { sql: 'NULL', form: 'json', losses: [] };
const nullValue: Value = { sql: 'NULL::VARCHAR', form: 'json', json: "'null'", losses: [] };

function structValue(
  sql: string,
  stored: readonly StoredMember[],
  target: readonly Column[],
  path: readonly string[],
): Value {
  const members = new Map(stored.map((field) => [field.name, field]));
  const fields = target.map(({ name, type }) => {
    const member = members.get(name);
    if (member === undefined) return { name, access: '', value: absent };
    const access = memberSql(sql, member);
    return { name, access, value: valueSql(access, member.type, type, [...path, name]) };
  });
  const losses = fields.flatMap(({ value }) => value.losses);
  const asStored =
    fields.length === stored.length &&
    fields.every(({ name, access, value }, index) => {
      return value.sql === access && literal(name) === stored[index]?.key;
    });
  if (asStored) return { sql, form: 'json', losses };
  const isNeverNull = stored.some(({ key }) => key === undefined);
  const orNull = (object: string): string => (isNeverNull ? object : `CASE WHEN ${sql} IS NOT NULL THEN ${object} END`);
  if (isStruct(fields) && fields.every(({ value }) => value.isJson !== true)) {
    const members = fields.map(({ name, value }) => `${literal(name)}: ${value.sql}`);
    return { sql: orNull(`{${members.join(', ')}}`), form: 'json', losses };
  }
  return joined(orNull(joinedObject(fields.map(({ name, value }) => ({ name, text: jsonText(value) })))), losses);
}

function joined(sql: string, losses: readonly Loss[]): Value {
  return { sql, form: 'plain', losses, isJson: true };
}

/** The engine has no struct without members, or with names that differ only in case, an empty name, or a name with NUL. */
function isStruct(members: readonly { readonly name: string }[]): boolean {
  const names = new Set(members.map(({ name }) => name.toLowerCase()));
  return members.length > 0 && names.size === members.length && !members.some(({ name }) => /^$|\0/u.test(name));
}

function memberSql(sql: string, { key }: StoredMember): string {
  if (key === undefined) return sql;
  return typeof key === 'number' ? `struct_extract_at(${sql}, ${key})` : `struct_extract(${sql}, ${key})`;
}

function mapValue(
  sql: string,
  stored: Extract<StoredType, { kind: 'map' }>,
  target: ColumnType,
  path: readonly string[],
): Value {
  const valueTarget = target.kind === 'map' ? target.value : columnType(stored.value);
  const entry = `x${path.length}`;
  const value = valueSql(`${entry}.value`, stored.value, valueTarget, [...path, '']);
  const entries = `map_entries(${sql})`;
  const losses = lossesIn(entries, entry, value);
  if (stored.key.kind === 'string' && value.sql === `${entry}.value`) return { sql, form: 'json', losses };
  const key = stored.key.kind === 'encoded-string' ? `decode(${entry}.key)` : `${entry}.key::VARCHAR`;
  if (value.isJson === true) return joined(joinedMap(entries, entry, { key, text: jsonText(value) }), losses);
  const pairs = `list_transform(${entries}, lambda ${entry}: {'key': ${key}, 'value': ${value.sql}})`;
  return { sql: `map_from_entries(${pairs})`, form: 'json', losses };
}
