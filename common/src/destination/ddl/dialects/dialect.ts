// An engine for `ddl`: a row of the table in dialects.ts. Pure.
import type { Folder, SqlColumn, SqlType, ScalarKind, DdlTable } from '../table/table.ts';

/** A column, as the statement has it. */
export type TypedColumn = SqlColumn & { readonly sql: string };

/** The parts of a statement. */
export type Draft = {
  /** Quoted, with the database if one is given. */
  readonly name: string;
  /** Without quotes. */
  readonly plainName: string;
  readonly table: DdlTable;
  readonly columns: readonly TypedColumn[];
  readonly database: string | undefined;
  /** The engine's access to the bucket: a role, an integration, a connection. */
  readonly access: string | undefined;
  readonly region: string;
};

/** Why the engine does not accept a column. `depth`: 0 for a column, more for a member of it. */
export type Refuse = (column: SqlColumn, depth: number) => string | undefined;

type Scalars = Readonly<Record<ScalarKind, string>>;

/** Unnests a list in a query: the text after FROM, and the name of the value. */
type Unnested = { readonly from: string; readonly value: string };

export type DdlDialect = {
  /** The name in sentences. */
  readonly title: string;
  /** The types of Parquet files. */
  readonly scalars: Scalars;
  /** The types of JSON lines, where they differ. */
  readonly jsonScalars?: Partial<Scalars>;
  readonly list: (items: string) => string;
  readonly struct: (members: readonly TypedColumn[]) => string;
  /** All objects have one type in the statement, which does not list their members. */
  readonly isOpaque?: true;
  readonly quote: (name: string) => string;
  /** Quotes in queries, if they differ from those in the statement. */
  readonly quoteInQuery?: (name: string) => string;
  /** The names that a table may have, and its rule after its name. Absent: any. */
  readonly takesTable?: { readonly form: RegExp; readonly rule: string };
  /** Whether the engine finds the files in a folder with this name. Absent: it finds them in all folders. */
  readonly findsFolder?: (folder: Folder) => boolean;
  readonly refuse: Refuse;
  /** Names are case-sensitive. */
  readonly hasCase?: true;
  /** The longest name of a table or column in bytes. */
  readonly longestName?: number;
  readonly longestType?: { readonly characters: number; readonly owner: string };
  /** Used if the engine needs a database and none is given. */
  readonly database?: string;
  /** Folders do not become columns. */
  readonly hasNoFolders?: true;
  /** Each folder of the path becomes a column, also those above the table: `type=events/`. */
  readonly seesPath?: true;
  /** Columns of Parquet files are read by position, so none may be omitted. */
  readonly isByPosition?: true;
  /** The day of a time column, for an engine whose folders are not columns. */
  readonly day?: (column: string, form: 'milliseconds' | 'timestamp') => string;
  readonly unnest: (table: string, column: string) => Unnested;
  /** Sentences for the user, before the statement. */
  readonly notes?: (draft: Draft) => readonly string[];
  /** The lines of the statement. */
  readonly create: (draft: Draft) => readonly string[];
  /** Further statements, made from the folders that exist. */
  readonly addPartitions?: (draft: Draft) => AsyncIterable<string>;
};

/** The types of a dialect in the order of `ScalarKind`, separated by bars. */
export function scalarsOf(names: string): Scalars {
  const [boolean, integer, number, string, json, any, date, time, instant, local] = names
    .split('|')
    .map((name) => name.trim());
  return { boolean, integer, number, string, json, any, date, time, instant, local } as Scalars;
}

/** Times are text, as in JSON lines. */
export function textTimes(type: string): Partial<Scalars> {
  return { date: type, time: type, instant: type, local: type };
}

export function sqlType(dialect: DdlDialect, type: SqlType, format: DdlTable['format']): string {
  if (type.kind === 'list') return dialect.list(sqlType(dialect, type.items, format));
  if (type.kind !== 'struct') {
    return (format === 'json' ? dialect.jsonScalars?.[type.kind] : undefined) ?? dialect.scalars[type.kind];
  }
  return dialect.struct(type.fields.map((field) => ({ ...field, sql: sqlType(dialect, field.type, format) })));
}

export function backticks(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A text of Hive, Spark, BigQuery and ClickHouse. Two quotes would end one text and begin the next. */
export function backslashed(text: string): string {
  return `'${text.replaceAll(/['\\]/gu, String.raw`\$&`)}'`;
}

/** The columns of a list in brackets, one per line. */
export function columnLines(columns: readonly string[], indent = '  '): string {
  return columns.map((column) => `${indent}${column}`).join(',\n');
}

export function folderNames({ folders }: DdlTable, quote: (name: string) => string): string {
  return folders.map(({ name }) => quote(name)).join(', ');
}

/** A glob for the folders of all values, each followed by a slash. `encode` writes a key so that none of its characters is a pattern. */
export function folderGlob({ folders }: DdlTable, encode: (key: string) => string): string {
  return folders.map(({ key }) => `${encode(key)}=*/`).join('');
}
