// The warehouses with their own kind of tables: Redshift with loaded rows, Snowflake and BigQuery with external tables.
import { identifier, literal } from '../../../columns/sql.ts';
import { backslashed, backticks, columnLines, scalarsOf, type DdlDialect, type Draft, type Refuse } from './dialect.ts';
import { hiveTableName } from './hive-parts.ts';

const text = 'VARCHAR(65535)';
/** Columns that every table of Redshift has. */
const systemColumns = /^(?:oid|tableoid|ctid|xmin|xmax|cmin|cmax|insertxid|deletexid)$/iu;

export const redshiftCopy: DdlDialect = {
  title: 'Redshift',
  scalars: scalarsOf(
    `BOOLEAN | BIGINT | DOUBLE PRECISION | ${text} | ${text} | SUPER | DATE | TIME | TIMESTAMP | TIMESTAMP`,
  ),
  jsonScalars: { instant: 'TIMESTAMPTZ' },
  list: () => 'SUPER',
  struct: () => 'SUPER',
  isOpaque: true,
  quote: identifier,
  refuse: ({ name }) => (systemColumns.test(name) ? 'Redshift has a column of its own of that name' : undefined),
  longestName: 127,
  hasNoFolders: true,
  isByPosition: true,
  day: (column, form) => {
    const time = form === 'timestamp' ? column : `TIMESTAMP 'epoch' + ${column}::BIGINT / 1000 * INTERVAL '1 second'`;
    return `TRUNC(${time})`;
  },
  unnest: (table, column) => ({ from: `${table} AS t, t.${column} AS item`, value: 'item::BIGINT' }),
  notes: ({ table, name }) => [
    `COPY adds the rows of all files, and loads no columns for folders. To load them again, TRUNCATE ${name} first; to load new ones, name their folder after FROM.`,
    ...(table.format === 'parquet'
      ? [
          'COPY takes the columns of Parquet files by position: it refuses older files without the newest columns. Redshift Spectrum reads them.',
        ]
      : []),
  ],
  create: ({ name, table, columns, access, region }) => [
    `CREATE TABLE ${name} (`,
    columnLines(columns.map((column) => `${identifier(column.name)} ${column.sql}`)),
    ');',
    '',
    `COPY ${name}`,
    `FROM ${redshiftText(table.location)}`,
    `IAM_ROLE ${access === undefined ? 'default' : redshiftText(access)}`,
    ...(table.format === 'parquet'
      ? ['FORMAT AS PARQUET SERIALIZETOJSON;']
      : [`FORMAT AS JSON 'auto ignorecase' GZIP TIMEFORMAT 'auto' REGION ${redshiftText(region)};`]),
  ],
};

/** Redshift reads a backslash as an escape. */
function redshiftText(value: string): string {
  return literal(value.replaceAll('\\', '\\\\'));
}

/** Snowflake reads unquoted names as upper case, so queries need no quotes unless the name is a keyword. */
function snowflakeName(name: string): string {
  return identifier(/^[A-Za-z_]\w*$/u.test(name) ? name.toUpperCase() : name);
}

export const snowflake: DdlDialect = {
  title: 'Snowflake',
  scalars: scalarsOf(
    'BOOLEAN | NUMBER(38, 0) | DOUBLE | VARCHAR | VARCHAR | VARIANT | DATE | TIME | TIMESTAMP_TZ | TIMESTAMP_NTZ',
  ),
  list: () => 'ARRAY',
  struct: () => 'OBJECT',
  isOpaque: true,
  quote: snowflakeName,
  refuse: ({ name }) => (/^value$/iu.test(name) ? 'Snowflake has the row itself in a column VALUE' : undefined),
  longestName: 255,
  unnest: (table, column) => ({
    from: `${table} AS t, LATERAL FLATTEN(INPUT => t.${column}) AS u`,
    value: 'u.value::NUMBER',
  }),
  notes: ({ access = 's3_connectors' }) => [
    `It needs a storage integration, here ${access}. Run ALTER EXTERNAL TABLE … REFRESH when there are new files.`,
  ],
  create: ({ name, plainName, table, columns, database, access = 's3_connectors' }) => {
    const stage = snowflakeName(`${plainName}_files`);
    const place = database === undefined ? stage : `${snowflakeName(database)}.${stage}`;
    const own = columns.map((column) => {
      return `${snowflakeName(column.name)} ${column.sql} AS (GET(VALUE, ${backslashed(column.name)})::${column.sql})`;
    });
    const folders = table.folders.map((folder) => {
      const pattern = folder.range === undefined ? '[^/]+' : '[0-9]+';
      const key = folder.key.replaceAll(/[^\w-]/gu, '.');
      const value = `REGEXP_SUBSTR(METADATA$FILENAME, ${backslashed(`/${key}=(${pattern})/`)}, 1, 1, 'e', 1)`;
      return folder.range === undefined
        ? `${snowflakeName(folder.name)} VARCHAR AS (${value})`
        : `${snowflakeName(folder.name)} NUMBER(4, 0) AS (TO_NUMBER(${value}))`;
    });
    return [
      `CREATE OR REPLACE STAGE ${place} URL = ${backslashed(table.location)} STORAGE_INTEGRATION = ${snowflakeName(access)};`,
      '',
      `CREATE OR REPLACE EXTERNAL TABLE ${name} (`,
      columnLines([...own, ...folders]),
      ')',
      ...(folders.length === 0
        ? []
        : [`PARTITION BY (${table.folders.map((folder) => snowflakeName(folder.name)).join(', ')})`]),
      `LOCATION = @${place}`,
      'AUTO_REFRESH = FALSE',
      `PATTERN = ${backslashed(`.*${table.extension.replaceAll('.', '[.]')}`)}`,
      table.format === 'parquet'
        ? 'FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE);'
        : 'FILE_FORMAT = (TYPE = JSON COMPRESSION = GZIP);',
    ];
  },
};

