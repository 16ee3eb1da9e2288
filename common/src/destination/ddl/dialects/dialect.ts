// What `ddl` knows of an engine: a row of the table in dialects.ts. Pure.
import type { Folder, SqlColumn, SqlType, ScalarKind, DdlTable } from '../table/table.ts';

/** A column as the statement has it. */
export type TypedColumn = SqlColumn & { readonly sql: string };

/** What a statement is made of. */
export type Draft = {
  /** Quoted, with the database if one is given. */
  readonly name: string;
  /** Without quotes. */
  readonly plainName: string;
  readonly table: DdlTable;
  readonly columns: readonly TypedColumn[];
  readonly database: string | undefined;
  /** What gives the engine access: a role, an integration, a connection. */
  readonly access: string | undefined;
  readonly region: string;
};

/** Why the engine does not take a column, if it does not. `depth`: 0 for a column, more for a member of one. */
export type Refuse = (column: SqlColumn, depth: number) => string | undefined;

type Scalars = Readonly<Record<ScalarKind, string>>;

/** The rows of a list as rows of a query: what follows FROM, and the value there. */
type Unnested = { readonly from: string; readonly value: string };

export type DdlDialect = {
  /** As a sentence names it. */
  readonly title: string;
  /** The types of Parquet files. */
  readonly scalars: Scalars;
  /** Those of JSON lines, where they differ. */
  readonly jsonScalars?: Partial<Scalars>;
  readonly list: (items: string) => string;
  readonly struct: (members: readonly TypedColumn[]) => string;
  /** Members cannot be seen in the statement: objects have one type. */
  readonly isOpaque?: true;
  readonly quote: (name: string) => string;
  /** In queries, if other than in the statement. */
  readonly quoteInQuery?: (name: string) => string;
  /** Which names of tables it takes, and its rule after its name; absent: all. */
  readonly takesTable?: { readonly form: RegExp; readonly rule: string };
  /** Whether it finds the files in a folder of such a name; absent: in all. */
  readonly findsFolder?: (folder: Folder) => boolean;
  readonly refuse: Refuse;
  /** It tells names apart by case. */
  readonly hasCase?: true;
  /** The longest name of a table or column in bytes. */
  readonly longestName?: number;
  readonly longestType?: { readonly characters: number; readonly owner: string };
  /** Where the engine needs one and none is given. */
  readonly database?: string;
  /** It has no columns for folders. */
  readonly hasNoFolders?: true;
  /** It makes a column of each folder of the path, also of those above the table: `type=events/`. */
  readonly seesPath?: true;
  /** It takes the columns of Parquet files by their position, so none may be omitted. */
  readonly isByPosition?: true;
  /** The day of a time column, for an engine without folders. */
  readonly day?: (column: string, form: 'milliseconds' | 'timestamp') => string;
  readonly unnest: (table: string, column: string) => Unnested;
  /** Sentences that its users need, in front of the statement. */
  readonly notes?: (draft: Draft) => readonly string[];
  /** The lines. */
  readonly create: (draft: Draft) => readonly string[];
  /** Further statements that need the folders that are there. */
  readonly addPartitions?: (draft: Draft) => AsyncIterable<string>;
};

/** The types of a dialect in the order of `ScalarKind`, between bars. */
export function scalarsOf(names: string): Scalars {
  const [boolean, integer, number, string, json, any, date, time, instant, local] = names
    .split('|')
    .map((name) => name.trim());
  return { boolean, integer, number, string, json, any, date, time, instant, local } as Scalars;
}

/** Times as text, as JSON lines have them. */
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

/** In a text of Hive, Spark, BigQuery and ClickHouse; two quotes would end one text and begin the next. */
export function backslashed(text: string): string {
  return `'${text.replaceAll(/['\\]/gu, String.raw`\$&`)}'`;
}

/** The columns of a list in brackets, one in a line. */
export function columnLines(columns: readonly string[], indent = '  '): string {
  return columns.map((column) => `${indent}${column}`).join(',\n');
}

export function folderNames({ folders }: DdlTable, quote: (name: string) => string): string {
  return folders.map(({ name }) => quote(name)).join(', ');
}

/** The folders of all values, each followed by a slash. `encode`: how the engine finds a key that no pattern is meant by. */
export function folderGlob({ folders }: DdlTable, encode: (key: string) => string): string {
  return folders.map(({ key }) => `${encode(key)}=*/`).join('');
}
