// The format of a table, from the configuration.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import { avroFormat } from './avro/avro-format.ts';
import type { SourceConfig } from '../config/config.ts';
import { csvFormat } from './csv/csv-format.ts';
import { jsonlFormat } from './jsonl/jsonl-format.ts';
import { parquetFormat } from './parquet/parquet-format.ts';
import type { Table } from '../listing/tables.ts';
import type { Format } from './contract/format.ts';

/** One for each time that a table is read, so that the log reports what is true of many files only once. */
export function formatOf(config: SourceConfig, table: Table): Format {
  const { format, invalidRecords } = config;
  switch (format.format) {
    case 'avro':
      return avroFormat({ invalidRecords });
    case 'csv':
      return csvFormat({ options: format, invalidRecords, table: table.stream.name });
    case 'jsonl':
      return jsonlFormat({ invalidRecords });
    case 'parquet':
      return parquetFormat(config);
    default:
      return assertNever(format);
  }
}
