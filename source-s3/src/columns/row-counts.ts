// How many rows have something that is reported by field, counted while they go by.

/** `field`: the dotted path of a value. */
export type RowCount = { readonly field: string; readonly rows: number };

/** Bound: the fields that the catalog declares. */
export class RowCounts {
  readonly #rows = new Map<string, number>();

  /** In one row, each once; `rows`: in so many rows. */
  add(fields: Iterable<string>, rows = 1): void {
    for (const field of fields) this.#rows.set(field, (this.#rows.get(field) ?? 0) + rows);
  }

  /** What was counted since the last call. */
  take(): readonly RowCount[] {
    if (this.#rows.size === 0) return [];
    const counts = Array.from(this.#rows, ([field, rows]) => ({ field, rows }));
    this.#rows.clear();
    return counts;
  }
}
