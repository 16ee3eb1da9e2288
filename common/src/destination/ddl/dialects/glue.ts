// A table for `aws glue create-table --cli-input-json`: the table that Athena's statement makes in the Glue Data Catalog, as
// JSON (https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html).
import { scalarsOf, textTimes, type DdlDialect, type Draft } from './dialect.ts';
import { athena } from './hive-dialects.ts';
import { caseProperties, jsonSerde, refuseLikeHive } from './hive-parts.ts';
import { projection } from './projection.ts';

const hive = 'org.apache.hadoop.hive';
const formats = {
  parquet: {
    InputFormat: `${hive}.ql.io.parquet.MapredParquetInputFormat`,
    OutputFormat: `${hive}.ql.io.parquet.MapredParquetOutputFormat`,
    SerdeInfo: {
      SerializationLibrary: `${hive}.ql.io.parquet.serde.ParquetHiveSerDe`,
      Parameters: { 'serialization.format': '1' },
    },
  },
  json: {
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: `${hive}.ql.io.HiveIgnoreKeyTextOutputFormat`,
    SerdeInfo: {
      SerializationLibrary: jsonSerde,
      Parameters: { 'serialization.format': '1' },
    },
  },
} as const;

export const glue: DdlDialect = {
  ...athena,
  title: 'AWS Glue',
  scalars: scalarsOf('boolean | bigint | double | string | string | string | date | bigint | timestamp | timestamp'),
  jsonScalars: textTimes('string'),
  list: (items) => `array<${items}>`,
  struct: (members) => `struct<${members.map(({ name, sql }) => `${name}:${sql}`).join(',')}>`,
  refuse: refuseLikeHive('AWS Glue'),
  database: 'default',
  create: () => [],
};

/** `comments`: for other engines they are comments before the statement; `queries`: for Athena. */
export function glueTable(draft: Draft, comments: readonly string[], queries: readonly string[]): object {
  const { plainName, table, columns, database } = draft;
  const { format, folders, location } = table;
  const serde = formats[format].SerdeInfo;
  const isProjected = folders.length > 0 && folders.every(({ range }) => range !== undefined);
  const partitions = folders.map(({ name, range }) => ({ Name: name, Type: range === undefined ? 'string' : 'int' }));
  return {
    DatabaseName: database,
    TableInput: {
      Name: plainName.toLowerCase(), // Athena finds only lower-case names.
      TableType: 'EXTERNAL_TABLE',
      Parameters: {
        classification: format,
        ...(format === 'json' ? { compressionType: 'gzip' } : {}),
        ...(isProjected ? projection(table) : {}),
        ...(comments.length === 0 ? {} : { comment: comments.join('\n') }),
        ...(queries.length === 0 ? {} : { queries: queries.join('\n') }),
      },
      ...(partitions.length === 0 ? {} : { PartitionKeys: partitions }),
      StorageDescriptor: {
        Columns: columns.map(({ name, sql }) => ({ Name: name, Type: sql })),
        Location: location,
        ...formats[format],
        SerdeInfo: { ...serde, Parameters: { ...serde.Parameters, ...caseProperties(draft) } },
      },
    },
  };
}
