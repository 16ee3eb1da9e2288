// What a run did, as one line of JSON: the last word in the log, for whoever runs it on a schedule.
import type { Misfits } from './columns/fit.ts';

export type TableSummary = {
  readonly table: string;
  rows: number;
  bytes: number;
  files: number;
  /** Values that did not fit their field and lie beside it as JSON text, by field. */
  misfits: Readonly<Record<string, number>>;
};

export type Totals = {
  readonly records: number;
  readonly rejected: number;
  /** Placed by `emitted_at`. */
  readonly untimed: number;
  /** Written although they break their schema. */
  readonly invalid: number;
  readonly seconds: number;
};

/** What was published by table. */
export class Tally {
  readonly #tables = new Map<string, TableSummary>();

  add(table: string, { rows, bytes }: { readonly rows: number; readonly bytes: number }): void {
    const known = this.#tables.get(table) ?? { table, rows: 0, bytes: 0, files: 0, misfits: {} };
    known.rows += rows;
    known.bytes += bytes;
    known.files += 1;
    this.#tables.set(table, known);
  }

  misfits(table: string, misfits: Misfits): void {
    const known = this.#tables.get(table);
    if (known !== undefined) known.misfits = Object.fromEntries(misfits);
  }

  summary(totals: Totals): string {
    const tables = [...this.#tables.values()].sort((a, b) => (a.table < b.table ? -1 : 1));
    const sum = (of: (table: TableSummary) => number): number => tables.reduce((total, table) => total + of(table), 0);
    return JSON.stringify({
      ...totals,
      rows: sum(({ rows }) => rows),
      bytes: sum(({ bytes }) => bytes),
      files: sum(({ files }) => files),
      misfit_values: sum(({ misfits }) => Object.values(misfits).reduce((total, count) => total + count, 0)),
      tables,
    });
  }
}
