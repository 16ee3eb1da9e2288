// Counts rows that have something to report by field, while they pass by.

/** `field`: the dotted path of a value. */
export type RowCount = { readonly field: string; readonly rows: number };

/** Bound: the fields that the catalog declares. */
export class RowCounts {
  readonly #rows = new Map<string, number>();

  /** Fields of one row, each once. `rows`: of this many rows. */
  add(fields: Iterable<string>, rows = 1): void {
    for (const field of fields) this.#rows.set(field, (this.#rows.get(field) ?? 0) + rows);
  }

  /** The counts since the last call. */
  take(): readonly RowCount[] {
    if (this.#rows.size === 0) return [];
    const counts = Array.from(this.#rows, ([field, rows]) => ({ field, rows }));
    this.#rows.clear();
    return counts;
  }
}
