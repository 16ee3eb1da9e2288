// The columns that the folders of a table define: one interface for Hive's names and for plain dates.
import type { DeclaredType } from './declared-column.ts';
import { partitionsOf, type Partition } from './layout.ts';

export type DatePart = {
  /** No folder above is part of the date. */
  readonly isFirst: boolean;
  /** What a path below it proves. Undefined: nothing. */
  readonly isBorneOutBy: (path: string) => boolean | undefined;
};

/** What the last folder of a path defines while folders are walked. */
export type FolderLevel = {
  /** The column by which it is newer or older than its siblings. */
  readonly own?: Partition;
  /** The values of a column below it, both included. `whole`: deeper folders add nothing. */
  readonly span?: { readonly column: string; readonly from: string; readonly to: string; readonly isWhole: boolean };
  /** For folders that are part of a date, or are named like one: the `1234` of `1234/2026/01/15/` is not a year. */
  readonly part?: DatePart;
  /** The form of a date pattern's folders. */
  readonly isDate?: boolean;
};

/** Paths are below the table; those of folders end with `/`. */
export type FolderColumns = {
  readonly partitionsOf: (path: string) => readonly Partition[];
  readonly levelOf: (path: string) => FolderLevel;
  /** The column of a date pattern. */
  readonly dateColumn?: string;
  /** The type of a column that is known without a declaration. */
  readonly typeOf: (column: string) => DeclaredType | undefined;
};

export const hiveFolders: FolderColumns = {
  partitionsOf,
  levelOf(path) {
    const [own] = partitionsOf(`${path.split('/').at(-2) ?? ''}/`);
    if (own === undefined) return {};
    const { column, value } = own;
    return value === null ? { own } : { own, span: { column, from: value, to: value, isWhole: true } };
  },
  typeOf: () => undefined,
};
