// How the members of a file's objects differ from those that the catalog declares, also in lists and maps.
import type { Column, ColumnType } from '@s3-connectors/common/columns/column-type.ts';

/** Dotted paths. Items of lists and values of maps have no name. */
export type MemberDrift = {
  readonly undeclared: readonly string[];
  readonly missing: readonly string[];
  readonly present: readonly string[];
};

export function memberDrift(asked: readonly Column[], stored: readonly Column[]): MemberDrift {
  const drift: Drift = { undeclared: [], missing: [], present: [] };
  const types = new Map(stored.map(({ name, type }) => [name, type]));
  for (const { name, type } of asked) {
    const own = types.get(name);
    if (own !== undefined) compare(type, own, name, drift);
  }
  return drift;
}

type Drift = { readonly [Key in keyof MemberDrift]: string[] };

/** If types differ in another way, no value fits. That is counted where values are read. */
function compare(asked: ColumnType, stored: ColumnType, path: string, drift: Drift): void {
  if (asked.kind === 'list' && stored.kind === 'list') compare(asked.items, stored.items, path, drift);
  if (asked.kind === 'map' && stored.kind === 'map') compare(asked.value, stored.value, path, drift);
  if (asked.kind !== 'struct' || stored.kind !== 'struct') return;
  if (asked.fields.length === 0) return; // Declared without members, it keeps all members that it has.
  const wanted = new Set(asked.fields.map(({ name }) => name));
  const types = new Map(stored.fields.map(({ name, type }) => [name, type]));
  for (const { name } of stored.fields) if (!wanted.has(name)) drift.undeclared.push(`${path}.${name}`);
  for (const { name, type } of asked.fields) {
    const own = types.get(name);
    if (own === undefined) drift.missing.push(`${path}.${name}`);
    else {
      drift.present.push(`${path}.${name}`);
      compare(type, own, `${path}.${name}`, drift);
    }
  }
}

export function isNested({ kind }: ColumnType): boolean {
  return kind === 'struct' || kind === 'list' || kind === 'map';
}
