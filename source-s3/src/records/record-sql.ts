// The query that turns the rows of a local file into RECORD lines. What is equal in all rows is text, and the engine's writer adds
// the text before the first and after the last value of a row.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { StoredColumn } from '../columns/sql/stored-type.ts';
import { columnJsonSql } from '../columns/sql/value-sql.ts';
import { changeText, type RecordFrame } from '@s3-connectors/common/protocol/record-frame.ts';

import type { LineEnds } from './line-ends.ts';
import { differsSql } from '../columns/folder-value.ts';
import type { Clash } from '../columns/partition-conflicts.ts';

export type RecordQuery = {
  readonly path: string;
  readonly frame: RecordFrame;
  /** The columns of the catalog, in its order. */
  readonly columns: readonly Column[];
  /** All columns of the file, in its order. They are addressed by place, because the engine renames some. */
  readonly stored: readonly StoredColumn[];
  /** JSON texts of columns that do not come from the file. They override the file's. */
  readonly constants: ReadonlyMap<string, string>;
  /** The catalog's name of a column → the file's name, if they differ. */
  readonly spellings: ReadonlyMap<string, string>;
  /** Row numbers in the local file: from the first to before the end. */
  readonly rows: { readonly from: number; readonly to: number };
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

/** A line is `before`, the one VARCHAR of the query's row, `after`, and a line feed. */
export type LineQuery = LineEnds & { readonly sql: string };

/** A row for each record, in the file's order. */
export function recordSql(query: RecordQuery): LineQuery {
  return lineSql(query, columnTexts(query), rowsSql(query));
}

/**
 * Like `recordSql`, for few rows: they are copied first, because the engine would otherwise make JSON of all items in the lists of
 * its 2,048 rows.
 */
export function fewRecordsSql(query: RecordQuery): LineQuery {
  const places = [...columnsRead(query)].map(place);
  if (places.length === 0) return recordSql(query);
  const few = `WITH few AS MATERIALIZED (SELECT ${places.join(', ')} FROM ${rowsSql(query)})`;
  return lineSql(query, columnTexts(query), `(${few} SELECT * FROM few)`);
}

function lineSql(query: RecordQuery, texts: ReadonlyMap<number, ColumnText>, from: string): LineQuery {
  // Constant pieces are joined here, once, instead of in every row.
  const pieces = joinText(linePieces(query, texts));
  const [first, ...others] = pieces;
  const last = others.pop();
  const inner = others.map((piece) => ('text' in piece ? literal(piece.text) : piece.sql));
  const sql = `SELECT ${inner.length > 0 ? `concat(${inner.join(', ')})` : "''"} FROM ${from}`;
  return { sql, before: textOf(first), after: textOf(last) };
}

/** Rows with the JSON texts of the file's columns at these places. `joinedSql` joins them. */
export function textsSql(query: RecordQuery, places: ReadonlySet<number>): string {
  const texts = [...columnTexts(query)].filter(([, { place }]) => places.has(place));
  const columns = texts.flatMap(([index, { json, changes }]) => {
    const lost = changes.length === 0 ? [] : [`nullif(concat_ws(',', ${textsOf(changes)}), '') AS m${index}`];
    return [`${json} AS v${index}`, ...lost];
  });
  return `SELECT ${columns.join(', ')} FROM ${rowsSql(query)}`;
}

/** Like `recordSql`, for files with rows of `textsSql`, which together hold all columns. */
export function joinedSql(query: RecordQuery, paths: readonly string[]): LineQuery {
  const texts = [...columnTexts(query)].map(([index, { place, changes }]): [number, ColumnText] => {
    const lost = changes.length === 0 ? [] : [{ condition: `m${index} IS NOT NULL`, text: `m${index}` }];
    return [index, { place, json: `v${index}`, changes: lost }];
  });
  const from = paths
    .map((path) => `read_parquet(${literal(path)}, hive_partitioning = false)`)
    .join(' POSITIONAL JOIN ');
  return lineSql(query, new Map(texts), from);
}

/** For the first and the last piece, which are texts because of the form of a line. A line that is one text has no last piece. */
function textOf(piece: Piece | undefined): string {
  return piece !== undefined && 'text' in piece ? piece.text : '';
}

/** SQL with one row: for each clash, under the name of its place, the number of rows that differ from the folder. */
export function conflictSql(
  query: Pick<RecordQuery, 'path' | 'stored' | 'rows'> & { readonly clashes: readonly Clash[] },
): string {
  const counts = query.clashes.flatMap(({ place: index, value }) => {
    const column = query.stored[index];
    if (column === undefined) return [];
    return [`count(*) FILTER (WHERE ${differsSql(place(index), column.type, value)}) AS ${place(index)}`];
  });
  return `SELECT ${counts.join(', ')} FROM ${rowsSql(query)}`;
}

/** Decodes one column of the file, by place, and returns nothing of it. */
export function probeSql(query: Pick<RecordQuery, 'path' | 'stored' | 'rows'>, index: number): string {
  return `SELECT count(${place(index)}) FROM ${rowsSql(query)}`;
}

function rowsSql({ path, stored, rows }: Pick<RecordQuery, 'path' | 'stored' | 'rows'>): string {
  const places = stored.map((_, index) => place(index));
  // `file_row_number` is the engine's own column. The option of that name is refused for files with such a column.
  const source = `read_parquet(${literal(path)}, hive_partitioning = false) AS t(${places.join(', ')})`;
  return `${source} WHERE file_row_number >= ${rows.from} AND file_row_number < ${rows.to}`;
}

/** The columns of the file that the query reads, by place. */
export function columnsRead({
  columns,
  stored,
  constants,
  spellings,
}: Pick<RecordQuery, 'columns' | 'stored' | 'constants' | 'spellings'>): ReadonlySet<number> {
  const names = columns.map(({ name }) => name).filter((name) => !constants.has(name));
  const wanted = new Set(names.map((name) => spellings.get(name) ?? name));
  return new Set(stored.flatMap(({ name }, index) => (wanted.has(name) ? [index] : [])));
}

type Piece = { readonly text: string } | { readonly sql: string };

/** For a column of the file: SQL of its JSON text, never null, and of what became null in it. */
type ColumnText = { readonly place: number; readonly json: string; readonly changes: readonly Change[] };

/** `text`: JSON for `meta.changes`; null if `condition` is not true. */
type Change = { readonly condition: string; readonly text: string };

/** By the place among the catalog's columns. */
function columnTexts({ columns, stored, constants, spellings }: RecordQuery): ReadonlyMap<number, ColumnText> {
  const places = new Map(stored.map(({ name, type }, index) => [name, { place: index, type }]));
  const texts = new Map<number, ColumnText>();
  for (const [index, column] of columns.entries()) {
    const found = places.get(spellings.get(column.name) ?? column.name);
    if (constants.has(column.name) || found === undefined) continue;
    const { json, losses } = columnJsonSql(place(found.place), found.type, column);
    const changes = losses.map(({ field, condition }) => {
      return { condition, text: `CASE WHEN ${condition} THEN ${literal(changeText(field))} END` };
    });
    texts.set(index, { place: found.place, json, changes });
  }
  return texts;
}

function* linePieces(
  { frame, columns, constants, emittedAt }: RecordQuery,
  texts: ReadonlyMap<number, ColumnText>,
): Generator<Piece> {
  yield { text: frame.start };
  for (const [index, { name }] of columns.entries()) {
    yield { text: `${index > 0 ? ',' : ''}${JSON.stringify(name)}:` };
    const found = texts.get(index);
    yield found === undefined ? { text: constants.get(name) ?? 'null' } : { sql: found.json };
  }
  yield { text: frame.end(emittedAt) };
  const changes = [...texts.values()].flatMap((column) => column.changes);
  if (changes.length > 0) yield { sql: changesSql(changes, frame) };
  else yield { text: frame.unchanged };
  yield { text: frame.close };
}

/**
 * For a row with values that became null, and for others. It is written even if the frame does not have changes, because they are
 * counted by it.
 */
function changesSql(changes: readonly Change[], frame: RecordFrame): string {
  const { start, end } = frame.changes;
  const any = changes.map(({ condition }) => `(${condition})`).join(' OR ');
  const text = `concat(${literal(start)}, concat_ws(',', ${textsOf(changes)}), ${literal(end)})`;
  return `CASE WHEN ${any} THEN ${text} ELSE ${literal(frame.unchanged)} END`;
}

/** concat_ws skips nulls. */
function textsOf(changes: readonly Change[]): string {
  return changes.map(({ text }) => text).join(', ');
}

function joinText(pieces: Iterable<Piece>): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && 'text' in last && 'text' in piece)
      joined[joined.length - 1] = { text: last.text + piece.text };
    else joined.push(piece);
  }
  return joined;
}

/** The name of a file column in a query. */
function place(index: number): string {
  return `c${index}`;
}
