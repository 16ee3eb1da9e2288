// Columns that files hold and the catalog does not, and files that hold none of the catalog's: both are gathered while a
// table is read and said once, so that a changed export does not end as columns of nulls without a word.
import { fileUrlColumn, lastModifiedColumn, type FileColumns } from './table-columns.ts';
import type { PartitionColumns } from './partition-columns.ts';

const maxNamed = 10;
const maxKept = 1000;

/** Bound: a thousand names. */
export class ColumnDrift {
  readonly #folders: PartitionColumns;
  /** Name → the first file that has it. */
  readonly #undeclared = new Map<string, string>();
  #strangers = 0;
  #stranger: { readonly key: string; readonly stored: readonly string[] } | undefined;
  #lastStranger: string | undefined;

  constructor(folders: PartitionColumns) {
    this.#folders = folders;
  }

  /** A column, or member of a JSON line, that is left out. */
  leftOut(name: string, key: string): void {
    if (this.#undeclared.size < maxKept && !this.#undeclared.has(name)) this.#undeclared.set(name, key);
  }

  /** What a file, all of whose rows have the same columns, holds of what the catalog asks for. */
  seeFile(key: string, { asked, stored }: FileColumns): void {
    const wanted = new Set(asked);
    const hasOne = stored.some((name) => wanted.has(name) && !this.#isOthers(name));
    // What is called the names of a CSV file without a header is a row.
    if (hasOne) for (const name of stored) if (!wanted.has(name) && !this.#isOthers(name)) this.leftOut(name, key);
    const fromFiles = asked.filter((name) => !this.#isOthers(name));
    if (stored.length === 0 || fromFiles.length === 0 || hasOne) return;
    if (key === this.#lastStranger) return;
    this.#lastStranger = key;
    this.#strangers++;
    this.#stranger ??= { key, stored };
  }

  /** Sentences for the log. */
  *describe(): Generator<string> {
    const names = [...this.#undeclared];
    if (names.length > 0) {
      const named = names.slice(0, maxNamed).map(([name, key]) => `"${name}" (first in "${key}")`);
      const more = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : '';
      yield `columns that the catalog does not declare are left out: ${named.join(', ')}${more}. Run discover again, or select them, to have them.`;
    }
    if (this.#stranger !== undefined) {
      const { key, stored } = this.#stranger;
      const columns = stored.length === 1 ? '1 column' : `${stored.length} columns`;
      yield `files that have none of the catalog’s columns, so that these are null in all their rows: ${this.#strangers}, first "${key}", which has ${columns} of its own. Move them to a table of their own, or correct data_format.`;
    }
  }

  /** Columns that are not the files' alone: where a row came from, and what folders say. */
  #isOthers(name: string): boolean {
    return name === fileUrlColumn || name === lastModifiedColumn || this.#folders.has(name);
  }
}
