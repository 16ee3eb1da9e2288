// The engines that read files without a catalog: a view over all files of a table.
import { identifier, literal, structLiteral } from '../../../columns/sql.ts';
import { nullPartition } from '../../files/partition-folders.ts';
import { hasTextFolders } from './hive-parts.ts';
import type { Folder } from '../table/table.ts';
import { backslashed, folderGlob, scalarsOf, textTimes, type DdlDialect, type Draft } from './dialect.ts';

export const clickhouse: DdlDialect = {
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
  takesTable: { form: /^[^*?{}]+$/u, rule: 'takes a name with "*", "?", "{" or "}" for files (clickhouse-local)' },
  seesPath: true,
  unnest: (table, column) => ({ from: `${table} ARRAY JOIN ${column} AS item`, value: 'item' }),
  notes: ({ table }) => (table.format === 'parquet' ? ['ClickHouse has dates and times from 1900 to 2299 only.'] : []),
  create: (draft) => {
    const { name, table, columns } = draft;
    const folders = table.folders.map(({ key, range }) => {
      return `${clickhouseName(key)} ${range === undefined ? 'String' : 'Int32'}`;
    });
    const structure = [...columns.map((column) => `${clickhouseName(column.name)} ${column.sql}`), ...folders].join(
      ', ',
    );
    const format = table.format === 'parquet' ? 'Parquet' : 'JSONEachRow';
    const isRemote = /^\w+:\/\//u.test(table.location);
    const encode = isRemote ? clickhouseAddress : clickhousePattern;
    const files = `${clickhousePlace(table.location)}${folderGlob(table, encode)}*${table.extension}`;
    return [
      `CREATE OR REPLACE VIEW ${name} AS`,
      `${clickhouseSelect(table.folders)} FROM ${isRemote ? 's3' : 'file'}(${backslashed(files)}, '${format}', ${backslashed(structure)})${hasTextFolders(draft) ? ' AS files' : ''}`,
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

function clickhousePlace(location: string): string {
  const [, address, path] = /^(\w+:\/\/[^/]*\/)(.*)$/u.exec(location) ?? [];
  if (address === undefined || path === undefined) return clickhousePattern(location);
  return `${address}${path.split('/').map(clickhouseAddress).join('/')}`;
}

/** ClickHouse decodes an address, then reads it as a pattern. So the percent sign of a key is encoded once more. */
function clickhouseAddress(part: string): string {
  return encodeURIComponent(clickhousePattern(part)).replaceAll('%3D', '=');
}

/** ClickHouse cannot escape a character of a pattern, so `?`, which matches any character, replaces it. */
function clickhousePattern(path: string): string {
  return path.replaceAll(/[*?{}]/gu, '?');
}

/** ClickHouse does not decode the names and values of folders, and returns the folder name of null as a text. */
function clickhouseSelect(folders: readonly Folder[]): string {
  return selectFolders(folders, {
    quote: clickhouseName,
    except: 'EXCEPT',
    value: (key) => `if(files.${key} = '${nullPartition}', NULL, decodeURLComponent(files.${key}))`,
  });
}

type FolderWords = {
  readonly quote: (name: string) => string;
  readonly except: string;
  /** The value of a folder from the column that the engine makes of it. */
  readonly value: (column: string) => string;
};

/** All columns. The columns of folders by field get the names and values of the records. */
function selectFolders(folders: readonly Folder[], { quote, except, value }: FolderWords): string {
  const texts = folders.filter(({ range }) => range === undefined);
  if (texts.length === 0) return 'SELECT *';
  const keys = texts.map(({ key }) => quote(key)).join(', ');
  return `SELECT * ${except} (${keys}), ${texts.map(({ name, key }) => `${value(quote(key))} AS ${quote(name)}`).join(', ')}`;
}

function clickhouseSettings({ table }: Draft): readonly string[] {
  const hive = table.folders.length === 0 ? [] : ['use_hive_partitioning = 1'];
  return [
    ...hive,
    `input_format_${table.format === 'parquet' ? 'parquet_allow_missing_columns' : 'skip_unknown_fields'} = 1`,
  ];
}

export const duckdb: DdlDialect = {
  title: 'DuckDB',
  scalars: scalarsOf('BOOLEAN | BIGINT | DOUBLE | VARCHAR | VARCHAR | JSON | DATE | TIME | TIMESTAMPTZ | TIMESTAMP'),
  list: (items) => `${items}[]`,
  struct: (members) => `STRUCT(${members.map(({ name, sql }) => `${identifier(name)} ${sql}`).join(', ')})`,
  quote: identifier,
  refuse: () => undefined,
  seesPath: true,
  unnest: (table, column) => ({ from: `${table} AS t, UNNEST(t.${column}) AS u (item)`, value: 'item' }),
  create: ({ name, table, columns }) => {
    const glob = literal(`${duckdbPattern(table.location)}${folderGlob(table, duckdbPattern)}*${table.extension}`);
    const folders = table.folders.map(
      (folder) => [folder.key, folder.range === undefined ? 'VARCHAR' : 'BIGINT'] as const,
    );
    const hive = folders.length === 0 ? '' : `, hive_partitioning = true, hive_types = ${structLiteral(folders)}`;
    const files =
      table.format === 'parquet'
        ? `read_parquet(${glob}, union_by_name = true${hive})`
        : `read_json(${glob}, format = 'newline_delimited', compression = 'gzip', auto_detect = false, columns = ${structLiteral(columns.map((column) => [column.name, column.sql]))}${hive})`;
    return [`CREATE OR REPLACE VIEW ${name} AS`, `${selectFolders(table.folders, duckdbWords)} FROM ${files};`];
  },
};

/** A bracket makes a character of a pattern an ordinary one. */
function duckdbPattern(path: string): string {
  return path.replaceAll(/[*?[]/gu, '[$&]');
}

/** Before version 1.5, DuckDB returns the folder name of null as a text. It does not decode the names of folders. */
const duckdbWords: FolderWords = {
  quote: identifier,
  except: 'EXCLUDE',
  value: (key) => `nullif(${key}, ${literal(nullPartition)})`,
};
