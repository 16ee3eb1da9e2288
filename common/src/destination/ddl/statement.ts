// Makes a statement from a table: the names and columns that the engine accepts, comments, first queries, and the statement
// itself. Pure, except that it lists the folders for engines that do not find them.
import { oneLine } from '../../protocol/text/text.ts';
import { sqlType, type DdlDialect, type Draft, type TypedColumn } from './dialects/dialect.ts';
import { glueTable } from './dialects/glue.ts';
import { firstQueries, type Query, type SegmentTable } from './queries.ts';
import type { TableName } from './table-name.ts';
import { folderNamesOf, type DdlTable } from './table/table.ts';
import { hiddenComment, visibleColumns } from './visible-columns.ts';

export type Wishes = {
  readonly database: string | undefined;
  readonly access: string | undefined;
  readonly region: string;
  readonly segments: SegmentTable;
};

export type Described = {
  readonly draft: Draft;
  /** Sentences. */
  readonly comments: readonly string[];
  readonly queries: readonly Query[];
};

/** Undefined for a table without a column that the engine accepts, or with a folder that it does not accept. */
export function describeTable(
  dialect: DdlDialect,
  table: DdlTable,
  { name, comments }: TableName,
  wishes: Wishes,
): Described | undefined {
  const folders = dialect.hasNoFolders === true ? [] : folderNamesOf(table);
  if (folders.some((folder) => dialect.refuse({ name: folder, type: { kind: 'string' } }, 0) !== undefined))
    return undefined;
  if (!table.folders.every((folder) => dialect.findsFolder?.(folder) ?? true)) return undefined;
  const above = dialect.seesPath === true ? pathFolders(table.location) : [];
  const renames = dialect.isByPosition === true && table.format === 'parquet';
  const { columns, hidden } = visibleColumns(table.columns, [...folders, ...above], { ...dialect, renames });
  const typed = columns.map((column) => ({ ...column, sql: sqlType(dialect, column.type, table.format) }));
  const { characters, owner } = dialect.longestType ?? { characters: Infinity, owner: '' };
  const isLong = ({ sql }: TypedColumn): boolean => sql.length > characters;
  const shown = typed.filter((column) => !isLong(column));
  if (shown.length === 0) return undefined;
  const tooLong = `${owner} takes types of ${characters} characters`;
  const database = wishes.database ?? dialect.database;
  const draft = {
    name: qualified(dialect.quote, name, database),
    plainName: name,
    table,
    columns: shown,
    ...wishes,
    database,
  };
  const inQuery = (table_: string): string => qualified(dialect.quoteInQuery ?? dialect.quote, table_, database);
  return {
    draft,
    comments: [
      ...comments,
      ...table.notes,
      ...(dialect.notes?.(draft) ?? []),
      ...hidden,
      ...typed.filter(isLong).map((column) => hiddenComment(column.name, tooLong)),
    ],
    queries: firstQueries(dialect, {
      table,
      name: inQuery(name),
      other: inQuery,
      columns: shown,
      segments: wishes.segments,
    }),
  };
}

/** The names of the folders above the table that readers of Hive folders make columns from. */
function pathFolders(location: string): readonly string[] {
  return location.split('/').flatMap((folder) => (folder.includes('=') ? [folder.slice(0, folder.indexOf('='))] : []));
}

function qualified(quote: (name: string) => string, name: string, database: string | undefined): string {
  return database === undefined ? quote(name) : `${quote(database)}.${quote(name)}`;
}

/** Ends with an empty line. */
export async function* sqlOf(dialect: DdlDialect, { draft, comments, queries }: Described): AsyncGenerator<string> {
  const lines = [
    ...comments.map((comment) => `-- ${oneLine(comment)}`),
    ...queries.flatMap(({ title, sql }) => [`-- ${title}:`, `--   ${sql}`]),
    ...dialect.create(draft),
  ];
  yield `${lines.join('\n')}\n\n`;
  if (dialect.addPartitions === undefined) return;
  for await (const statement of dialect.addPartitions(draft)) yield `${statement}\n\n`;
}

/** One line, for `--cli-input-json`. */
export function glueJson({ draft, comments, queries }: Described): string {
  const texts = queries.map(({ title, sql }) => `${title}: ${sql}`);
  return `${JSON.stringify(glueTable(draft, comments, texts))}\n`;
}
