// The engines that read files without a catalog: a view over all files of a table.
import { identifier, literal, structLiteral } from '../../../columns/sql.ts';
import { backslashed, folderGlob, scalarsOf, textTimes, type DdlDialect, type Draft } from './dialect.ts';

const clickhouse: DdlDialect = {
  title: 'ClickHouse',
  scalars: nullable(
    "Bool | Int64 | Float64 | String | String | String | Date32 | DateTime64(6, 'UTC') | DateTime64(6, 'UTC') | DateTime64(6, 'UTC')",
  ),
  jsonScalars: textTimes('Nullable(String)'),
  list: (items) => `Array(${items})`,
  struct: (members) => `Tuple(${members.map(({ name, sql }) => `${clickhouseName(name)} ${sql}`).join(', ')})`,
  quote: clickhouseName,
  refuse: () => undefined,
  hasCase: true,
  seesPath: true,
  unnest: (table, column) => ({ from: `${table} ARRAY JOIN ${column} AS item`, value: 'item' }),
  notes: ({ table }) => (table.format === 'parquet' ? ['ClickHouse has dates and times from 1900 to 2299 only.'] : []),
  create: (draft) => {
    const { name, table, columns } = draft;
    const folders = table.folders.map(({ name: folder, range }) => {
      return `${clickhouseName(folder)} ${range === undefined ? 'String' : 'Int32'}`;
    });
    const structure = [...columns.map((column) => `${clickhouseName(column.name)} ${column.sql}`), ...folders].join(
      ', ',
    );
    const format = table.format === 'parquet' ? 'Parquet' : 'JSONEachRow';
    const files = `${clickhousePlace(table.location)}${folderGlob(table)}*${table.extension}`;
    const source = /^\w+:\/\//u.test(files) ? 's3' : 'file';
    return [
      `CREATE OR REPLACE VIEW ${name} AS`,
      `SELECT * FROM ${source}(${backslashed(files)}, '${format}', ${backslashed(structure)})`,
      `SETTINGS ${clickhouseSettings(draft).join(', ')};`,
    ];
  },
};

function nullable(types: string): DdlDialect['scalars'] {
  const scalars = Object.entries(scalarsOf(types)).map(([kind, type]) => [kind, `Nullable(${type})`]);
  return Object.fromEntries(scalars) as DdlDialect['scalars'];
}

function clickhouseName(name: string): string {
  return `\`${name.replaceAll(/[`\\]/gu, String.raw`\$&`)}\``;
}

/** ClickHouse decodes addresses, so the percent sign of a key is encoded once more. */
function clickhousePlace(location: string): string {
  const [, address, path] = /^(\w+:\/\/[^/]*\/)(.*)$/u.exec(location) ?? [];
  if (address === undefined || path === undefined) return location;
  return `${address}${path.split('/').map(encodeURIComponent).join('/').replaceAll('%3D', '=')}`;
}

function clickhouseSettings({ table }: Draft): readonly string[] {
  const hive = table.folders.length === 0 ? [] : ['use_hive_partitioning = 1'];
  return [
    ...hive,
    `input_format_${table.format === 'parquet' ? 'parquet_allow_missing_columns' : 'skip_unknown_fields'} = 1`,
  ];
}

const duckdb: DdlDialect = {
  title: 'DuckDB',
  scalars: scalarsOf('BOOLEAN | BIGINT | DOUBLE | VARCHAR | VARCHAR | JSON | DATE | TIME | TIMESTAMPTZ | TIMESTAMP'),
  list: (items) => `${items}[]`,
  struct: (members) => `STRUCT(${members.map(({ name, sql }) => `${identifier(name)} ${sql}`).join(', ')})`,
  quote: identifier,
  refuse: () => undefined,
  seesPath: true,
  unnest: (table, column) => ({ from: `${table} AS t, UNNEST(t.${column}) AS u (item)`, value: 'item' }),
  create: ({ name, table, columns }) => {
    const glob = literal(`${table.location}${folderGlob(table)}*${table.extension}`);
    const folders = table.folders.map(
      (folder) => [folder.name, folder.range === undefined ? 'VARCHAR' : 'BIGINT'] as const,
    );
    const hive = folders.length === 0 ? '' : `, hive_partitioning = true, hive_types = ${structLiteral(folders)}`;
    const files =
      table.format === 'parquet'
        ? `read_parquet(${glob}, union_by_name = true${hive})`
        : `read_json(${glob}, format = 'newline_delimited', auto_detect = false, columns = ${structLiteral(columns.map((column) => [column.name, column.sql]))}${hive})`;
    return [`CREATE OR REPLACE VIEW ${name} AS`, `SELECT * FROM ${files};`];
  },
};

export const fileDialects = { clickhouse, duckdb };
