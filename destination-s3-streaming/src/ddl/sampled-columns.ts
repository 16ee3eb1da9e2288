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
    const row = parseJson(line);
    return isObject(row) ? row : {};
  } catch {
    return {};
  }
}

type ScalarKind = 'boolean' | 'integer' | 'number' | 'string';
type SampledKind = ScalarKind | 'null' | 'any' | 'empty' | `list of ${ScalarKind | 'null' | 'any'}`;

function scalarKind(value: unknown): ScalarKind | 'null' | 'any' {
  if (value === null) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as 'string' | 'boolean';
  if (typeof value !== 'number') return 'any';
  if (!Number.isInteger(value)) return 'number';
  return Math.abs(value) < mostInteger ? 'integer' : 'any'; // No column of numbers keeps all its digits.
}

function kindOf(value: unknown): SampledKind {
  if (!Array.isArray(value)) return scalarKind(value);
  const items = new Set(value.map(scalarKind));
  const kind = oneKind(items);
  return items.size === 0 ? 'empty' : `list of ${kind ?? 'any'}`;
}

/** Integers are numbers. Undefined if the kinds have nothing in common; `null` if there is no other kind. */
function oneKind<Kind extends string>(kinds: ReadonlySet<Kind | 'null'>): Kind | 'null' | undefined {
  const others = [...kinds].filter((kind) => kind !== 'null');
  const [kind = 'null'] = others;
  if (others.length <= 1) return kind;
  return others.every((one) => one === 'integer' || one === 'number') ? ('number' as Kind) : undefined;
}

function typeOf(kinds: ReadonlySet<SampledKind>): SqlType {
  const kind = oneKind(new Set([...kinds].filter((one) => one !== 'empty')));
  if (kind === 'boolean' || kind === 'integer' || kind === 'number' || kind === 'string') return { kind };
  const lists = [...kinds].map((one) => /^list of (boolean|integer|number|string|null)$/u.exec(one)?.[1]);
  const items = oneKind(new Set(lists.filter((one) => one !== undefined)));
  const isList = [...kinds].every((one, index) => one === 'null' || one === 'empty' || lists[index] !== undefined);
  if (isList && (items === 'boolean' || items === 'integer' || items === 'number' || items === 'string')) {
    return { kind: 'list', items: { kind: items } };
  }
  return { kind: 'any' };
}
