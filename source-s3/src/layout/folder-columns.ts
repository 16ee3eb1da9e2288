// What the folders of a table say of its rows: one interface for Hive's names and for plain dates.
import type { DeclaredType } from './declared-column.ts';
import { partitionsOf, type Partition } from './layout.ts';

/** What the last folder of a path tells while folders are walked. */
type FolderLevel = {
  /** The column by which it is newer or older than its neighbours. */
  readonly own?: Partition;
  /** The values of a column below it, both included; whole: deeper folders tell no more. */
  readonly span?: { readonly column: string; readonly from: string; readonly to: string; readonly isWhole: boolean };
};

/** Paths are below the table; those of folders end with `/`. */
export type FolderColumns = {
  readonly partitionsOf: (path: string) => readonly Partition[];
  readonly levelOf: (path: string) => FolderLevel;
  /** The column that a pattern of dates makes. */
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
