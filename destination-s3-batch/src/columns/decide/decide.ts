// Decides the type of each field of a table, and whether the rows can be written as they are. Pure: it uses what this run saw,
// and what the table's registry has from earlier runs.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import { nestedListRows } from '../../config/budgets.ts';
import type { Field, FieldType, StructType } from '../types/field-type.ts';
import { kindOf, type TypingRules } from './kind.ts';
import { newFields, type FieldRoom } from './new-fields.ts';
import { seen, type Shape } from '../observe/shape.ts';
import { folderNames } from '../../layout/layout.ts';

/** The rules in addition to the shapes. `rows`: of the table; `isField`: whether a member becomes a field. */
type Deciding = TypingRules & { readonly rows: number; readonly isField: (child: Shape) => boolean };

/** Lower-case names that no new field of a row may have. */
type Folders = readonly string[];

/** `surplus`: the number of fields without room. */
type DecidedRow = { readonly type: StructType; readonly surplus: number };

/** The type of a table's rows. A type in the registry never changes. Fields are only added, as far as there is room. */
export function decideRow(
  shape: Shape,
  known: StructType | undefined,
  { room, folders = folderNames(), ...rules }: TypingRules & { readonly room: FieldRoom; readonly folders?: Folders },
): DecidedRow {
  const { fields, surplus } = newFields(shape, known, { room, rules, folders });
  const isField = (child: Shape): boolean => child.isNamed || fields.has(child);
  return { type: decideStruct(shape, known, { ...rules, rows: shape.rows, isField }, folders), surplus };
}

/** `folders`: names that no new field may have. */
function decideStruct(shape: Shape, known: StructType | undefined, rules: Deciding, folders: Folders = []): StructType {
  const fields: Field[] = [];
  const taken = new Set(folders);
  const byName = new Map(shape.children.map((child) => [child.name, child]));
  for (const field of known?.fields ?? []) {
    const child = byName.get(field.name);
    fields.push(child === undefined ? field : { ...field, type: decideType(child, field.type, rules) ?? field.type });
    taken.add(field.name.toLowerCase());
  }
  for (const child of shape.children) {
    // It is known, it differs from another field only in case, or a folder has its name.
    if (taken.has(child.name.toLowerCase()) || !rules.isField(child)) continue;
    const type = decideType(child, undefined, rules);
    if (type === undefined) continue;
    fields.push({ name: child.name, type, misfits: false });
  }
  return { kind: 'struct', fields, rest: known?.rest ?? false };
}

/** Undefined while too little was seen or declared. */
function decideType(shape: Shape, known: FieldType | undefined, rules: Deciding): FieldType | undefined {
  const { kind } = kindOf(shape, known, rules);
  switch (kind) {
    case undefined:
      return undefined;
    case 'struct': {
      const type = decideStruct(shape, known?.kind === 'struct' ? known : undefined, rules);
      if (type.fields.length > 0) return type;
      return hasContent(shape) ? { ...type, rest: true } : undefined; // A group needs at least one member.
    }
    case 'list': {
      const knownItems = known?.kind === 'list' ? known.items : undefined;
      const items = shape.items === undefined ? knownItems : decideType(shape.items, knownItems, rules);
      const isDoubtful = items?.kind === 'list' && knownItems === undefined && !isListOfLists(shape);
      if (items !== undefined && !isDoubtful) return { kind: 'list', items };
      return items === undefined && hasOthers(shape) ? { kind: 'json' } : undefined;
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

/** Whether most values of a presumed list are not lists: only JSON text can hold them all. */
function hasOthers({ ballot, rows }: Shape): boolean {
  return rows > 2 * ((ballot[seen.list] as number) + (ballot[seen.emptyList] as number));
}

/** Other programs can rarely use a field of lists of lists, so it must be certain: from the catalog or from many rows. */
function isListOfLists({ ballot, rows, items }: Shape): boolean {
  if (items?.declared?.kind === 'list') return true;
  const lists = (ballot[seen.list] as number) + (ballot[seen.emptyList] as number);
  return lists >= nestedListRows && lists === rows;
}

/** Whether a value was seen, at any depth, that would be lost without a field. */
function hasContent(shape: Shape, which: Which = 'all'): boolean {
  const { counts, items, children } = shape;
  for (let kind: number = seen.boolean; kind < counts.length; kind += 1) {
    if (!containers.includes(kind) && has(shape, kind, which)) return true;
  }
  if (hasStrays(shape, which) || (items !== undefined && hasContent(items, which))) return true;
  return children.some((child) => hasContent(child, which));
}

/** Which values to ask about: all, or the usual ones, which are in rows that were not marked. */
type Which = 'all' | 'usual';

function has({ counts, usual }: Shape, kind: number, which: Which): boolean {
  return which === 'all' ? counts[kind] !== 0 : ((usual >> kind) & 1) !== 0;
}

/** Members without a field, or repeated members. */
function hasStrays({ rest, twins, hasForgotten }: Shape, which: Which): boolean {
  return which === 'all' ? rest > 0 || twins > 0 : hasForgotten;
}

/** Whether every row, or every usual row, already has the form of the type, so that no row needs a change. */
export function isAsTyped(
  shape: Shape,
  type: FieldType,
  rules: Pick<TypingRules, 'asLines'>,
  which: Which = 'all',
): boolean {
  const { counts } = shape;
  const allowed = allowedKinds(type.kind, rules);
  for (let kind: number = seen.boolean; kind < counts.length; kind += 1) {
    if (!allowed.includes(kind) && has(shape, kind, which)) return false;
  }
  if (type.kind === 'list') return shape.items === undefined || isAsTyped(shape.items, type.items, rules, which);
  if (type.kind !== 'struct') return true;
  if (hasStrays(shape, which)) return false;
  const types = new Map(type.fields.map((field) => [field.name, field.type]));
  return shape.children.every((child) => {
    const fieldType = types.get(child.name);
    if (fieldType !== undefined) return isAsTyped(child, fieldType, rules, which);
    return !hasContent(child, which) && !(rules.asLines && containers.some((kind) => has(child, kind, which)));
  });
}

/** Kinds that contain other values, or nothing. */
const containers: readonly number[] = [seen.object, seen.list, seen.emptyList];

/** What a number may be in JSON lines, which keep all digits. */
const numberInLines: readonly number[] = [seen.int, seen.wide, seen.whole, seen.real];

/** What a timestamp may be that the engine reads. */
const readableTimestamp: readonly number[] = [seen.temporal, seen.readable];

function allowedKinds(kind: FieldType['kind'], { asLines }: Pick<TypingRules, 'asLines'>): readonly number[] {
  if (kind === 'timestamp' && !asLines) return readableTimestamp;
  return kind === 'number' && asLines ? numberInLines : asTyped[kind];
}

/** What a field of the type may contain without a change. */
const asTyped: Readonly<Record<FieldType['kind'], readonly number[]>> = {
  boolean: [seen.boolean],
  integer: [seen.int, seen.wide],
  number: [seen.int, seen.whole, seen.real],
  string: [seen.text, seen.temporal, seen.readable],
  date: [seen.temporal],
  time: [seen.temporal],
  timestamp: [seen.temporal],
  json: [],
  list: [seen.list, seen.emptyList],
  struct: [seen.object],
};
