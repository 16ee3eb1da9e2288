// Restores a row from its fitted form.
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import {
  restName,
  type FieldType,
  type StructType,
} from '../../../destination-s3-batch/src/columns/types/field-type.ts';

/** JSON with its numbers as text, so that no digit is lost: whole numbers as digits, others as a double prints them. */
export function parseExactly(text: string): unknown {
  return parseJson(
    text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gu, (token) => {
      return token.startsWith('"') ? token : JSON.stringify(numberText(Number(token), token));
    }),
  );
}

function numberText(value: number, source: string): string {
  if (/^-?\d+$/u.test(source)) return `number ${BigInt(source)}`;
  return `number ${Number.isInteger(value) ? BigInt(value) : value}`;
}

/** A row with the values of its siblings put back. A member that is null is omitted. */
export function restored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restored);
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member === null) continue; // Its value may be in the sibling.
    if (!name.endsWith(restName)) entries.push([name, restored(member)]);
    else if (name === restName) entries.push(...Object.entries(parseExactly(String(member)) as object));
    else entries.push([name.slice(0, -restName.length), parseExactly(String(member))]);
  }
  return Object.fromEntries(entries);
}

/** The row of a table's line: text columns are parsed, and the values of siblings are put back. */
export function rowOf(value: unknown, type: FieldType): unknown {
  if (type.kind === 'json') return typeof value === 'string' ? parseExactly(value) : value;
  if (type.kind === 'list')
    return Array.isArray(value) ? value.map((item) => rowOf(item, type.items)) : restored(value);
  if (type.kind !== 'struct' || typeof value !== 'object' || value === null || Array.isArray(value))
    return restored(value);
  const types = new Map(type.fields.map((field) => [field.name, field.type]));
  const entries = Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const fieldType = name.endsWith(restName) ? undefined : types.get(name);
    if (fieldType === undefined) return Object.entries(restored({ [name]: member }) as object);
    return member === null ? [] : [[name, rowOf(member, fieldType)]];
  });
  return Object.fromEntries(entries);
}

/** Without what may be omitted: nulls, and containers of nothing else. Members by name. */
export function content(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => content(item) ?? null);
    return items.every((item) => item === null) ? undefined : items;
  }
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const members = Object.entries(value)
    .map(([name, member]) => [name, content(member)] as const)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** Equal for values with the same meaning: a number or boolean, and its text. */
export function meaning(value: unknown): unknown {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return jsonNumber.test(value) ? numberText(Number(value), value) : value;
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, meaning(member)]));
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;

/** The number of rows with a value, by the path of each field that is not in a list. */
export function countsByPath(rows: readonly unknown[], type: StructType, path = ''): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const field of type.fields) {
    const name = path === '' ? field.name : `${path}.${field.name}`;
    const values = rows
      .map((row) => memberOf(row, field.name))
      .filter((value) => value !== null && value !== undefined);
    counts.set(name, values.length);
    if (field.type.kind === 'struct') for (const entry of countsByPath(values, field.type, name)) counts.set(...entry);
  }
  return counts;
}

function memberOf(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null && Object.hasOwn(row, name)
    ? (row as Record<string, unknown>)[name]
    : null;
}
