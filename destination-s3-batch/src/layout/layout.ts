// The path of a file: {prefix}/data/{table}/year=2026/month=1/day=15/{timestamp}-{hash}-{worker_id}.snappy.parquet or .json.gz.
// A snapshot is in the folder of the day of the export.
import { dateFolders, defineLayout } from '@s3-connectors/common/destination/layout/layout.ts';

import type { OutputFormat } from '../config/config.ts';

export const extensions: Readonly<Record<OutputFormat, string>> = { parquet: '.snappy.parquet', json: '.json.gz' };

/**
 * The names of the folders of a table's days and partitions, in lower case, because most engines ignore case. Readers of Hive
 * folders make a column of each name, with values from the folder. A column of that name in the files is then hidden (DuckDB,
 * Spark, polars), or the complete table is refused (pyarrow, Athena). `partitions`: folders by field.
 */
export function folderNames(partitions: readonly string[] = []): readonly string[] {
  return [...dateFolders.day, ...partitions.map((name) => name.toLowerCase())];
}

export const layout = defineLayout({
  noun: 'table',
  parent: 'data/',
  rejectedParent: '_rejected/',
  period: 'day',
  isPadded: false,
  extensions: Object.values(extensions),
});
