// What the log reports about the columns of a table's folders.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

import type { FolderColumns } from '../layout/folder-columns.ts';
import type { PartitionColumns } from '../layout/partition-columns.ts';

/** For people. `prefix`: the table's. */
export function folderRemarks(prefix: string, columns: PartitionColumns, folders: FolderColumns): readonly string[] {
  return [...columns.twins.map(spelledTwice), ...undated(prefix, columns, folders)];
}

function spelledTwice(spellings: readonly string[]): string {
  const names = spellings.map((name) => `"${name}="`).join(' and ');
  return `folders name one column ${names}; it is read as "${spellings[0]}"`;
}

/** Files that are in no date folder: the pattern may be wrong. */
function undated(prefix: string, { bare }: PartitionColumns, { dateColumn }: FolderColumns): readonly string[] {
  if (dateColumn === undefined || bare === undefined) return [];
  const { count, first } = bare;
  const files = countOf(count, 'file is', 'files are');
  const place = `${count === 1 ? '' : 'first '}"${prefix}${first}"`;
  return [
    `${files} in no date folder as data_partitioning.pattern names them, and "${dateColumn}" is null in all rows there: ${place}. Correct the pattern, or move the files.`,
  ];
}
