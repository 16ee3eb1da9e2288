// The columns of footers that were seen before: files of a table mostly share one schema, and to ask the engine for its types
// takes longer than all else that opening a small file does.
import type { StoredColumn } from '../../columns/sql/stored-type.ts';

const mostKnown = 8;

/** By the fingerprints of footers. Bound: eight schemas, the last that came. */
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
