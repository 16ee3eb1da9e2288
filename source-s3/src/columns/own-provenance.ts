// Columns of files that have the names of provenance columns, as in files that an Airbyte source wrote. A record has only one
// column of a name, so the file's values are not sent. The log reports that once per table.
import { isProvenance } from './table-columns.ts';

/** Bound: two names. */
export class OwnProvenance {
  /** By name: the first file that has it. */
  readonly #files = new Map<string, string>();

  /** @returns whether the file's column is one of these. */
  see(name: string, key: string): boolean {
    if (!isProvenance(name)) return false;
    if (!this.#files.has(name)) this.#files.set(name, key);
    return true;
  }

  /** A sentence for the log. */
  *describe(): Generator<string> {
    if (this.#files.size === 0) return;
    const named = Array.from(this.#files, ([name, key]) => `"${name}" (first in "${key}")`);
    yield `columns of the files that are not read, because every record has its own columns of these names, for its origin: ${named.join(', ')}. Rename them in the files to read them.`;
  }
}
