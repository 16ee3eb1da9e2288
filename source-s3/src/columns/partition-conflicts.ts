// Columns that are both in a folder's name and in the file. They are compared, so that a wrong folder is noticed.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

import type { SourceConfig } from '../config/config.ts';
import type { PartitionColumns } from '../layout/partition-columns.ts';
import { partitionInFile, type FileColumns } from './table-columns.ts';

/** A column in both places. `place`: its place among the file's columns. */
export type Clash = { readonly column: string; readonly place: number; readonly value: string | null };

/** The clashes of a file at a path below its table, for the columns in the catalog. */
export function clashesOf(
  { partitioning }: SourceConfig,
  path: string,
  { names, folders }: { readonly names: FileColumns; readonly folders: PartitionColumns },
): readonly Clash[] {
  if (partitioning.mode === 'not_partitioned') return [];
  return partitioning.folders.partitionsOf(path).flatMap(({ column, value }) => {
    const spelling = folders.spellingOf(column);
    const inFile = partitionInFile(spelling, names);
    if (inFile === undefined || names.asked.find(spelling) === undefined) return [];
    const place = names.stored.placeOf(inFile);
    return place === undefined ? [] : [{ column: inFile, place, value }];
  });
}

/** For a column in some rows: the number of compared rows, and of rows that differ from the folder. */
export type Conflict = { readonly column: string; readonly rows: number; readonly differing: number };

/** The conflicts of a table's files, by column, with the first file that has one. */
export class ConflictReport {
  readonly #columns = new Map<string, { rows: number; differing: number; example: string | undefined }>();

  add(conflicts: readonly Conflict[], key: string): void {
    for (const { column, rows, differing } of conflicts) {
      const entry = this.#columns.get(column) ?? { rows: 0, differing: 0, example: undefined };
      this.#columns.set(column, entry);
      entry.rows += rows;
      entry.differing += differing;
      if (differing > 0) entry.example ??= key;
    }
  }

  /** At least one row differs. */
  get hasConflict(): boolean {
    return [...this.#columns.values()].some(({ differing }) => differing > 0);
  }

  /** A sentence for the log. Undefined if no column is in both places. */
  describe(taken: 'path' | 'file'): string | undefined {
    const parts = [...this.#columns].map(([column, { rows, differing, example }]) => {
      return differing === 0
        ? `"${column}" agrees in ${rows === 1 ? 'its 1 row' : `all ${rows} rows`}`
        : `"${column}" differs in ${differing} of ${countOf(rows, 'row')}, first in "${example}"`;
    });
    if (parts.length === 0) return undefined;
    return `columns both in folder names and in files: ${parts.join('; ')}; the ${taken === 'path' ? 'folder’s' : 'file’s'} value is used`;
  }
}
