// A table for Athena: it knows the folders of all days without being told of each (partition projection,
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html). The folders are not padded, so neither are the numbers.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import { storedFields, type FieldType, type StructType } from '../columns/types/field-type.ts';
import type { OutputFormat } from '../config/config.ts';
import { datePartitions } from '../layout/folder-names.ts';
import type { TableName } from './table-name.ts';
import { hiddenComment, visibleFields, type Refuse } from './visible-fields.ts';

/** What is in a table's folder. `location` ends with a slash. `firstYear`: undefined for a table without files. */
export type TableFiles = TableName & {
  readonly type: StructType;
  readonly location: string;
  readonly format: OutputFormat;
  readonly firstYear: number | undefined;
  /** Folders below those of the day. */
  readonly partitions: readonly { readonly name: string; readonly key: string }[];
};

/** No row is older: other times are taken for none. */
const leastYear = 2000;
const lastYear = 2100;
/** Characters. AWS Glue's limit (https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html). */
const maxTypeLength = 131_072;

/**
 * Hive's parser refuses `.` and `:` in the name of a column, and its type parser takes letters and digits of one UTF-16 unit and `_`
 * as the name of a member (TypeInfoUtils.TypeInfoParser; later versions refuse the blank, `.` and `$` that earlier ones take).
 */
const refuseName: Refuse = (name, depth) => {
  if (depth === 0) return /[.:]/u.test(name) ? 'Athena takes no "." and no ":" in the name of a column' : undefined;
  const isTaken = /^[\p{L}\p{Nd}_]+$/u.test(name) && !/[\u{10000}-\u{10ffff}]/u.test(name);
  return isTaken ? undefined : 'Athena takes only letters, digits and "_" in the name of a member';
};

/** Undefined for a table without a column that Athena takes, or with a folder that it does not. */
export function athenaTable(files: TableFiles): string | undefined {
  const { name, comments, type, location, format, partitions } = files;
  const folders = [...datePartitions, ...partitions.map((partition) => partition.name)];
  if (folders.some((folder) => refuseName(folder, 0) !== undefined)) return undefined;
  const { columns, hidden } = visibleFields(type, folders, refuseName);
  const typed = columns.map((column) => ({ name: column.name, sql: athenaType(column.type, format) }));
  const [shown, long] = [false, true].map((isLong) => typed.filter(({ sql }) => sql.length > maxTypeLength === isLong));
  if (shown === undefined || shown.length === 0) return undefined;
  const tooLong = `AWS Glue takes types of ${maxTypeLength} characters`;
  return [
    ...comments,
    ...hidden,
    ...(long ?? []).map((column) => hiddenComment(column.name, tooLong)),
    `CREATE EXTERNAL TABLE ${quoted(name)} (`,
    shown.map(({ name: column, sql }) => `  ${quoted(column)} ${sql}`).join(',\n'),
    ')',
    `PARTITIONED BY (${folders.map((folder, index) => `${quoted(folder)} ${index < datePartitions.length ? 'INT' : 'STRING'}`).join(', ')})`,
    ...(format === 'parquet' ? ['STORED AS PARQUET'] : ["ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"]),
    ...(partitions.length > 0 ? loaded(name, location) : projected(files)),
  ].join('\n');
}

/** Values that nobody knows before: folders are loaded, again after each sync that brings new ones. */
function loaded(name: string, location: string): readonly string[] {
  return [`LOCATION ${text(location)};`, '', `MSCK REPAIR TABLE ${quoted(name)};`];
}

function projected({ location, firstYear = leastYear }: TableFiles): readonly string[] {
  return [`LOCATION ${text(location)}`, 'TBLPROPERTIES (', propertiesOf(location, firstYear), ');'];
}

function propertiesOf(location: string, firstYear: number): string {
  const ranges = { year: `${firstYear},${lastYear}`, month: '1,12', day: '1,31' };
  const projection = datePartitions.flatMap((name) => [
    [`projection.${name}.type`, 'integer'],
    [`projection.${name}.range`, ranges[name]],
  ]);
  const folders = datePartitions.map((name) => `${name}=\${${name}}/`).join('');
  return [['projection.enabled', 'true'], ...projection, ['storage.location.template', `${location}${folders}`]]
    .map(([name = '', value = '']) => `  ${text(name)} = ${text(value)}`)
    .join(',\n');
}

/** In JSON times are text, which Athena's JSON reader takes for no timestamp. */
function athenaType(type: FieldType, format: OutputFormat): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'integer':
      return 'BIGINT';
    case 'number':
      return 'DOUBLE';
    case 'string':
    case 'json':
      return 'STRING';
    case 'date':
      return format === 'json' ? 'STRING' : 'DATE';
    case 'time':
      return format === 'json' ? 'STRING' : 'BIGINT'; // Microseconds since midnight.
    case 'timestamp':
      return format === 'json' ? 'STRING' : 'TIMESTAMP';
    case 'list':
      return `ARRAY<${athenaType(type.items, format)}>`;
    case 'struct':
      return `STRUCT<${storedFields(type)
        .map((field) => `${quoted(field.name)}: ${athenaType(field.type, format)}`)
        .join(', ')}>`;
    default:
      return assertNever(type);
  }
}

/** Always, since a word of Hive's own, such as `timestamp`, is no name without. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Two quotes would end one text and begin the next, which Hive joins. */
function text(value: string): string {
  return `'${value.replaceAll(/['\\]/gu, String.raw`\$&`)}'`;
}
