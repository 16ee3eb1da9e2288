// Which type each field of a table gets, and whether the rows can be written as they are: pure, from what was seen in this
// run and what the table's registry has from earlier ones.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import type { Field, FieldType, StructType } from './field-type.ts';
import { seen, type Shape } from './shape.ts';

export type TypingRules = {
  /** Objects without declared shape are JSON text instead of structs. */
  readonly objectsAsText: boolean;
  /**
   * Rows are published as they are, as JSON lines: an empty object that has no field yet must not be in them, or it would
   * break the readers of all days when the field proves to be a number. The engine leaves it out of Parquet by itself.
   */
  readonly asLines: boolean;
};

/** The type of a table's rows. A type once in the registry never changes; fields are only added. */
export function decideRow(shape: Shape, known: StructType | undefined, rules: TypingRules): StructType {
  return decideStruct(shape, known, rules);
}

function decideStruct(shape: Shape, known: StructType | undefined, rules: TypingRules): StructType {
  const fields: Field[] = [];
  const taken = new Set<string>();
  const byName = new Map(shape.children.map((child) => [child.name, child]));
  for (const field of known?.fields ?? []) {
    const child = byName.get(field.name);
    fields.push(child === undefined ? field : { ...field, type: decideType(child, field.type, rules) ?? field.type });
    taken.add(field.name.toLowerCase());
  }
  for (const child of shape.children) {
    if (taken.has(child.name.toLowerCase())) continue; // Known, or told from a known one by its case only.
    const type = decideType(child, undefined, rules);
    if (type !== undefined) fields.push({ name: child.name, type, misfits: false });
  }
  return { kind: 'struct', fields, rest: known?.rest ?? false };
}

/** Undefined as long as nothing was seen or declared that says what it is. */
function decideType(shape: Shape, known: FieldType | undefined, rules: TypingRules): FieldType | undefined {
  const inferred = shape.counts[seen.deep] === 0 ? inferredKind(shape, rules) : 'json';
  const kind = known?.kind ?? declaredKind(shape, rules) ?? inferred;
  switch (kind) {
    case undefined:
      return undefined;
    case 'struct': {
      const type = decideStruct(shape, known?.kind === 'struct' ? known : undefined, rules);
      if (type.fields.length > 0 || known !== undefined) return type;
      return hasContent(shape) ? { ...type, rest: true } : undefined; // A group must have some member.
    }
    case 'list': {
      const knownItems = known?.kind === 'list' ? known.items : undefined;
      const items = shape.items === undefined ? knownItems : decideType(shape.items, knownItems, rules);
      return items === undefined ? undefined : { kind: 'list', items };
    }
    case 'timestamp': {
      const type = known ?? shape.declared;
      return { kind, utc: type?.kind === 'timestamp' && type.utc };
    }
    case 'boolean':
    case 'integer':
    case 'number':
    case 'string':
    case 'date':
    case 'time':
    case 'json':
      return { kind };
    default:
      return assertNever(kind);
  }
}

/** The members of an open object are left to the rows. */
function declaredKind({ declared }: Shape, { objectsAsText }: TypingRules): FieldType['kind'] | undefined {
  if (declared?.kind !== 'object') return declared?.kind;
  return objectsAsText ? 'json' : undefined;
}

/** What most of the values are. */
function inferredKind({ counts }: Shape, { objectsAsText }: TypingRules): FieldType['kind'] | undefined {
  const sum = (...kinds: readonly number[]): number =>
    kinds.reduce((total, kind) => total + (counts[kind] as number), 0);
  const fractions = sum(seen.whole, seen.real, seen.inexact);
  const candidates = [
    [objectsAsText ? 'json' : 'struct', sum(seen.object)],
    ['list', sum(seen.list)],
    ['string', sum(seen.text, seen.broken, seen.temporal, seen.readable)],
    [fractions > 0 ? 'number' : 'integer', fractions + sum(seen.int, seen.wide, seen.huge)],
    ['boolean', sum(seen.boolean)],
  ] as const;
  const [kind, count] = candidates.reduce((most, next) => (next[1] > most[1] ? next : most));
  return count === 0 ? undefined : kind;
}

/** Whether a value was seen, at any depth, that would be lost without a field. */
function hasContent(shape: Shape): boolean {
  const { counts, rest, items, children } = shape;
  for (let kind: number = seen.boolean; kind < counts.length; kind += 1) {
    if (kind !== seen.object && kind !== seen.list && counts[kind] !== 0) return true;
  }
  return rest > 0 || (items !== undefined && hasContent(items)) || children.some(hasContent);
}

/** Whether every row seen is as the type has it, so that nothing needs to be changed in any. */
export function isAsTyped(shape: Shape, type: FieldType, rules: Pick<TypingRules, 'asLines'>): boolean {
  const { counts } = shape;
  const allowed = type.kind === 'timestamp' && !rules.asLines ? readableTimestamp : asTyped[type.kind];
  for (let kind: number = seen.boolean; kind < counts.length; kind += 1) {
    if (counts[kind] !== 0 && !allowed.includes(kind)) return false;
  }
  if (type.kind === 'list') return shape.items === undefined || isAsTyped(shape.items, type.items, rules);
  if (type.kind !== 'struct') return true;
  if (shape.twins > 0 || shape.rest > 0) return false;
  const types = new Map(type.fields.map((field) => [field.name, field.type]));
  return shape.children.every((child) => {
    const fieldType = types.get(child.name);
    if (fieldType !== undefined) return isAsTyped(child, fieldType, rules);
    return !hasContent(child) && !(rules.asLines && (child.counts[seen.object] !== 0 || child.counts[seen.list] !== 0));
  });
}

/** What may be seen in a timestamp that the engine is to read. */
const readableTimestamp: readonly number[] = [seen.temporal, seen.readable];

/** What may be seen in a field of the type and needs no change. */
const asTyped: Readonly<Record<FieldType['kind'], readonly number[]>> = {
  boolean: [seen.boolean],
  integer: [seen.int, seen.wide],
  number: [seen.int, seen.whole, seen.real],
  string: [seen.text, seen.temporal, seen.readable],
  date: [seen.temporal],
  time: [seen.temporal],
  timestamp: [seen.temporal],
  json: [],
  list: [seen.list],
  struct: [seen.object],
};
