// What engines with Hive's tables share: the names that they accept, and how they write columns.
import type { SqlColumn } from '../table/table.ts';
import { type Draft, type Refuse, type TypedColumn } from './dialect.ts';

export const jsonSerde = 'org.openx.data.jsonserde.JsonSerDe';
export const glueTypeLength = { characters: 131_072, owner: 'AWS Glue' };
/** Hidden columns of Trino, Athena and Redshift Spectrum. */
const ownColumns = /^\$(?:path|size|bucket|file_size|file_modified_time|partition|row_id|spectrum_oid)$/iu;
export const hiveTableName = { form: /^\w+$/u, rule: 'takes only letters, digits and "_"' };

/**
 * Hive's parser refuses `.` and `:` in the name of a column, and its type parser takes letters and digits of one UTF-16 unit and `_`
 * as the name of a member (TypeInfoUtils.TypeInfoParser; later versions refuse the blank, `.` and `$` that earlier ones take).
 */
export function refuseLikeHive(title: string): Refuse {
  return ({ name }, depth) => {
    if (depth === 0 && ownColumns.test(name)) return `${title} has a column of its own of that name`;
    if (depth === 0) {
      return /[.:]/u.test(name) ? `${title} takes no "." and no ":" in the name of a column` : undefined;
    }
    const isTaken = /^[\p{L}\p{Nd}_]+$/u.test(name) && !/[\u{10000}-\u{10ffff}]/u.test(name);
    return isTaken ? undefined : `${title} takes only letters, digits and "_" in the name of a member`;
  };
}

/** `name: type`, the form of members of an object in Hive. */
export function hiveStruct(quote: (name: string) => string): (members: readonly TypedColumn[]) => string {
  return (members) => `STRUCT<${members.map(({ name, sql }) => `${quote(name)}: ${sql}`).join(', ')}>`;
}

/** The columns of the files, without those of the folders. */
export function columnsOf({ columns }: Draft, quote: (name: string) => string): readonly string[] {
  return columns.map(({ name, sql }) => `${quote(name)} ${sql}`);
}

export function foldersOf(
  { table }: Draft,
  quote: (name: string) => string,
  [integer, text]: readonly [string, string],
): readonly string[] {
  return table.folders.map(({ name, range }) => `${quote(name)} ${range === undefined ? text : integer}`);
}

export function hasTextFolders({ table }: Draft): boolean {
  return table.folders.some(({ range }) => range === undefined);
}

/**
 * Properties of the SerDe for rows with keys that differ only in case: it would confuse the keys, or refuse the row
 * (https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html). None for other tables.
 */
export function caseProperties({ table, columns }: Draft): Readonly<Record<string, string>> {
  const folded = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  if (table.format !== 'json' || folded.size === table.columns.length) return {};
  const named = [...members(columns), ...columns].filter(({ name }) => name !== name.toLowerCase());
  return {
    'case.insensitive': 'false',
    ...Object.fromEntries(named.map(({ name }) => [`mapping.${name.toLowerCase()}`, name])),
  };
}

/** The members of objects, at all levels. */
function members(columns: readonly SqlColumn[]): readonly SqlColumn[] {
  return columns.flatMap(({ type }) => {
    const fields = type.kind === 'list' ? members([{ name: '', type: type.items }]) : [];
    return type.kind === 'struct' ? [...members(type.fields), ...type.fields] : fields;
  });
}

export function rowFormat(draft: Draft, text: (value: string) => string): string {
  const serde = `ROW FORMAT SERDE '${jsonSerde}'`;
  const properties = Object.entries(caseProperties(draft)).map(([key, value]) => `${text(key)} = ${text(value)}`);
  return properties.length === 0 ? serde : `${serde}\nWITH SERDEPROPERTIES (${properties.join(', ')})`;
}
