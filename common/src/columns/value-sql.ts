// Stored value → exact JSON, in DuckDB's SQL. What the engine's own to_json prints otherwise (NaN, blobs, blanks in
// timestamps, digits of decimals) is made right here; docs/architecture.md has the table of values.
import { assertNever } from '../protocol/errors.ts';
import { castSql } from './cast-sql.ts';
import type { Column, ColumnType } from './column-type.ts';
import { literal } from './sql.ts';
import { columnType, entriesType, hasTextKeys, type StoredColumn, type StoredType } from './stored-type.ts';

/** SQL that is true for a row in which `field` (a dotted path) had to become null. */
export type Loss = { readonly field: string; readonly condition: string };

/** `json`: SQL of type VARCHAR, never null, the JSON text of one column's value. */
export type ValueSql = { readonly json: string; readonly losses: readonly Loss[] };

/** The JSON text of a column stored as `stored` for a catalog that declares `target`. `sql` must be cheap to repeat: a column name. */
export function columnJsonSql(sql: string, stored: StoredType, { name, type: target }: Column): ValueSql {
  const value = valueSql(sql, stored, target, [name]);
  return { json: jsonText(value), losses: value.losses };
}

/** An expression for a value, and how its JSON text is made: `plain` text as it is, `quoted` needs no escaping, else to_json. */
type Value = { readonly sql: string; readonly form: 'plain' | 'quoted' | 'json'; readonly losses: readonly Loss[] };

function jsonText({ sql, form }: Value): string {
  if (form === 'plain') return `coalesce((${sql})::VARCHAR, 'null')`;
  if (form === 'quoted') return `coalesce('"' || ${sql} || '"', 'null')`;
  return `coalesce(to_json(${sql})::VARCHAR, 'null')`;
}

function valueSql(raw: string, rawType: StoredType, target: ColumnType, path: readonly string[]): Value {
  if (rawType.kind === 'map' && !hasTextKeys(rawType)) {
    return valueSql(`map_entries(${raw})`, entriesType(rawType), target, path);
  }
  const { sql, type: stored, lost } = castSql(raw, rawType, target);
  const field = path.filter((part) => part !== '').join('.'); // Items of lists have no name.
  const losses = lost === undefined ? [] : [{ field, condition: lost }];
  if (target.kind === 'string') return textValue(sql, stored, path);
  switch (stored.kind) {
    case 'integer':
    case 'decimal':
    case 'boolean':
      return { sql, form: 'plain', losses };
    case 'float': {
      const notFinite = { field, condition: `NOT isfinite(${sql})` };
      return {
        sql: `CASE WHEN isfinite(${sql}) THEN ${sql}::DOUBLE END`,
        form: 'plain',
        losses: [...losses, notFinite],
      };
    }
    case 'list':
      return listValue(sql, stored.items, target.kind === 'list' ? target.items : columnType(stored.items), path);
    case 'struct':
      return structValue(sql, stored.fields, structFields(stored, target), path);
    case 'map':
      return mapValue(sql, stored, target, path);
    case 'string':
    case 'binary':
    case 'encoded-string':
    case 'date':
    case 'time':
    case 'text':
    case 'timestamp':
      return { ...textValue(sql, stored, path), losses };
    default:
      return assertNever(stored);
  }
}

/** The text of any stored value; strings as they are, nested values as their JSON. */
function textValue(sql: string, stored: StoredType, path: readonly string[]): Value {
  const losses: readonly Loss[] = [];
  switch (stored.kind) {
    case 'string':
      return { sql, form: 'json', losses };
    case 'binary':
      return { sql: `to_base64(${sql})`, form: 'quoted', losses };
    case 'timestamp':
      return { sql: timestampText(sql, stored), form: 'quoted', losses };
    case 'date':
      return { sql: `${sql}::VARCHAR`, form: 'quoted', losses };
    case 'time':
      return { sql: fractionText(`${sql}::VARCHAR`), form: 'quoted', losses };
    case 'integer':
    case 'decimal':
    case 'float':
    case 'boolean':
    case 'text':
    case 'encoded-string':
      return { sql: `${sql}::VARCHAR`, form: 'json', losses };
    case 'list':
    case 'struct':
    case 'map': {
      const nested = valueSql(sql, stored, columnType(stored), path);
      return { sql: `to_json(${nested.sql})::VARCHAR`, form: 'json', losses: nested.losses };
    }
    default:
      return assertNever(stored);
  }
}

