// The names of the folders of a table's days, and of its partitions. Readers of Hive folders make a column of each name, and take its values from the
// folder. A column of that name in the files is then hidden (DuckDB, Spark, polars), or the whole table is refused (pyarrow, Athena).
import { dateFolders } from '@s3-connectors/common/destination/layout/layout.ts';

/** From coarse to fine. */
export const datePartitions = dateFolders.day;

/** Without their case, which most engines ignore. `partitions`: folders by field. */
export function folderNames(partitions: readonly string[] = []): readonly string[] {
  return [...datePartitions, ...partitions.map((name) => name.toLowerCase())];
}
