// The lines of a row group whose pages fit in memory. The size of a row's JSON is known only when it is made, and the engine makes
// that of 2,048 rows at once. If they do not fit, the rest of the row group is requested a few rows at a time.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Engine } from '../../engine/engine.ts';
import type { Lines } from '../../records/line-buffer.ts';
import { fewRecordsSql, recordSql, type RecordQuery } from '../../records/record-sql.ts';

/** The numbers of rows per query: first all. Each query decodes the row group again up to its rows. */
const rowsAtOnce = [Infinity, 256, 64, 16];

type Narrowing = {
  readonly query: RecordQuery;
  /** Called before fewer rows are requested. */
  readonly narrows: () => Promise<void>;
};

/** @throws ENGINE_MEMORY_EXCEEDED if even a few rows do not fit. Ends early if rows are missing. */
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
