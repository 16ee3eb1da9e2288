// The columns of a statement. Columns and members that the engine does not accept are omitted, with a comment for each, because
// one such name would break the statement for the complete table.
import { isPrintable, oneLine } from '../../protocol/text/text.ts';
import type { DdlDialect, Refuse } from './dialects/dialect.ts';
import type { SqlColumn, SqlType } from './table/table.ts';

type Visible = { readonly columns: readonly SqlColumn[]; readonly hidden: readonly string[] };

/** `renames`: a column that the engine does not accept is renamed instead of omitted. */
type Rules = Pick<DdlDialect, 'title' | 'refuse' | 'hasCase' | 'isOpaque' | 'longestName'> & {
  readonly renames: boolean;
};

/** Columns that no engine accepts are omitted first. */
export function visibleColumns(columns: readonly SqlColumn[], folders: readonly string[], rules: Rules): Visible {
  const hidden: string[] = [];
  const names = new Set(folders.map((name) => name.toLowerCase()));
  const { title, longestName = Infinity } = rules;
  const refuse: Refuse = (column, depth) => {
    const { name } = column;
    if (!isPrintable(name)) return 'SQL cannot show the characters of its name';
    if (depth === 0 && names.has(name.toLowerCase())) return 'a folder has its name';
    if (name.trim() === '') return 'it has no name that can be seen';
    if (Buffer.byteLength(name) > longestName) return `${title} takes names of ${longestName} bytes`;
    return rules.refuse(column, depth);
  };
  const visible = visibleMembers(columns, { path: '', depth: 0, rules: { ...rules, refuse }, hidden });
  return { columns: visible, hidden };
}

export function hiddenComment(path: string, reason: string): string {
  return `The column ${oneLine(path)} is omitted: ${reason}.`;
}

type Place = {
  readonly path: string;
  readonly depth: number;
  readonly rules: Rules;
  /** Comments for omitted columns. */
  readonly hidden: string[];
};

/** Undefined for an object without a remaining member. */
function visibleType(type: SqlType, place: Place): SqlType | undefined {
  if (place.rules.isOpaque === true) return type;
  if (type.kind === 'list') {
    const items = visibleType(type.items, place);
    return items && { ...type, items };
  }
  if (type.kind !== 'struct') return type;
  const fields = visibleMembers(type.fields, place);
  return fields.length === 0 ? undefined : { kind: 'struct', fields };
}

function visibleMembers(columns: readonly SqlColumn[], place: Place): readonly SqlColumn[] {
  const { path: outer, depth, rules, hidden } = place;
  const taken = new Set<string>();
  return columns.flatMap((column, index) => {
    const { name } = column;
    const path = outer === '' ? name : `${outer}.${name}`;
    const key = rules.hasCase === true ? name : name.toLowerCase();
    const reason =
      rules.refuse(column, depth) ?? (taken.has(key) ? 'another one has its name in another case' : undefined);
    if (reason !== undefined && rules.renames) {
      let other = `column_${index + 1}`;
      while (taken.has(other)) other = `_${other}`;
      taken.add(other);
      hidden.push(`The column ${oneLine(path)} is called ${other}: ${reason}.`);
      return [{ ...column, name: other }];
    }
    const type = reason === undefined ? visibleType(column.type, { ...place, path, depth: depth + 1 }) : undefined;
    if (type === undefined) {
      hidden.push(hiddenComment(path, reason ?? 'nothing of it is left'));
      return [];
    }
    taken.add(key);
    return [{ name, type }];
  });
}
