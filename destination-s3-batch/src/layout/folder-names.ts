// The names of the folders of a table's days. Readers of Hive folders make a column of each name, and take its values from the
// folder. A column of that name in the files is then hidden (DuckDB, Spark, polars), or the whole table is refused (pyarrow, Athena).
import { dateFolders } from '@s3-connectors/common/destination/layout/layout.ts';

/** From coarse to fine. */
export const datePartitions = dateFolders.day;

const names: ReadonlySet<string> = new Set(datePartitions);

/** In any case: most engines ignore it. */
export function isFolderName(name: string): boolean {
  return names.has(name.toLowerCase());
}
