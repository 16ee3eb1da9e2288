// The engines that know Hive's tables: a location, a format, and columns for the folders. Each finds new folders in its own
// way.
import { identifier, literal } from '../../../columns/sql.ts';
import {
  backslashed,
  backticks,
  columnLines,
  folderNames,
  scalarsOf,
  textTimes,
  type DdlDialect,
  type Draft,
} from './dialect.ts';
import {
  columnsOf,
  foldersOf,
  glueTypeLength,
  caseProperties,
  hasTextFolders,
  hiveStruct,
  hiveTableName,
  refuseLikeHive,
  rowFormat,
} from './hive-parts.ts';
import { addPartitions } from './partitions.ts';
import { projection } from './projection.ts';
import type { DdlTable } from '../table/table.ts';

export const athena: DdlDialect = {
  title: 'Athena',
  scalars: scalarsOf('BOOLEAN | BIGINT | DOUBLE | STRING | STRING | STRING | DATE | BIGINT | TIMESTAMP | TIMESTAMP'),
  jsonScalars: textTimes('STRING'),
  list: (items) => `ARRAY<${items}>`,
  struct: hiveStruct(backticks),
  quote: backticks, // Always quoted: a keyword of Hive, such as `timestamp`, is not a name without quotes.
  quoteInQuery: identifier,
  takesTable: hiveTableName,
  refuse: refuseLikeHive('Athena'),
  longestName: 255,
  longestType: glueTypeLength,
  unnest: (table, column) => ({ from: `${table} CROSS JOIN UNNEST(${column}) AS u (item)`, value: 'item' }),
  notes: ({ table }) =>
    table.folders.length > 3 && table.folders[3]?.range !== undefined
      ? [
          'Athena asks for every hour of the projected years: let each query name the year, and better the month and the day.',
        ]
      : [],
  create: (draft) => {
    const { name, table } = draft;
    const { folders, location, format } = table;
    const isLoaded = hasTextFolders(draft);
    const properties = Object.entries(projection(table)).map(([key, value]) => {
      return `${backslashed(key)} = ${backslashed(value)}`;
    });
    return [
      `CREATE EXTERNAL TABLE ${name} (`,
      columnLines(columnsOf(draft, backticks)),
      ')',
      ...(folders.length === 0
        ? []
        : [`PARTITIONED BY (${foldersOf(draft, backticks, ['INT', 'STRING']).join(', ')})`]),
      format === 'parquet' ? 'STORED AS PARQUET' : rowFormat(draft, backslashed),
      ...(isLoaded || folders.length === 0
        ? [`LOCATION ${backslashed(location)};`]
        : [`LOCATION ${backslashed(location)}`, 'TBLPROPERTIES (', columnLines(properties), ');']),
      // The values are not known in advance. Load the folders again after each sync that adds new ones.
      ...(isLoaded && findsFolders(table) ? ['', `MSCK REPAIR TABLE ${name};`] : []),
    ];
  },
  addPartitions: (draft) =>
    findsFolders(draft.table) ? noStatements() : addPartitions(draft, { quote: backticks, text: backslashed }),
};

/** MSCK REPAIR TABLE looks for names in lower case (https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html). */
function findsFolders({ folders }: DdlTable): boolean {
  return folders.every(({ name, key }) => key === name && key === key.toLowerCase());
}

async function* noStatements(): AsyncGenerator<string> {}

export const spark: DdlDialect = {
  title: 'Spark',
  scalars: scalarsOf(
    'BOOLEAN | BIGINT | DOUBLE | STRING | STRING | STRING | DATE | BIGINT | TIMESTAMP | TIMESTAMP_NTZ',
  ),
  jsonScalars: { time: 'STRING' },
  list: (items) => `ARRAY<${items}>`,
  struct: hiveStruct(backticks),
  quote: backticks,
  takesTable: hiveTableName,
  refuse: () => undefined,
  unnest: (table, column) => ({ from: `${table} LATERAL VIEW explode(${column}) u AS item`, value: 'item' }),
  notes: ({ table }) => (table.folders.length === 0 ? [] : ['Run MSCK REPAIR TABLE again when there are new folders.']),
  create: (draft) => {
    const { name, table } = draft;
    const columns = [...columnsOf(draft, backticks), ...foldersOf(draft, backticks, ['INT', 'STRING'])];
    const isPartitioned = table.folders.length > 0;
    return [
      `CREATE TABLE ${name} (`,
      columnLines(columns),
      ')',
      ...(table.format === 'parquet' ? ['USING PARQUET'] : ['USING JSON', "OPTIONS (mode 'FAILFAST')"]), // Else a misfit is null.
      ...(isPartitioned ? [`PARTITIONED BY (${folderNames(table, backticks)})`] : []),
      `LOCATION ${backslashed(table.location)};`,
      ...(isPartitioned ? ['', `MSCK REPAIR TABLE ${name};`] : []),
    ];
  },
};

