// The lines of a row group whose pages fit in memory. How long the JSON of a row becomes is known only when it is made, and the
// engine makes that of 2,048 rows at once: where they do not fit, the rest of the row group is asked for a few rows at a time.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Engine } from '../../engine/engine.ts';
import type { Lines } from '../../records/line-buffer.ts';
import { fewRecordsSql, recordSql, type RecordQuery } from '../../records/record-sql.ts';

/** Rows of a query: all of them first. Each query decodes the row group up to them once more. */
const rowsAtOnce = [Infinity, 256, 64, 16];

type Narrowing = {
  readonly query: RecordQuery;
  /** Before fewer rows are asked for. */
  readonly narrows: () => Promise<void>;
};

/** @throws ENGINE_MEMORY_EXCEEDED when a few rows do not fit either. Ends early where rows are missing. */
export async function* linesInMemory(
  engine: Pick<Engine, 'lines'>,
  { query, narrows }: Narrowing,
  signal: AbortSignal,
): AsyncGenerator<Lines> {
  let { from } = query.rows;
  for (const most of rowsAtOnce) {
    try {
      while (from < query.rows.to) {
        const rows = { from, to: Math.min(query.rows.to, from + most) };
        const sql = most === Infinity ? recordSql({ ...query, rows }) : fewRecordsSql({ ...query, rows });
        for await (const lines of engine.lines(sql, signal)) {
          from += lines.rows;
          yield lines;
        }
        if (from < rows.to) return;
      }
      return;
    } catch (error) {
      const isMemory = error instanceof ConnectorError && error.code === 'ENGINE_MEMORY_EXCEEDED';
      if (!isMemory || most === rowsAtOnce.at(-1)) throw error;
      await narrows();
    }
  }
}
