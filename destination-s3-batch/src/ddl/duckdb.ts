// A view for DuckDB over all files of a table, of all days together.
import { identifier, literal } from '@s3-connectors/common/columns/sql.ts';

import { engineType } from '../columns/types/field-type.ts';
import { structLiteral } from '../engine/engine-sql.ts';
import { extensions } from '../layout/layout.ts';
import type { TableFiles } from './athena.ts';
import { partitions } from '../layout/folder-names.ts';
import { visibleFields } from './visible-fields.ts';

export function duckdbView({ name, comments, type, location, format }: Omit<TableFiles, 'firstYear'>): string {
  const glob = literal(`${location}year=*/month=*/day=*/*${extensions[format]}`);
  const folders = structLiteral(partitions.map((name) => [name, 'BIGINT'] as const));
  const hive = `hive_partitioning = true, hive_types = ${folders.replaceAll("'BIGINT'", 'BIGINT')}`;
  const { columns: fields, hidden } = visibleFields(type);
  const columns = structLiteral(fields.map((field) => [field.name, engineType(field.type)] as const));
  const files =
    format === 'parquet'
      ? `read_parquet(${glob}, union_by_name = true, ${hive})`
      : `read_json(${glob}, format = 'newline_delimited', auto_detect = false, columns = ${columns}, ${hive})`;
  return [...comments, ...hidden, `CREATE OR REPLACE VIEW ${identifier(name)} AS`, `SELECT * FROM ${files};`].join(
    '\n',
  );
}