export const trino: DdlDialect = {
  title: 'Trino',
  scalars: scalarsOf('BOOLEAN | BIGINT | DOUBLE | VARCHAR | VARCHAR | VARCHAR | DATE | BIGINT | TIMESTAMP | TIMESTAMP'),
  jsonScalars: textTimes('VARCHAR'),
  list: (items) => `ARRAY(${items})`,
  struct: (members) => `ROW(${members.map(({ name, sql }) => `${identifier(name)} ${sql}`).join(', ')})`,
  quote: identifier,
  takesTable: hiveTableName,
  refuse: (column, depth) => {
    const isTaken = depth > 0 || !/,|^ | $/u.test(column.name);
    return isTaken
      ? refuseLikeHive('Trino')(column, depth)
      : 'Trino takes no comma and no blank at an end of the name of a column';
  },
  findsFolder: ({ name, key }) => name === key, // Trino decodes the values of folders, but not their names.
  database: 'default',
  unnest: (table, column) => ({ from: `${table} CROSS JOIN UNNEST(${column}) AS u (item)`, value: 'item' }),
  notes: ({ table }) => [
    'Run it in a catalog of the Hive connector. Its times have milliseconds, unless timestamp_precision says otherwise.',
    ...(table.folders.length === 0 ? [] : ['Run the CALL again when there are new folders.']),
  ],
  create: (draft) => {
    const { name, plainName, table, database = '' } = draft;
    const isPartitioned = table.folders.length > 0;
    const ignoresCase = table.folders.some(({ key }) => key !== key.toLowerCase());
    const properties = [
      `external_location = ${literal(table.location)}`,
      `format = '${table.format === 'parquet' ? 'PARQUET' : 'OPENX_JSON'}'`,
      ...(isPartitioned ? [`partitioned_by = ARRAY[${folderNames(table, literal)}]`] : []),
      ...extraProperties(draft),
    ];
    return [
      `CREATE TABLE ${name} (`,
      columnLines([...columnsOf(draft, identifier), ...foldersOf(draft, identifier, ['INTEGER', 'VARCHAR'])]),
      ')',
      'WITH (',
      columnLines(properties),
      ');',
      ...(isPartitioned
        ? [
            '',
            `CALL system.sync_partition_metadata(${literal(database)}, ${literal(plainName.toLowerCase())}, 'FULL'${ignoresCase ? ', false' : ''});`,
          ]
        : []),
    ];
  },
};

/** Trino accepts the properties of the SerDe only here. */
function extraProperties(draft: Draft): readonly string[] {
  const properties = Object.entries(caseProperties(draft));
  if (properties.length === 0) return [];
  const [keys, values] = [0, 1].map((at) => `ARRAY[${properties.map((pair) => literal(pair[at] ?? '')).join(', ')}]`);
  return [`extra_properties = MAP(${keys}, ${values})`];
}

export const spectrum: DdlDialect = {
  title: 'Redshift Spectrum',
  scalars: scalarsOf(
    'BOOLEAN | BIGINT | DOUBLE PRECISION | VARCHAR(65535) | VARCHAR(65535) | VARCHAR(65535) | DATE | BIGINT | TIMESTAMP | TIMESTAMP',
  ),
  jsonScalars: textTimes('VARCHAR(65535)'),
  list: (items) => `ARRAY<${items}>`,
  struct: hiveStruct(identifier),
  quote: identifier,
  takesTable: hiveTableName,
  refuse: refuseLikeHive('Redshift Spectrum'),
  longestName: 127,
  longestType: glueTypeLength,
  database: 'spectrum',
  unnest: (table, column) => ({ from: `${table} AS t, t.${column} AS item`, value: 'item' }),
  notes: ({ table, database = '' }) => [
    `Make the external schema ${database} first: CREATE EXTERNAL SCHEMA … FROM DATA CATALOG. A text has at most 65,535 bytes there.`,
    ...(table.folders.length === 0
      ? []
      : [
          'Redshift finds no folders by itself: print and run the ALTER TABLE statements again when there are new ones.',
        ]),
  ],
  create: (draft) => {
    const { name, table } = draft;
    return [
      `CREATE EXTERNAL TABLE ${name} (`,
      columnLines(columnsOf(draft, identifier)),
      ')',
      ...(table.folders.length === 0
        ? []
        : [`PARTITIONED BY (${foldersOf(draft, identifier, ['INTEGER', 'VARCHAR(65535)']).join(', ')})`]),
      table.format === 'parquet' ? 'STORED AS PARQUET' : rowFormat(draft, literal),
      `LOCATION ${literal(table.location)};`,
    ];
  },
  addPartitions: (draft) => addPartitions(draft, { quote: identifier, text: literal }),
};
