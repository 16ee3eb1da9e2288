// The columns of earlier footers. Files of a table usually share one schema, and asking the engine for its types takes longer than
// all other steps of opening a small file.
import type { StoredColumn } from '../../columns/sql/stored-type.ts';

const mostKnown = 8;

/** By the fingerprints of footers. Bound: the last eight schemas. */
export class KnownColumns {
  readonly #columns = new Map<string, Promise<readonly StoredColumn[]>>();

  /** Files that are opened at the same time ask once. If that fails, each asks for itself, since an error names its file. */
  async of(fingerprint: string, ask: () => Promise<readonly StoredColumn[]>): Promise<readonly StoredColumn[]> {
    const earlier = this.#columns.get(fingerprint);
    const known = earlier && (await earlier.catch(() => undefined));
    if (known !== undefined) return known;
    const [oldest] = this.#columns.size < mostKnown ? [] : this.#columns.keys();
    if (oldest !== undefined) this.#columns.delete(oldest);
    const asked = ask();
    this.#columns.set(fingerprint, asked);
    return asked;
  }
}
