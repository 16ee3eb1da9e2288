// The columns of undeclared rows: what the values of some rows have in common. Pure.
import type { SqlColumn, SqlType } from '@s3-connectors/common/destination/ddl/table/table.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { isObject, type JsonObject } from '@s3-connectors/common/protocol/messages.ts';

/** The most columns of a statement. */
const mostColumns = 2000;
/** The bound of a 64-bit integer. */
const mostInteger = 2 ** 63;

/** In the order in which the fields first appear. Lines that are not JSON objects are ignored. */
export function sampledColumns(lines: readonly string[]): readonly SqlColumn[] {
  const kinds = new Map<string, Set<SampledKind>>();
  for (const line of lines) {
    for (const [name, value] of Object.entries(rowOf(line))) {
      const known = kinds.get(name);
      if (known !== undefined) known.add(kindOf(value));
      else if (kinds.size < mostColumns) kinds.set(name, new Set([kindOf(value)]));
    }
  }
  return Array.from(kinds, ([name, seen]) => ({ name, type: typeOf(seen) }));
}

function rowOf(line: string): JsonObject {
  try {
    const row = parseJson(withFractions(line));
    return isObject(row) ? row : {};
  } catch {
    return {};
  }
}

/** ClickHouse takes `2.0` and `2e0` for no integers, so a fraction that JavaScript does not see stands for each. */
function withFractions(line: string): string {
  return line.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gu, (token) => {
    return token.startsWith('"') || /^-?\d+$/u.test(token) ? token : '0.5';
  });
}

/** `long`: an integer that a double does not hold exactly. */
type ScalarKind = 'boolean' | 'integer' | 'long' | 'number' | 'string';
type OneKind = ScalarKind | 'null' | 'any';
type SampledKind = OneKind | 'empty' | `list of ${OneKind}`;

function scalarKind(value: unknown): OneKind {
  if (value === null) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as 'string' | 'boolean';
  if (typeof value !== 'number') return 'any';
  if (!Number.isInteger(value)) return 'number';
  if (Number.isSafeInteger(value)) return 'integer';
  return Math.abs(value) < mostInteger ? 'long' : 'any'; // No column of numbers keeps all its digits.
}

function kindOf(value: unknown): SampledKind {
  if (!Array.isArray(value)) return scalarKind(value);
  const items = new Set(value.map(scalarKind));
  return items.size === 0 ? 'empty' : `list of ${oneKind(items) ?? 'any'}`;
}

/** Integers are numbers, unless digits would be lost. Undefined if the kinds have nothing in common; `null` if there is no other kind. */
function oneKind<Kind extends string>(kinds: ReadonlySet<Kind>): Kind | 'null' | 'long' | 'number' | undefined {
  const others = [...kinds].filter((kind) => kind !== 'null');
  const [kind = 'null'] = others;
  if (others.length <= 1) return kind;
  if (!others.every((one) => one === 'integer' || one === 'long' || one === 'number')) return undefined;
  const has = (one: string): boolean => others.some((other) => other === one);
  if (!has('number')) return 'long';
  return has('long') ? undefined : 'number';
}

function typeOf(kinds: ReadonlySet<SampledKind>): SqlType {
  const own = columnType(oneKind(new Set([...kinds].filter((one) => one !== 'empty'))));
  if (own !== undefined) return own;
  const lists = [...kinds].map((one) => /^list of (boolean|integer|long|number|string|null)$/u.exec(one)?.[1]);
  const items = columnType(oneKind(new Set(lists.filter((one) => one !== undefined))));
  const isList = [...kinds].every((one, index) => one === 'null' || one === 'empty' || lists[index] !== undefined);
  return isList && items !== undefined ? { kind: 'list', items } : { kind: 'any' };
}

/**
 * Undefined for what is no scalar that a column can have. Only integers that a double does not hold need a column of integers: a
 * column of integers would cut the fractions of rows that nobody looked at.
 */
function columnType(kind: string | undefined): SqlType | undefined {
  if (kind === 'long') return { kind: 'integer' };
  if (kind === 'integer') return { kind: 'number' };
  return kind === 'boolean' || kind === 'number' || kind === 'string' ? { kind } : undefined;
}
