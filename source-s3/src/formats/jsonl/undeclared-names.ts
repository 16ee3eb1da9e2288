// Names of members in JSON lines that the catalog does not declare.
import { isProvenance } from '../../columns/table-columns.ts';

const mostUndeclared = 1000;

/** Each is reported once. Bound: a thousand names, and the two provenance names, which are always reported. */
export class UndeclaredNames {
  readonly #known = new Set<string>();
  #found: string[] = [];

  add(name: string): void {
    if (this.#known.has(name) || (this.#known.size >= mostUndeclared && !isProvenance(name))) return;
    this.#known.add(name);
    this.#found.push(name);
  }

  take(): readonly string[] {
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    return found;
  }
}
