// The columns that the folders of a table define. Hive's names ignore case: `Year=` and `year=` are one column, in the spelling
// that a listing shows first.
import type { FolderColumns } from './folder-columns.ts';
import { partitionsOf as hivePartitionsOf } from './layout.ts';

/** Bound: one entry for each spelling. */
export class PartitionColumns {
  readonly #spellings = new Map<string, Set<string>>();
  #folder: string | undefined;
  #isBare = false;
  #bare: { readonly count: number; readonly first: string } | undefined;
  readonly #partitionsOf: FolderColumns['partitionsOf'];

  constructor(partitionsOf: FolderColumns['partitionsOf'] = hivePartitionsOf) {
    this.#partitionsOf = partitionsOf;
  }

  /** `path`: of a data file, below the table. */
  see(path: string): void {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    if (folder !== this.#folder) this.#seeFolder(folder); // Most files are in the folder of the file before.
    if (this.#isBare) this.#bare = { count: (this.#bare?.count ?? 0) + 1, first: this.#bare?.first ?? path };
  }

  #seeFolder(folder: string): void {
    const partitions = this.#partitionsOf(folder);
    this.#folder = folder;
    this.#isBare = partitions.length === 0;
    for (const { column } of partitions) {
      const spellings = this.#spellings.get(column.toLowerCase());
      if (spellings === undefined) this.#spellings.set(column.toLowerCase(), new Set([column]));
      else spellings.add(column);
    }
  }

  get names(): readonly string[] {
    return [...this.#spellings.values()].flatMap(([first]) => first ?? []);
  }

  /** The column's name in records. */
  spellingOf(column: string): string {
    const [first = column] = this.#spellings.get(column.toLowerCase()) ?? [];
    return first;
  }

  has(name: string): boolean {
    return this.#spellings.has(name.toLowerCase());
  }

  /** The files without a folder for a column. */
  get bare(): { readonly count: number; readonly first: string } | undefined {
    return this.#bare;
  }

  /** The spellings of each column that has more than one. */
  get twins(): readonly (readonly string[])[] {
    return [...this.#spellings.values()].filter(({ size }) => size > 1).map((spellings) => [...spellings]);
  }
}
