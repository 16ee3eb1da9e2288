// Finds the place of damage in a row group, which the engine does not report: decodes columns alone, then fewer rows.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Engine } from '../../engine/engine.ts';
import { vectorRows } from './page-memory.ts';
import { columnsRead, probeSql, type RecordQuery } from '../../records/record-sql.ts';

/** The longest time that a user should wait for it. */
const mostMs = 5000;

/** ` in its column "name", between rows 1 and 2048`, as far as it can be found. Rows count from 1 over the complete file. */
export async function damagedPlace(
  engine: Pick<Engine, 'run'>,
  query: RecordQuery,
  failure: ConnectorError,
  signal: AbortSignal,
): Promise<string> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(mostMs)]);
  const fails = async (index: number, from: number, to: number): Promise<boolean> => {
    try {
      await engine.run(probeSql({ ...query, rows: { from, to } }, index), stop);
      return false;
    } catch (error) {
      if (stop.aborted) throw error;
      return error instanceof ConnectorError && error.code === failure.code && error.message === failure.message;
    }
  };
  let place = '';
  try {
    for (const index of columnsRead(query)) {
      const { from, to } = query.rows;
      if (!(await fails(index, from, to))) continue;
      place = ` in its column "${query.stored[index]?.name ?? ''}"`;
      const first = await firstRows((start, end) => fails(index, start, end), from, to);
      return first === undefined ? place : `${place}, between rows ${first.from + 1} and ${first.to}`;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!stop.aborted) throw error;
  }
  return place;
}

/** Undefined if the rest of the rows also fails: then the cause is not in these rows, but in something that all rows need. */
async function firstRows(
  fails: (from: number, to: number) => Promise<boolean>,
  from: number,
  to: number,
): Promise<{ readonly from: number; readonly to: number } | undefined> {
  let [low, high] = [from, to];
  while (high - low > vectorRows) {
    const middle = low + vectorRows * Math.ceil((high - low) / vectorRows / 2);
    if (await fails(low, middle)) high = middle;
    else low = middle;
  }
  return high < to && (await fails(high, to)) ? undefined : { from: low, to: high };
}