/** Zero or six digits of a second's fraction: the engine cuts trailing zeros. */
function fractionText(text: string): string {
  return `CASE WHEN contains(${text}, '.') THEN rpad(${text}, 15, '0') ELSE ${text} END`;
}

function timestampText(
  sql: string,
  { utc, nanoseconds }: { readonly utc: boolean; readonly nanoseconds: boolean },
): string {
  const zone = utc ? 'Z' : '';
  const seconds = '%Y-%m-%dT%H:%M:%S';
  if (nanoseconds) {
    // The engine garbles what follows %n in a format.
    const long = `strftime(${sql}, '${seconds}.%n') || '${zone}'`;
    return `CASE WHEN epoch_ns(${sql}) % 1000000000 = 0 THEN strftime(${sql}, '${seconds}${zone}') ELSE ${long} END`;
  }
  // Through microseconds, so that no time zone arithmetic (ICU) is done for each value.
  const clock = utc ? `make_timestamp(epoch_us(${sql}))` : sql;
  const long = `strftime(${clock}, '${seconds}.%f${zone}')`;
  return `CASE WHEN epoch_us(${sql}) % 1000000 = 0 THEN strftime(${clock}, '${seconds}${zone}') ELSE ${long} END`;
}

function listValue(sql: string, stored: StoredType, target: ColumnType, path: readonly string[]): Value {
  const item = `x${path.length}`; // Lambdas nest: one name per depth.
  const value = valueSql(item, stored, target, [...path, '']);
  const losses = value.losses.map(({ field, condition }) => ({
    field,
    condition: `len(list_filter(${sql}, lambda ${item}: ${condition})) > 0`,
  }));
  const same = value.sql === item;
  return { sql: same ? sql : `list_transform(${sql}, lambda ${item}: ${value.sql})`, form: 'json', losses };
}

/** An object that the catalog declares without members keeps the ones it is stored with. */
function structFields(stored: StoredType, target: ColumnType): readonly Column[] {
  if (target.kind === 'struct' && target.fields.length > 0) return target.fields;
  const whole = columnType(stored);
  return whole.kind === 'struct' ? whole.fields : [];
}

function structValue(
  sql: string,
  stored: readonly StoredColumn[],
  target: readonly Column[],
  path: readonly string[],
): Value {
  const members = new Map(stored.map(({ name, type }) => [name, type]));
  const fields = target.map(({ name, type }) => {
    const member = members.get(name);
    const access = `struct_extract(${sql}, ${literal(name)})`;
    const absent: Value = { sql: 'NULL', form: 'json', losses: [] };
    return { name, access, value: member === undefined ? absent : valueSql(access, member, type, [...path, name]) };
  });
  const losses = fields.flatMap(({ value }) => value.losses);
  const asStored =
    fields.length === stored.length &&
    fields.every(({ name, access, value }, index) => {
      return value.sql === access && name === stored[index]?.name;
    });
  if (asStored) return { sql, form: 'json', losses };
  const pairs = fields.map(({ name, value }) => `${literal(name)}, ${value.sql}`);
  return { sql: `CASE WHEN ${sql} IS NOT NULL THEN json_object(${pairs.join(', ')}) END`, form: 'json', losses };
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
  const losses = value.losses.map(({ field, condition }) => ({
    field,
    condition: `len(list_filter(${entries}, lambda ${entry}: ${condition})) > 0`,
  }));
  if (stored.key.kind === 'string' && value.sql === `${entry}.value`) return { sql, form: 'json', losses };
  const pairs = `list_transform(${entries}, lambda ${entry}: {'key': ${entry}.key::VARCHAR, 'value': ${value.sql}})`;
  return { sql: `map_from_entries(${pairs})`, form: 'json', losses };
}
