// Limits for what rows of a run decide: no row, name or value may use up what is meant for all. docs/reference/limits.md lists
// them.

/** Tables of split events, including those of earlier runs. Other events go into `other_events`. */
export const maxEventTables = 5000;
/** Bytes. AWS Glue's limit (https://docs.aws.amazon.com/glue/latest/webapi/API_Table.html). */
export const maxTableNameBytes = 255;
/** Bytes. AWS Glue's limit for a column (https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html). */
export const maxFieldNameBytes = 255;

/** Fields of a table at all levels together, from all runs. More become members of `__json`. */
export const maxFields = 2000;
/** The engine's memory for a column, whatever its content: a few vectors of 2,048 values. */
export const columnBytes = 192 * 1024;
/** The share of fields in the columns that there is memory for. The rest is for siblings. */
const fieldShare = 3 / 4;

/** The number of columns, including siblings, that the engine has memory for. */
export function mostColumns(engineBytes: number): number {
  return Math.floor(engineBytes / columnBytes);
}

/** `engineBytes`: undefined without an engine. */
export function mostFields(engineBytes: number | undefined): number {
  return engineBytes === undefined ? maxFields : Math.min(maxFields, Math.floor(mostColumns(engineBytes) * fieldShare));
}

/** Fields that one run adds to a table, in addition to those that the catalog declares. */
export const maxNewFields = 1000;
/** The most rare fields among them (see `fewRows`); none in a table that has `rareFieldsBelow` fields. */
export const maxRareFields = 200;
export const rareFieldsBelow = 1000;
/** Fields that one row adds to the observed fields of a run. */
export const maxRowFields = 200;
/** Fields that a run observes in all tables together, in addition to those that the catalog declares. */
export const maxRunFields = 100_000;

/**
 * Objects and lists below this level become text. BigQuery's limit (https://cloud.google.com/bigquery/docs/nested-repeated).
 */
export const maxDepth = 15;
/** The number of rows with a list of lists that makes it the type of a field. */
export const nestedListRows = 10;

/** In a table with more rows, no single row decides anything. */
const manyRows = 100;

/** The number of rows that must have a field, or a fraction in it, before it gets a type. */
export function leastRows(rows: number): number {
  return rows < manyRows ? 1 : 2;
}

/** A field in fewer rows than this is rare. */
export function fewRows(rows: number): number {
  return Math.max(2, Math.min(10, Math.ceil(rows / 100)));
}

/** The share of the engine's memory that one row may take. */
const rowShare = 1 / 8;
/** About the engine's memory for a value, in addition to its text. */
const valueBytes = 64;

/** Whether the engine has memory for a row. `engineBytes`: its total memory. */
export function fitsEngine(row: { readonly bytes: number; readonly values: number }, engineBytes: number): boolean {
  return row.bytes + row.values * valueBytes <= engineBytes * rowShare;
}
