// What lies on local disk on the way from the spool to S3.

/** Rows as JSON lines. */
export type RowSource = {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly longestRow: number;
};

/** A file ready to be sent. */
export type MadeFile = { readonly path: string; readonly rows: number };
