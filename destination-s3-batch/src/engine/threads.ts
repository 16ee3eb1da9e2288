// How many threads of the engine write a table: what each holds has to fit into the engine's memory.
import { threadsWithin } from '@s3-connectors/common/program/cores.ts';

/** A group of a narrow table: half of the engine's own. */
const mostGroupRows = 61_440;
/** The engine's own; no group has less. */
const vectorRows = 2048;
/** What a thread holds for each value of its group, whatever it is. */
const valueBytes = 32;
/** What a thread needs for a column, however few rows it has. */
const columnBytes = 256 * 1024;
/** Buffers of lines that a thread holds, each as large as the largest row may be. */
const lineBuffers = 2;
/** Of the engine's memory, for the lines of a group. What the engine holds of a group several times is not in its own limit. */
const groupShare = 1 / 8;
/** Of the engine's memory, for these buffers. */
const linesShare = 1 / 2;

/**
 * Rows of a group: at least two threads can hold one. With a thousand columns, a group of the usual size would take a gigabyte, and so
 * would one of large rows.
 */
export function groupRows(
  { columns, rows: count, bytes }: Pick<Written, 'columns' | 'rows' | 'bytes'>,
  engineBytes: number,
): number {
  const rows = Math.min(engineBytes / (2 * valueBytes * columns), (engineBytes * groupShare) / (bytes / count));
  return Math.max(vectorRows, Math.min(mostGroupRows, Math.floor(rows / vectorRows) * vectorRows));
}

type Written = {
  readonly columns: number;
  readonly rows: number;
  /** Of all rows. */
  readonly bytes: number;
  /** Bytes of the largest row that the engine is prepared for. */
  readonly longestRow: number;
};

/**
 * As far as there is memory. More than two only if there are groups for them, and memory for the text of these: a file has the
 * same groups on any machine.
 */
export function threadsFor(written: Written, engineBytes: number): number {
  const { columns, rows, bytes, longestRow } = written;
  const group = groupRows(written, engineBytes);
  const each = Math.max(columns * columnBytes, group * columns * valueBytes, (lineBuffers * longestRow) / linesShare);
  const groups = Math.min(rows / group, engineBytes / ((group * bytes) / rows));
  return threadsWithin(Math.max(2, Math.floor(groups)), engineBytes, each);
}
