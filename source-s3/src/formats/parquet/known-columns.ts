// The columns of earlier footers. Files of a table usually share one schema, and asking the engine for its types takes longer than
// all other steps of opening a small file.
import type { StoredColumn } from '../../columns/sql/stored-type.ts';

const mostKnown = 8;

/** By the fingerprints of footers. Bound: the last eight schemas. */
export class KnownColumns {
  readonly #columns = new Map<string, readonly StoredColumn[]>();

  get(fingerprint: string): readonly StoredColumn[] | undefined {
    return this.#columns.get(fingerprint);
  }

  keep(fingerprint: string, columns: readonly StoredColumn[]): void {
    const [oldest] = this.#columns.size < mostKnown ? [] : this.#columns.keys();
    if (oldest !== undefined) this.#columns.delete(oldest);
    this.#columns.set(fingerprint, columns);
  }
}
