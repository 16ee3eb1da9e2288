// How much the rows of a run may decide: no row, name or value may use up what is meant for all. docs/reference/limits.md lists them.

/** Tables of split events, those of earlier runs among them; the other events go into `other_events`. */
export const maxEventTables = 5000;
/** Bytes. AWS Glue's limit (https://docs.aws.amazon.com/glue/latest/webapi/API_Table.html). */
export const maxTableNameBytes = 255;
/** Bytes. AWS Glue's limit for a column (https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html). */
export const maxFieldNameBytes = 255;

/** Fields of a table at all levels together, from all runs. More become members of `__json`. */
export const maxFields = 2000;
/** What the engine needs for a column, whatever is in it: a few vectors of 2,048 values. */
export const columnBytes = 192 * 1024;
/** Of the columns that there is memory for; the rest is for siblings. */
const fieldShare = 3 / 4;

/** How many columns the engine has memory for, siblings among them. */
export function mostColumns(engineBytes: number): number {
  return Math.floor(engineBytes / columnBytes);
}

/** `engineBytes`: undefined without an engine. */
export function mostFields(engineBytes: number | undefined): number {
  return engineBytes === undefined ? maxFields : Math.min(maxFields, Math.floor(mostColumns(engineBytes) * fieldShare));
}

/** Fields that one run adds to a table, beside those that the catalog declares. */
export const maxNewFields = 1000;
/** Of those, fields that few rows have (see `fewRows`); none in a table that has `rareFieldsBelow` fields. */
export const maxRareFields = 200;
export const rareFieldsBelow = 1000;
/** Fields that one row adds to those that a run looks at. */
export const maxRowFields = 200;
/** Fields that a run looks at, of all tables together, beside those that the catalog declares. */
export const maxRunFields = 100_000;

/** Objects and lists below this level are not taken apart. BigQuery's limit (https://cloud.google.com/bigquery/docs/nested-repeated). */
export const maxDepth = 15;
/** Rows that have a list of lists before that is the type of a field. */
export const nestedListRows = 10;

/** Above so many rows of a table no single one decides anything. */
const manyRows = 100;

/** Rows that must have a field, or a fraction in it, before it gets a type. */
export function leastRows(rows: number): number {
  return rows < manyRows ? 1 : 2;
}

/** A field in fewer rows than this is rare. */
export function fewRows(rows: number): number {
  return Math.max(2, Math.min(10, Math.ceil(rows / 100)));
}

/** Of the engine's memory, what one row may take in it. */
const rowShare = 1 / 8;
/** What a value costs the engine beside its text, about. */
const valueBytes = 64;

/** Whether the engine has memory for a row. `engineBytes`: all that it has. */
export function fitsEngine(row: { readonly bytes: number; readonly values: number }, engineBytes: number): boolean {
  return row.bytes + row.values * valueBytes <= engineBytes * rowShare;
}
