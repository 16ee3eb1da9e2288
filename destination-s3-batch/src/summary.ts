// What a run did, as one line of JSON: the last word in the log, for whoever runs it on a schedule.
import type { Misfits } from './columns/fit.ts';

import type { Table } from './table.ts';

type TableSummary = {
  readonly table: string;
  /** Of the rows that were set aside. */
  readonly rejected?: true;
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
  readonly #tables = new Map<Table, TableSummary>();

  add(table: Table, { rows, size }: { readonly rows: number; readonly size: number }): void {
    const known = this.#of(table);
    known.rows += rows;
    known.bytes += size;
    known.files += 1;
  }

  misfits(table: Table, misfits: Misfits): void {
    this.#of(table).misfits = Object.fromEntries(misfits);
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
  #of(table: Table): TableSummary {
    const rejected = table.shape === undefined ? { rejected: true as const } : {};
    const known = this.#tables.get(table) ?? {
      table: table.name,
      ...rejected,
      rows: 0,
      bytes: 0,
      files: 0,
      misfits: {},
    };
    this.#tables.set(table, known);
    return known;
  }
}
