// The first queries that people run on a table: events by day, users by segment, and the same with the names of the segments.
import type { DdlDialect } from './dialects/dialect.ts';
import type { SqlColumn, DdlTable } from './table/table.ts';

/** The table with the names of the segments: `segment_metadata` of the batch export, `segment` of the streaming one. */
export type SegmentTable = { readonly table: string; readonly code: string };

export type Query = { readonly title: string; readonly sql: string };

type About = {
  /** The noun for the rows of the table: `Events` or `Rows`. */
  readonly table: DdlTable;
  /** Quoted as in queries. */
  readonly name: string;
  /** The quoted name of another table. */
  readonly other: (table: string) => string;
  readonly columns: readonly SqlColumn[];
  readonly segments: SegmentTable;
};

export function firstQueries(dialect: DdlDialect, about: About): readonly Query[] {
  const { columns, segments, name, other } = about;
  const quote = dialect.quoteInQuery ?? dialect.quote;
  const kindOf = (name: string) => columns.find((column) => column.name === name)?.type.kind;
  const isEvents = kindOf('segments') === 'list' && kindOf('user_id') !== undefined;
  const sql = countByDay(dialect, about);
  const byDay = { title: `${isEvents ? 'Events' : 'Rows'}${sql.includes('GROUP BY') ? ' by day' : ''}`, sql };
  if (!isEvents) return [byDay];
  const { from, value } = dialect.unnest(name, quote('segments'));
  const user = quote('user_id');
  const users = `SELECT ${value} AS segment, count(DISTINCT ${user}) AS users FROM ${from} GROUP BY 1 ORDER BY 2 DESC`;
  const pairs = `SELECT ${user}, ${value} AS segment FROM ${from}`;
  const code = `m.${quote(segments.code)}`;
  const named = `SELECT m.${quote('name')} AS segment_name, count(DISTINCT e.${user}) AS users FROM (${pairs}) e JOIN ${other(segments.table)} m ON ${code} = e.segment GROUP BY 1 ORDER BY 2 DESC`;
  return [
    byDay,
    { title: 'Users by segment', sql: users },
    { title: `Users by name of segment, from ${segments.table}`, sql: named },
  ];
}

function countByDay(dialect: DdlDialect, { table, name, columns }: About): string {
  const quote = dialect.quoteInQuery ?? dialect.quote;
  const dates = table.folders.filter(({ range }) => range !== undefined).slice(0, 3);
  if (dialect.hasNoFolders !== true && dates.length > 0) {
    const days = dates.map((folder) => quote(folder.name)).join(', ');
    return `SELECT ${days}, count(*) AS n FROM ${name} GROUP BY ${days} ORDER BY ${days}`;
  }
  const time = columns.find((column) => column.name === 'time')?.type.kind;
  const form = time === 'instant' ? 'timestamp' : time === 'string' ? 'milliseconds' : undefined;
  if (dialect.day === undefined || form === undefined) return `SELECT count(*) AS n FROM ${name}`;
  return `SELECT ${dialect.day(quote('time'), form)} AS day, count(*) AS n FROM ${name} GROUP BY 1 ORDER BY 1`;
}
