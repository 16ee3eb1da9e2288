// The columns that a statement can have: what an engine does not take is left out, however deep, with a comment for each. One such
// name would spoil the statement for the whole table.
import { isPrintable, oneLine } from '@s3-connectors/common/protocol/text/text.ts';

import {
  storedFields,
  type Field,
  type FieldType,
  type StoredField,
  type StructType,
} from '../columns/types/field-type.ts';

/** Why an engine does not take a name, if it does not. `depth`: 0 for a column, more for a member of one. */
export type Refuse = (name: string, depth: number) => string | undefined;

type Visible = { readonly columns: readonly StoredField[]; readonly hidden: readonly string[] };

/** What no engine takes goes first. */
export function visibleFields(type: StructType, folders: readonly string[], refuse: Refuse = () => undefined): Visible {
  const hidden = new Map<string, string>();
  const folderNames = new Set(folders.map((name) => name.toLowerCase()));
  const folderName: Refuse = (name, depth) =>
    depth === 0 && folderNames.has(name.toLowerCase()) ? 'a folder has its name' : undefined;
  const whole: Refuse = (name, depth) => unprintable(name) ?? folderName(name, depth) ?? refuse(name, depth);
  return {
    columns: visibleMembers(type, { path: '', depth: 0, refuse: whole, hidden }),
    hidden: Array.from(hidden, ([path, reason]) => hiddenComment(path, reason)),
  };
}

export function hiddenComment(path: string, reason: string): string {
  return `-- The column ${oneLine(path)} is left out: ${reason}.`;
}

function unprintable(name: string): string | undefined {
  return isPrintable(name) ? undefined : 'SQL cannot show the characters of its name';
}

type Place = {
  readonly path: string;
  readonly depth: number;
  readonly refuse: Refuse;
  /** By path, the reason. */
  readonly hidden: Map<string, string>;
};

/** Undefined for an object of which nothing is left. */
function visibleType(type: FieldType, place: Place): FieldType | undefined {
  if (type.kind === 'list') {
    const items = visibleType(type.items, place);
    return items && { ...type, items };
  }
  if (type.kind !== 'struct') return type;
  const fields = visibleMembers(type, place).map((field): Field => ({ ...field, misfits: false }));
  return fields.length === 0 ? undefined : { kind: 'struct', fields, rest: false };
}

function visibleMembers(type: StructType, { path: outer, depth, refuse, hidden }: Place): readonly StoredField[] {
  return storedFields(type).flatMap((field) => {
    const path = outer === '' ? field.name : `${outer}.${field.name}`;
    const reason = refuse(field.name, depth);
    const visible =
      reason === undefined ? visibleType(field.type, { path, depth: depth + 1, refuse, hidden }) : undefined;
    if (visible !== undefined) return [{ name: field.name, type: visible }];
    hidden.set(path, reason ?? 'nothing of it is left');
    return [];
  });
}
