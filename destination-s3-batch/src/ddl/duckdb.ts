// A view for DuckDB over all files of a table, of all days together.
import { identifier, literal } from '@s3-connectors/common/columns/sql.ts';

import { engineType } from '../columns/types/field-type.ts';
import { structLiteral } from '../engine/engine-sql.ts';
import { extensions } from '../layout/layout.ts';
import type { TableFiles } from './athena.ts';
import { datePartitions } from '../layout/folder-names.ts';
import { visibleFields } from './visible-fields.ts';

export function duckdbView({
  name,
  comments,
  type,
  location,
  format,
  partitions,
}: Omit<TableFiles, 'firstYear'>): string {
  const below = partitions.map(({ key }) => `${globText(key)}=*/`).join('');
  const glob = literal(`${location}year=*/month=*/day=*/${below}*${extensions[format]}`);
  const folders = [
    ...datePartitions.map((folder) => `${literal(folder)}: BIGINT`),
    ...partitions.map((partition) => `${literal(partition.name)}: VARCHAR`),
  ];
  const hive = `hive_partitioning = true, hive_types = {${folders.join(', ')}}`;
  const { columns: fields, hidden } = visibleFields(type, [
    ...datePartitions,
    ...partitions.map((partition) => partition.name),
  ]);
  const columns = structLiteral(fields.map((field) => [field.name, engineType(field.type)] as const));
  const files =
    format === 'parquet'
      ? `read_parquet(${glob}, union_by_name = true, ${hive})`
      : `read_json(${glob}, format = 'newline_delimited', auto_detect = false, columns = ${columns}, ${hive})`;
  return [...comments, ...hidden, `CREATE OR REPLACE VIEW ${identifier(name)} AS`, `SELECT * FROM ${files};`].join(
    '\n',
  );
}

/** A name in a pattern of files. */
function globText(name: string): string {
  return name.replaceAll(/[*?[\]{}]/gu, '?');
}
