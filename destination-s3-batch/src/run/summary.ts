// What a run did, as one line of JSON: the last word in the log, for whoever runs it on a schedule.
import type { ReplacedSet } from '@s3-connectors/common/destination/run/replacements.ts';
import { maxTextBytes } from '@s3-connectors/common/protocol/capped.ts';

import type { Misfits } from '../columns/types/slot.ts';

import type { Table } from '../tables/table.ts';

/** No more fit in a message: each takes 50 bytes at least. */
const mostShown = Math.floor(maxTextBytes / 50);

type TableSummary = {
  readonly table: string;
  /** Of the rows that were set aside. */
  readonly rejected?: true;
  rows: number;
  bytes: number;
  files: number;
  /** Of a table that was replaced: files of before that are gone, and how long a listing could show both sets. */
  deleted_files?: number;
  burst_seconds?: number;
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

/** What was published by table: what waited in staging and was dropped does not count. */
export class Tally {
  readonly #tables = new Map<string, TableSummary>();

  /** A file that is to be seen. */
  add(table: Table, { rows, size }: { readonly rows: number; readonly size: number }): void {
    const known = this.#of(table);
    known.rows += rows;
    known.bytes += size;
    known.files += 1;
  }

  replaced(name: string, { rows, bytes, files, deletedFiles, burstSeconds }: ReplacedSet): void {
    if (files === 0 && deletedFiles === 0) return; // It was empty, and is.
    const known = this.#of({ name });
    const about = { deleted_files: deletedFiles, burst_seconds: Math.round(burstSeconds * 1000) / 1000 };
    Object.assign(known, { rows, bytes, files, ...about });
  }

  misfits(table: Table, misfits: Misfits): void {
    this.#of(table).misfits = Object.fromEntries(misfits);
  }

  summary(totals: Totals): string {
    const tables = [...this.#tables.values()].sort((a, b) => (a.table < b.table ? -1 : 1));
    const visible = tables.filter(({ rejected }) => rejected === undefined);
    const sum = (of: (table: TableSummary) => number): number => visible.reduce((total, table) => total + of(table), 0);
    const head = {
      ...totals,
      rows: sum(({ rows }) => rows),
      bytes: sum(({ bytes }) => bytes),
      files: sum(({ files }) => files),
      misfit_values: sum(({ misfits }) => Object.values(misfits).reduce((total, count) => total + count, 0)),
    };
    // A line that is cut would not be JSON: tables that do not fit are counted.
    for (let shown = Math.min(tables.length, mostShown); ; shown--) {
      const more = shown < tables.length ? { more_tables: tables.length - shown } : {};
      const line = JSON.stringify({ ...head, tables: tables.slice(0, shown), ...more });
      if (shown === 0 || Buffer.byteLength(line) <= maxTextBytes) return line;
    }
  }

  #of(table: Pick<Table, 'name'> & Partial<Table>): TableSummary {
    const isRejected = 'shape' in table && table.shape === undefined;
    const key = `${isRejected}/${table.name}`;
    const known = this.#tables.get(key) ?? {
      table: table.name,
      ...(isRejected ? { rejected: true as const } : {}),
      rows: 0,
      bytes: 0,
      files: 0,
      misfits: {},
    };
    this.#tables.set(key, known);
    return known;
  }
}
