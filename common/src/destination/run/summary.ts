// What a run did, for people as one sentence and for programs as one line of JSON, the last of the log.
import { maxTextBytes } from '../../protocol/capped.ts';
import type { IntakeCounts } from './intake.ts';
import type { ReplacedSet } from './replacements.ts';

/** Since the start. `bytes` of the input; `files` and `storedBytes` (compressed) whatever became of them. */
export type Figures = IntakeCounts & {
  readonly rejected: number;
  readonly files: number;
  readonly storedBytes: number;
};

/** `closed`: why files were closed, after a comma. */
export function sentenceOf(figures: Figures, closed = ''): string {
  const remarks = [
    [figures.untimed, 'records had no valid time and lie by emitted_at'],
    [figures.invalid, 'records break their schema and were written all the same'],
    [figures.rejected, 'records were rejected and lie below _rejected/'],
    [figures.late, 'records came late'],
    [figures.early, 'records were ahead of time'],
  ] as const;
  const remarked = remarks.filter(([count]) => count > 0).map(([count, what]) => ` ${count} ${what}.`);
  return `${figures.records} records and ${figures.states} states read (${megabytes(figures.bytes)}); ${figures.files} files stored (${megabytes(figures.storedBytes)})${closed}.${remarked.join('')}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

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
  /** Values that did not fit their field and are stored beside it as JSON text, by field. */
  misfits?: Readonly<Record<string, number>>;
};

/** A table or type; `isRejected`: the rows of it that were set aside. */
export type Kept = { readonly name: string; readonly isRejected: boolean };

/** What can be seen now, by table: what waited in staging and was dropped does not count. */
export class Tally {
  readonly #tables = new Map<string, TableSummary>();
  /** All files stored, whatever became of them. */
  readonly stored = { files: 0, bytes: 0 };

  /** A file that is to be seen. */
  add(kept: Kept, { rows, size }: { readonly rows: number; readonly size: number }): void {
    const known = this.#of(kept);
    known.rows += rows;
    known.bytes += size;
    known.files += 1;
  }

  replaced(name: string, { rows, bytes, files, deletedFiles, burstSeconds }: ReplacedSet): void {
    if (files === 0 && deletedFiles === 0) return; // It was empty, and is.
    const known = this.#of({ name, isRejected: false });
    const about = { deleted_files: deletedFiles, burst_seconds: Math.round(burstSeconds * 1000) / 1000 };
    Object.assign(known, { rows, bytes, files, ...about });
  }

  misfits(name: string, misfits: ReadonlyMap<string, number>): void {
    this.#of({ name, isRejected: false }).misfits = Object.fromEntries(misfits);
  }

  /** One line. */
  json({ records, states, rejected, untimed, invalid, late, early }: Figures, seconds: number): string {
    const tables = [...this.#tables.values()].sort((a, b) => (a.table < b.table ? -1 : 1));
    const visible = tables.filter((table) => table.rejected === undefined);
    const sum = (of: (table: TableSummary) => number): number => visible.reduce((total, table) => total + of(table), 0);
    const head = {
      records,
      states,
      rejected,
      untimed,
      invalid,
      late,
      early,
      seconds,
      rows: sum(({ rows }) => rows),
      bytes: sum(({ bytes }) => bytes),
      files: sum(({ files }) => files),
      misfit_values: sum(({ misfits = {} }) => Object.values(misfits).reduce((total, count) => total + count, 0)),
    };
    // A line that is cut would not be JSON: tables that do not fit are counted.
    for (let shown = Math.min(tables.length, mostShown); ; shown--) {
      const more = shown < tables.length ? { more_tables: tables.length - shown } : {};
      const line = JSON.stringify({ ...head, tables: tables.slice(0, shown), ...more });
      if (shown === 0 || Buffer.byteLength(line) <= maxTextBytes) return line;
    }
  }

  #of({ name, isRejected }: Kept): TableSummary {
    const key = `${isRejected}/${name}`;
    const known = this.#tables.get(key) ?? {
      table: name,
      ...(isRejected ? { rejected: true as const } : {}),
      rows: 0,
      bytes: 0,
      files: 0,
    };
    this.#tables.set(key, known);
    return known;
  }
}
