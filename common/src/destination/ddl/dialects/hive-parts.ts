// What engines with Hive's tables share: the names that they accept, and how they write columns.
import { type Draft, type Refuse, type TypedColumn } from './dialect.ts';

export const jsonSerde = 'org.openx.data.jsonserde.JsonSerDe';
export const glueTypeLength = { characters: 131_072, owner: 'AWS Glue' };
/** Hidden columns of Trino, Athena and Redshift Spectrum. */
const ownColumns = /^\$(?:path|size|bucket|file_size|file_modified_time|partition|row_id|spectrum_oid)$/iu;
export const hiveTableName = /^\w+$/u;

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

/** The columns, and those of the folders if `type` is given. */
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
