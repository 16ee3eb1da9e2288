// The columns of footers that were seen before: files of a table mostly share one schema, and to ask the engine for its types
// takes longer than all else that opening a small file does.
import type { StoredColumn } from '../../columns/sql/stored-type.ts';

const mostKnown = 8;

/** By the fingerprints of footers. Bound: eight schemas, the last that came. */
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
