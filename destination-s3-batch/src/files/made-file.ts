// Files on local disk between the spool and S3.

/** Rows as JSON lines. */
export type RowSource = {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly longestRow: number;
};

/** A file that is ready to upload. */
export type MadeFile = { readonly path: string; readonly rows: number };
