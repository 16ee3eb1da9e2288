// For a stream that is set to append_dedup: keeps, of the rows with the same key, the one with the highest cursor, and of equal
// ones the last. The engine sorts keys and row numbers. The rows themselves are only copied.
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';

import { literal } from '@s3-connectors/common/columns/sql.ts';
import { readLines } from '@s3-connectors/common/protocol/lines.ts';

import type { ConversionEngine } from '../engine/engine.ts';
import { RowMarks } from '../spool/row-marks.ts';
import { dedupKey, type TypedDedup } from './dedup-key.ts';
import type { RowsOnDisk, RowSource } from './made-file.ts';
import { rewriteRows } from './rewritten-rows.ts';

/** The texts do not contain this character. */
const delimiter = '\u0001';

/** Copies the remaining rows to `target`, line by line. Sorting spills to the engine's folder. Bound: two bits for each row. */
export async function distinctRows(
  engine: ConversionEngine,
  source: RowSource,
  dedup: TypedDedup,
  target: string,
): Promise<RowsOnDisk> {
  const [keys, kept] = [`${target}.keys`, `${target}.kept`];
  try {
    const longestKey = await writeKeys(source, dedup, keys);
    await engine.inOrder(keptSql(keys, longestKey, kept));
    const marks = await readKept(kept);
    return await rewriteRows(source, target, () => undefined, { stays: (row) => marks.has(row) });
  } finally {
    for (const path of [keys, kept]) await rm(path, { force: true });
  }
}

/** A line for each row. @returns the bytes of the longest. */
async function writeKeys(source: RowSource, dedup: TypedDedup, path: string): Promise<number> {
  const { longestRow } = await rewriteRows(source, path, (bytes, start, _end, out) => {
    const { key, order } = dedupKey(bytes, start, dedup);
    out.text(key + delimiter + order);
    out.endLine();
  });
  return longestRow;
}

/** The numbers of the remaining rows, from 1 and in order. Texts are compared byte by byte. */
function keptSql(keys: string, longest: number, kept: string): string {
  const size = Math.max(2 * 1024 * 1024, longest + 1);
  const form = `header = false, delim = ${literal(delimiter)}, quote = '', escape = '', comment = '', skip = 0, nullstr = ''`;
  const columns = "columns = {'key': 'VARCHAR', 'place': 'VARCHAR'}";
  const lines = `read_csv(${literal(keys)}, auto_detect = false, ${columns}, ${form}, hive_partitioning = false, max_line_size = ${size}, buffer_size = ${2 * size})`;
  const among = 'PARTITION BY key, CASE WHEN key IS NULL THEN number END';
  const numbered = `SELECT *, row_number() OVER () AS number FROM ${lines}`;
  const distinct = `SELECT number FROM (${numbered}) QUALIFY row_number() OVER (${among} ORDER BY place DESC NULLS LAST, number DESC) = 1 ORDER BY number`;
  return `COPY (${distinct}) TO ${literal(kept)} (FORMAT csv, HEADER false)`;
}

async function readKept(path: string): Promise<RowMarks> {
  const kept = new RowMarks();
  for await (const { bytes, ends } of readLines(createReadStream(path), { reuse: true })) {
    let start = 0;
    for (const end of ends) {
      kept.set(Number(bytes.toString('latin1', start, end)) - 1);
      start = end + 1;
    }
  }
  return kept;
}
