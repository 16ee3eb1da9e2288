// What a run did, for people as one sentence and for programs as one line of JSON, the last of the log.
import { maxTextBytes } from '../../protocol/capped.ts';
import { otherFields, type FieldCounts, type Repair } from '../../records/repairs.ts';
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
    [figures.nulled, 'values were NaN or Infinity and are stored as null'],
    [figures.repairedTexts, 'halves of surrogate pairs were replaced by U+FFFD'],
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
} & { -readonly [What in keyof TableValues]?: Readonly<Record<string, number>> };

/**
 * Values of a table that are not as they came, by field. `misfits`: null in their field, beside it as JSON text; `cut`: in their
 * field as far as it can hold them, beside it complete; `coerced`: in their field, written in another way.
 */
export type TableValues = { readonly misfits: FieldCounts; readonly cut: FieldCounts; readonly coerced: FieldCounts };

/** What was changed in the records of a stream before they became rows. */
type StreamRepairs = { readonly label: string } & Readonly<Record<Repair, FieldCounts>>;

/** A table or type; `isRejected`: the rows of it that were set aside. */
export type Kept = { readonly name: string; readonly isRejected: boolean };

/** What can be seen now, by table: what waited in staging and was dropped does not count. */
export class Tally {
  readonly #tables = new Map<string, TableSummary>();
  readonly #values = { misfits: 0, cut: 0, coerced: 0 };
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

  values(name: string, values: TableValues): void {
    const known = this.#of({ name, isRejected: false });
    for (const what of ['misfits', 'cut', 'coerced'] as const) {
      this.#values[what] += total(values[what].values());
      if (values[what].size > 0) known[what] = shownFields(values[what]);
    }
  }

  /** One line. */
  json(figures: Figures, seconds: number, repairs: readonly StreamRepairs[] = []): string {
    const { records, states, rejected, untimed, invalid, late, early, nulled, repairedTexts } = figures;
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
      misfit_values: this.#values.misfits,
      cut_values: this.#values.cut,
      coerced_values: this.#values.coerced,
      nulled_values: nulled,
      repaired_texts: repairedTexts,
    };
    const streams = repairs.map((of) => ({
      stream: of.label,
      ...(of.nulled.size > 0 ? { nulled: shownFields(of.nulled) } : {}),
      ...(of.repairedTexts.size > 0 ? { repaired_texts: shownFields(of.repairedTexts) } : {}),
    }));
    // A line that is cut would not be JSON: tables and streams that do not fit are counted.
    for (let shown = Math.min(tables.length + streams.length, mostShown); ; shown--) {
      const shownTables = Math.min(tables.length, shown);
      const shownStreams = Math.min(streams.length, shown);
      const line = JSON.stringify({
        ...head,
        tables: tables.slice(0, shownTables),
        ...(shownTables < tables.length ? { more_tables: tables.length - shownTables } : {}),
        ...(shownStreams > 0 ? { streams: streams.slice(0, shownStreams) } : {}),
        ...(shownStreams < streams.length ? { more_streams: streams.length - shownStreams } : {}),
      });
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

/** For the log. */
export function repairText({ label, nulled, repairedTexts }: StreamRepairs): string {
  const texts = [
    [nulled, 'are NaN or Infinity, which JSON does not have, and are stored as null'],
    [repairedTexts, 'are halves of surrogate pairs, which UTF-8 does not have, and are stored as U+FFFD'],
  ] as const;
  const remarks = texts.filter(([counts]) => counts.size > 0).map(([counts, what]) => `${fieldsText(counts)} ${what}`);
  return `Values in the records of "${label}" are changed, so that readers take the file: ${remarks.join('; ')}.`;
}

/** `price (3), name (1)` */
export function fieldsText(counts: FieldCounts): string {
  const shown = Object.entries(shownFields(counts)).map(([field, count]) => {
    return field === otherFields ? `other fields (${count})` : `${field} (${count})`;
  });
  return shown.join(', ');
}

/** Of the fields that are counted by name, in the summary and in the log; the last one is the sum of all others. */
const mostShownFields = 20;

/** Those with the highest counts first. */
export function shownFields(counts: FieldCounts): Readonly<Record<string, number>> {
  const fields = [...counts].sort(([, a], [, b]) => b - a);
  const others = total(fields.slice(mostShownFields).map(([, count]) => count));
  const shown = new Map(fields.slice(0, mostShownFields));
  if (others > 0) shown.set(otherFields, (shown.get(otherFields) ?? 0) + others);
  return Object.fromEntries(shown);
}

function total(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
