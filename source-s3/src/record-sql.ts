// The query that turns the rows of a local file into RECORD lines: what is the same for all rows is text, and the text
// before the first and behind the last value of a row is left to the engine's writer.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { StoredColumn } from '@s3-connectors/common/columns/stored-type.ts';
import { columnJsonSql, type Loss } from '@s3-connectors/common/columns/value-sql.ts';
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';

import { differsSql, type Clash } from './partition-conflicts.ts';
import { frameStart, frameTail } from './record-frame.ts';

export type RecordQuery = {
  readonly path: string;
  readonly stream: StreamDescriptor;
  /** What the catalog asks for, in its order. */
  readonly columns: readonly Column[];
  /** All columns of the file, in its order: they are addressed by place, since the engine renames some. */
  readonly stored: readonly StoredColumn[];
  /** JSON texts of columns that do not come from the file; they win over the file's. */
  readonly constants: ReadonlyMap<string, string>;
  /** The catalog's name of a column → the file's, where they differ. */
  readonly spellings: ReadonlyMap<string, string>;
  /** Row numbers in the file: from the first to before the end. */
  readonly rows: { readonly from: number; readonly to: number };
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

/** A line is `before`, the query's one VARCHAR of the row, `after` and a line end. */
export type LineQuery = { readonly sql: string; readonly before: string; readonly after: string };

/** A row for each record, in the file's order. */
export function recordSql(query: RecordQuery): LineQuery {
  // Constant pieces are joined here, once, instead of in every row.
  const pieces = joinText(linePieces(query));
  const [first, ...others] = pieces;
  const last = others.pop();
  const inner = others.map((piece) => ('text' in piece ? literal(piece.text) : piece.sql));
  const sql = `SELECT ${inner.length > 0 ? `concat(${inner.join(', ')})` : "''"} FROM ${rowsSql(query)}`;
  return { sql, before: textOf(first), after: textOf(last) };
}

/** Of the first piece and the last one, which are texts by the shape of a line; a line that is one text has no last. */
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

function rowsSql({ path, stored, rows }: Pick<RecordQuery, 'path' | 'stored' | 'rows'>): string {
  const places = stored.map((_, index) => place(index));
  // `file_row_number` is the engine's own: the option of that name is refused for files with a column called so.
  const source = `read_parquet(${literal(path)}) AS t(${places.join(', ')})`;
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

function* linePieces({ stream, columns, stored, constants, spellings, emittedAt }: RecordQuery): Generator<Piece> {
  const places = new Map(stored.map(({ name, type }, index) => [name, { sql: place(index), type }]));
  const losses: Loss[] = [];
  yield { text: frameStart(stream) };
  for (const [index, column] of columns.entries()) {
    yield { text: `${index > 0 ? ',' : ''}${JSON.stringify(column.name)}:` };
    const constant = constants.get(column.name);
    const found = places.get(spellings.get(column.name) ?? column.name);
    if (constant !== undefined || found === undefined) yield { text: constant ?? 'null' };
    else {
      const value = columnJsonSql(found.sql, found.type, column);
      losses.push(...value.losses);
      yield { sql: value.json };
    }
  }
  yield { text: frameTail(emittedAt) };
  if (losses.length > 0) yield { sql: metaSql(losses) };
  yield { text: '}}' };
}

/** `,"meta":{"changes":[…]}` for a row with values that had to become null, else nothing. */
function metaSql(losses: readonly Loss[]): string {
  const changes = losses.map(({ field, condition }) => {
    const change = JSON.stringify({ field, change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' });
    return `CASE WHEN ${condition} THEN ${literal(change)} END`;
  });
  const any = losses.map(({ condition }) => `(${condition})`).join(' OR ');
  // concat_ws passes over nulls.
  return `CASE WHEN ${any} THEN concat(',"meta":{"changes":[', concat_ws(',', ${changes.join(', ')}), ']}') ELSE '' END`;
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

/** The name that a column of the file has in a query. */
function place(index: number): string {
  return `c${index}`;
}
