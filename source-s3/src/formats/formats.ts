// The format of a table, by the configuration.
import type { SourceConfig } from '../config.ts';
import { csvFormat } from '../csv/csv-format.ts';
import { parquetFormat } from '../parquet/parquet-format.ts';
import type { Table } from '../tables.ts';
import type { Format } from './format.ts';

/** One for each time that a table is read: it tells the log what is true of many files only once. */
export function formatOf({ format, invalidRecords }: SourceConfig, table: Table): Format {
  return format.format === 'csv'
    ? csvFormat({ options: format, invalidRecords, table: table.stream.name })
    : parquetFormat;
}
