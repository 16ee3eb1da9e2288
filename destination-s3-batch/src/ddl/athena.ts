// A table for Athena: it knows the folders of all days without being told of each (partition projection,
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html). The folders are not padded, so neither are the numbers.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';
import { isPrintable, oneLine } from '@s3-connectors/common/protocol/text.ts';

import { storedFields, type FieldType, type StoredField, type StructType } from '../columns/types/field-type.ts';
import type { OutputFormat } from '../config/config.ts';

/** What lies in a table's folder. `location` ends with a slash. */
export type TableFiles = {
  readonly table: string;
  readonly type: StructType;
  readonly location: string;
  readonly format: OutputFormat;
};

/** From coarse to fine, with the numbers that their folders can have. */
export const partitions = [
  ['year', '2000,2100'],
  ['month', '1,12'],
  ['day', '1,31'],
] as const;

/** The columns that a table with its folders can have, and a comment on each of the others. */
export function visibleFields(type: StructType): {
  readonly columns: readonly StoredField[];
  readonly hidden: readonly string[];
} {
  const names: ReadonlySet<string> = new Set(partitions.map(([name]) => name));
  const unprintable = new Set<string>();
  const { columns = [], others = [] } = Object.groupBy(
    storedFields(printableType(type, '', unprintable)),
    ({ name }) => {
      return names.has(name.toLowerCase()) ? 'others' : 'columns';
    },
  );
  const hidden = [
    ...others.map(({ name }) => `-- The column ${name} is left out: a folder has its name.`),
    ...[...unprintable].map((path) => `-- The column ${path} is left out: SQL cannot show the characters of its name.`),
  ];
  return { columns, hidden };
}

/** Without the fields, however deep, whose names SQL cannot show; their paths are put into `unprintable`. */
function printableType<T extends FieldType>(type: T, path: string, unprintable: Set<string>): T {
  if (type.kind === 'list') return { ...type, items: printableType(type.items, path, unprintable) };
  if (type.kind !== 'struct') return type;
  const fields = type.fields.flatMap((field) => {
    const own = path === '' ? field.name : `${path}.${field.name}`;
    if (isPrintable(field.name)) return [{ ...field, type: printableType(field.type, own, unprintable) }];
    unprintable.add(oneLine(own));
    return [];
  });
  return { ...type, fields };
}

export function athenaTable({ table, type, location, format }: TableFiles): string {
  const { columns, hidden } = visibleFields(type);
  const projection = partitions.flatMap(([name, range]) => [
    [`projection.${name}.type`, 'integer'],
    [`projection.${name}.range`, range],
  ]);
  const folders = partitions.map(([name]) => `${name}=\${${name}}/`).join('');
  const properties = [
    ['projection.enabled', 'true'],
    ...projection,
    ['storage.location.template', `${location}${folders}`],
  ].map(([name = '', value = '']) => `  ${text(name)} = ${text(value)}`);
  return [
    ...hidden,
    `CREATE EXTERNAL TABLE ${quoted(table)} (`,
    columns.map((field) => `  ${quoted(field.name)} ${athenaType(field.type, format)}`).join(',\n'),
    ')',
    `PARTITIONED BY (${partitions.map(([name]) => `${quoted(name)} INT`).join(', ')})`,
    ...(format === 'parquet' ? ['STORED AS PARQUET'] : ["ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"]),
    `LOCATION ${text(location)}`,
    'TBLPROPERTIES (',
    properties.join(',\n'),
    ');',
  ].join('\n');
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