/** https://docs.cloud.google.com/bigquery/docs/schemas#column_names */
const bigqueryPrefixes = /^(?:_table_|_file_|_partition|_row_timestamp|__root__|_colidentifier|_change_)/iu;
const mostNested = 15;

const refuseLikeBigQuery: Refuse = ({ name, type }, depth) => {
  if (!/^[A-Za-z_]\w*$/u.test(name)) return 'BigQuery takes only letters, digits and "_" in a name';
  if (bigqueryPrefixes.test(name)) return 'BigQuery keeps names that begin so for itself';
  if (type.kind === 'list' && type.items.kind === 'list') return 'BigQuery has no lists of lists';
  return depth >= mostNested ? `BigQuery takes objects in objects up to ${mostNested} levels` : undefined;
};

export const bigquery: DdlDialect = {
  title: 'BigQuery',
  scalars: scalarsOf('BOOL | INT64 | FLOAT64 | STRING | STRING | JSON | DATE | TIME | TIMESTAMP | DATETIME'),
  list: (items) => `ARRAY<${items}>`,
  struct: (members) => `STRUCT<${members.map(({ name, sql }) => `${backticks(name)} ${sql}`).join(', ')}>`,
  quote: backticks,
  takesTable: hiveTableName,
  refuse: refuseLikeBigQuery,
  longestName: 300,
  database: 'permutive',
  unnest: (table, column) => ({ from: `${table} AS t, UNNEST(t.${column}) AS item`, value: 'item' }),
  notes: ({ database = '', region, access }) => [
    `It needs the dataset ${database} and the connection ${bigqueryConnection(region, access)} (BigQuery Omni), both in aws-${region}.`,
  ],
  create: (draft) => [
    `CREATE OR REPLACE EXTERNAL TABLE ${draft.name} (`,
    columnLines(draft.columns.map(({ name, sql }) => `${backticks(name)} ${sql}`)),
    ')',
    ...bigqueryFolders(draft),
    `WITH CONNECTION \`${bigqueryConnection(draft.region, draft.access)}\``,
    'OPTIONS (',
    columnLines(bigqueryOptions(draft)),
    ');',
  ],
};

function bigqueryConnection(region: string, access = 's3_connectors'): string {
  return access.includes('.') ? access : `aws-${region}.${access}`;
}

function bigqueryFolders({ table }: Draft): readonly string[] {
  if (table.folders.length === 0) return [];
  const columns = table.folders.map(
    ({ name, range }) => `${backticks(name)} ${range === undefined ? 'STRING' : 'INT64'}`,
  );
  return [`WITH PARTITION COLUMNS (${columns.join(', ')})`];
}

function bigqueryOptions({ table: { format, location, folders, extension } }: Draft): readonly string[] {
  return [
    ...(format === 'parquet'
      ? [`format = 'PARQUET'`, 'enable_list_inference = TRUE']
      : [`format = 'NEWLINE_DELIMITED_JSON'`, `compression = 'GZIP'`, 'ignore_unknown_values = TRUE']),
    `uris = [${backslashed(`${location}*${extension}`)}]`,
    ...(folders.length === 0 ? [] : [`hive_partition_uri_prefix = ${backslashed(location.replace(/\/$/u, ''))}`]),
  ];
}
