// A view for DuckDB over all files of a table, of all days together.
import { identifier, literal } from '@s3-connectors/common/columns/sql.ts';

import { engineType } from '../columns/types/field-type.ts';
import { structLiteral } from '../engine/engine-sql.ts';
import { extensions } from '../layout/layout.ts';
import type { TableFiles } from './athena.ts';
import { datePartitions } from './partitions.ts';
import { visibleFields } from './visible-fields.ts';

export function duckdbView({ table, type, location, format, partitions }: Omit<TableFiles, 'firstYear'>): string {
  const below = partitions.map(({ key }) => `${globText(key)}=*/`).join('');
  const glob = literal(`${location}year=*/month=*/day=*/${below}*${extensions[format]}`);
  const folders = [
    ...datePartitions.map((name) => `${literal(name)}: BIGINT`),
    ...partitions.map(({ name }) => `${literal(name)}: VARCHAR`),
  ];
  const hive = `hive_partitioning = true, hive_types = {${folders.join(', ')}}`;
  const { columns: fields, hidden } = visibleFields(type, [...datePartitions, ...partitions.map(({ name }) => name)]);
  const columns = structLiteral(fields.map((field) => [field.name, engineType(field.type)] as const));
  const files =
    format === 'parquet'
      ? `read_parquet(${glob}, union_by_name = true, ${hive})`
      : `read_json(${glob}, format = 'newline_delimited', auto_detect = false, columns = ${columns}, ${hive})`;
  return `${hidden.map((comment) => `${comment}\n`).join('')}CREATE OR REPLACE VIEW ${identifier(table)} AS\nSELECT * FROM ${files};`;
}

/** A name in a pattern of files. */
function globText(name: string): string {
  return name.replaceAll(/[*?[\]{}]/gu, '?');
}
