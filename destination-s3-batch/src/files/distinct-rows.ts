// For a stream set to append_dedup: of the rows with the same key the one with the highest cursor, of equal ones the last.
import { stat } from 'node:fs/promises';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Engine } from '../engine.ts';
import type { Dedup } from '../table.ts';
import type { RowSource } from './made-file.ts';

/** No character of JSON text, so that lines are taken and given as they are. */
const delimiter = "'\u0001'";

/** Writes what stays to `target`, line by line as it is. Sorting spills to the engine's folder. */
export async function distinctRows(
  engine: Engine,
  source: RowSource,
  { key, cursor }: Dedup,
  target: string,
): Promise<RowSource> {
  const lines = linesSql(source.path, source.longestRow);
  const keys = key.map((path) => member(path)).join(', ');
  const cursors =
    cursor.length === 0
      ? []
      : [`TRY_CAST(${member(cursor)} AS DECIMAL(38, 9)) DESC NULLS LAST`, `${member(cursor)} DESC NULLS LAST`];
  const order = [...cursors, 'number DESC'].join(', ');
  const numbered = `SELECT line, row_number() OVER () AS number FROM ${lines}`;
  const distinct = `SELECT line FROM (${numbered}) QUALIFY row_number() OVER (PARTITION BY ${keys} ORDER BY ${order}) = 1 ORDER BY number`;
  await engine.inOrder(
    `COPY (${distinct}) TO ${literal(target)} (FORMAT csv, HEADER false, DELIMITER ${delimiter}, QUOTE '', ESCAPE '')`,
  );
  const [counted] = await engine.rows(`SELECT count(*) AS rows FROM ${linesSql(target, source.longestRow)}`);
  return {
    path: target,
    rows: Number(counted?.['rows']),
    bytes: (await stat(target)).size,
    longestRow: source.longestRow,
  };
}

/** A table of the lines of a file. */
function linesSql(path: string, longest: number): string {
  const size = Math.max(2 * 1024 * 1024, longest + 1);
  const form = `header = false, delim = ${delimiter}, quote = '', escape = '', comment = '', skip = 0`;
  const sizes = `max_line_size = ${size}, buffer_size = ${2 * size}`;
  return `read_csv(${literal(path)}, auto_detect = false, columns = {'line': 'VARCHAR'}, ${form}, ${sizes})`;
}

/** The JSON text of a member, at whatever depth; null without it. */
function member(path: readonly string[]): string {
  const pointer = path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return `nullif(CAST(json_extract(line, ${literal(pointer)}) AS VARCHAR), 'null')`;
}
