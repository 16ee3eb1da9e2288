// The names of the folders of a table's days and partitions. Readers of Hive folders make a column of each name, with values
// from the folder. A column of that name in the files is then hidden (DuckDB, Spark, polars), or the complete table is refused
// (pyarrow, Athena).
import { dateFolders } from '@s3-connectors/common/destination/layout/layout.ts';

/** From year to day. */
export const datePartitions = dateFolders.day;

/** In lower case, because most engines ignore case. `partitions`: folders by field. */
export function folderNames(partitions: readonly string[] = []): readonly string[] {
  return [...datePartitions, ...partitions.map((name) => name.toLowerCase())];
}
