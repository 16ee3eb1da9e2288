// The columns of a table as a stream: those of its files, those of its folder names, and the provenance of each row.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { SourceConfig } from '../config/config.ts';
import { NameLookup } from '../layout/name-lookup.ts';
import type { PartitionColumns } from '../layout/partition-columns.ts';
import { declaredColumnType, partitionJson } from '../layout/partition-value.ts';
import type { Table } from '../listing/tables.ts';

/** The names in Airbyte's own S3 source. The second one is the cursor. */
export const fileUrlColumn = '_ab_source_file_url';
export const lastModifiedColumn = '_ab_source_file_last_modified';

const provenance: readonly Column[] = [
  { name: fileUrlColumn, type: { kind: 'string' } },
  { name: lastModifiedColumn, type: { kind: 'timestamp', utc: true } },
];

export function isProvenance(name: string): boolean {
  return name === fileUrlColumn || name === lastModifiedColumn;
}

/** `fromFiles`: the columns of some of the table's files; `folders`: the columns in its folder names, each once. */
export function tableColumns(
  { partitioning }: SourceConfig,
  table: Table,
  fromFiles: readonly Column[],
  folders: readonly string[],
): readonly Column[] {
  if (partitioning.mode === 'not_partitioned') return withProvenance(fromFiles);
  const inFiles = new NameLookup(fromFiles.map(({ name }) => name));
  const fromFolders = new Map<string, Column>();
  for (const column of folders) {
    const name = inFiles.find(column) ?? column;
    fromFolders.set(name, { name, type: declaredColumnType(partitioning.typeOf(table.stream.name, column)) });
  }
  const merged = fromFiles.map((column) =>
    partitioning.onConflict === 'file' ? column : (fromFolders.get(column.name) ?? column),
  );
  return withProvenance([...merged, ...[...fromFolders.values()].filter(({ name }) => !inFiles.has(name))]);
}

function withProvenance(columns: readonly Column[]): readonly Column[] {
  return [...columns.filter(({ name }) => !isProvenance(name)), ...provenance];
}

export type FileColumns = {
  /** The columns of the catalog. */
  readonly asked: NameLookup;
  /** The columns of the file. */
  readonly stored: NameLookup;
};

/** Values that are equal in all rows of a file. */
type FileConstants = {
  /** JSON texts of the catalog's columns. They override the file's columns. */
  readonly texts: ReadonlyMap<string, string>;
  /** The columns among them that are null because JSON has no form for the folder's value. */
  readonly nulled: readonly string[];
};

/**
 * @throws PARTITION_VALUE_INVALID for a folder that does not fit its declared type, CONFIG_INVALID for a column in both places
 * under `on_conflict: error`.
 */
export function fileConstants(
  { partitioning, connection }: SourceConfig,
  table: Table,
  object: ListedObject,
  { names, folders }: { readonly names: FileColumns; readonly folders: PartitionColumns },
): FileConstants {
  const texts = new Map([
    [fileUrlColumn, JSON.stringify(`s3://${connection.bucket}/${object.key}`)],
    [lastModifiedColumn, JSON.stringify(object.lastModified.toISOString().replace('Z', '000Z'))],
  ]);
  const nulled: string[] = [];
  if (partitioning.mode === 'not_partitioned') return { texts, nulled };
  for (const partition of partitioning.folders.partitionsOf(object.key.slice(table.prefix.length))) {
    const column = folders.spellingOf(partition.column);
    if (partitionInFile(column, names) !== undefined) {
      if (partitioning.onConflict === 'error') throw conflict(partition.column, object.key);
      if (partitioning.onConflict === 'file') continue;
    }
    const name = names.asked.find(column) ?? column;
    if (texts.has(name)) continue; // The first of several columns of one name counts.
    const type = partitioning.typeOf(table.stream.name, partition.column);
    const json = partitionJson(partition, type, object.key);
    texts.set(name, json);
    if (json === 'null' && partition.value !== null && names.asked.has(name)) nulled.push(name);
  }
  return { texts, nulled };
}

/** The file's name for a folder's column. A file column that the catalog has under its own name is another column. */
export function partitionInFile(column: string, { asked, stored }: FileColumns): string | undefined {
  const inFile = stored.find(column);
  return inFile !== undefined && inFile !== asked.find(column) && asked.has(inFile) ? undefined : inFile;
}

/**
 * Maps the catalog's name of a column to the file's name in another case. Only for partition columns, because the catalog may have
 * their name from a folder.
 */
export function fileSpellings(folders: PartitionColumns, { asked, stored }: FileColumns): ReadonlyMap<string, string> {
  const names = asked.names.filter((name) => folders.has(name) && !stored.has(name));
  return new Map(
    names.flatMap((name) => {
      const inFile = stored.find(name);
      return inFile === undefined || asked.has(inFile) ? [] : [[name, inFile] as const];
    }),
  );
}

function conflict(column: string, key: string): ConnectorError {
  return new ConnectorError(
    'CONFIG_INVALID',
    `The column "${column}" is both in a folder name and in the file "${key}". Set data_partitioning.on_conflict to "path" or "file".`,
  );
}
