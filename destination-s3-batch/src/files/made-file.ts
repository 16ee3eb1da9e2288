// Files on local disk between the spool and S3.

/** Rows as JSON lines, in a file. */
export type RowsOnDisk = {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly longestRow: number;
};

/** The same in several. */
export type RowSource = Omit<RowsOnDisk, 'path'> & { readonly paths: readonly string[] };

/** A file ready to be sent. */
export type MadeFile = { readonly path: string; readonly rows: number };

/** The rows of all files that have any, in their order. */
export function rowsOf(files: readonly RowsOnDisk[]): RowSource {
  const held = files.filter(({ rows }) => rows > 0);
  return {
    paths: held.map(({ path }) => path),
    rows: held.reduce((sum, { rows }) => sum + rows, 0),
    bytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
    longestRow: held.reduce((most, { longestRow }) => Math.max(most, longestRow), 0),
  };
}
