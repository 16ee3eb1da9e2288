// The summary of a run: a sentence for people, and a line of JSON for programs, which is the last line of the log.
import { countedText, countText } from '../../program/text-layout.ts';
import { maxTextBytes } from '../../protocol/capped.ts';
import { plainJson } from '../../protocol/text/text.ts';
import { megabytes } from '../../s3/connection/counters.ts';
import type { FieldCounts, Repair } from '../../records/repairs.ts';
import { fieldsJson, fieldsText, total } from './field-counts.ts';
import type { IntakeCounts } from '../plan/intake.ts';
import type { LateRules } from '../plan/record-judge.ts';
import type { ReplacedSet } from '../publishing/replaced-set.ts';

/**
 * Counts since the start. `bytes`: of the input. `files` and `storedBytes` (compressed): of all stored files, published or not.
 */
export type Figures = IntakeCounts & {
  readonly rejected: number;
  readonly files: number;
  readonly storedBytes: number;
};

/** Where a record that is far from the present is stored. */
const farPlaces = {
  own_partition: 'in the hour of the event',
  current_hour: 'in the hour of arrival',
  dead_letter: 'below _rejected/',
} as const satisfies Record<LateRules['policy'], string>;

/** The words in braces have a singular and a plural. */
type Remark = readonly [count: number, text: string];

/** An INFO remark and not a warning: in a backfill, all records are old. */
function farRemarks({ late, early }: Figures, rules: LateRules | undefined): readonly Remark[] {
  if (rules === undefined) return [];
  const age = countText(rules.maxLatenessMs / 3_600_000, 'hour');
  const place = farPlaces[rules.policy];
  return [
    [late, `{record is|records are} more than ${age} old and {is|are} stored ${place}`],
    [early, `{record is|records are} more than an hour in the future and {is|are} stored ${place}`],
  ];
}

/** `closed`: why files were closed, after a comma; `late`: the rules by which records are late or early. */
export function sentenceOf(
  figures: Figures,
  { closed = '', late }: { readonly closed?: string; readonly late?: LateRules | undefined } = {},
): string {
  const remarks: readonly Remark[] = [
    [figures.untimed, '{record|records} had no valid time and {is|are} placed by emitted_at'],
    [figures.invalid, '{record breaks its|records break their} schema and {was|were} written nevertheless'],
    [figures.nulled, '{value was|values were} NaN or Infinity and {is|are} stored as null'],
    [figures.repairedTexts, '{half of a surrogate pair was|halves of surrogate pairs were} replaced by U+FFFD'],
    [figures.repeatedKeys, '{value of a repeated key is|values of repeated keys are} in __json'],
    [figures.outOfRange, '{number was|numbers were} out of range and {is|are} in __json'],
    [figures.rejected, '{record was|records were} rejected and {is|are} stored below _rejected/'],
    ...farRemarks(figures, late),
  ];
  const remarked = remarks.filter(([count]) => count > 0).map(([count, text]) => ` ${countedText(count, text)}.`);
  return `${countText(figures.records, 'record')} and ${countText(figures.states, 'state')} read (${megabytes(figures.bytes)}); ${countText(figures.files, 'file')} stored (${megabytes(figures.storedBytes)})${closed}.${remarked.join('')}`;
}

/** The smallest number of fields to name for each table. More are named if the line stays short enough. */
const fewFields = 5;
const mostFieldsShown = [100, 20, fewFields];
/** No more tables fit in a message: each takes at least 50 bytes. */
const mostShown = Math.floor(maxTextBytes / 50);

type TableSummary = {
  readonly table: string;
  /** The entry counts rows that were set aside. */
  readonly rejected?: true;
  rows: number;
  bytes: number;
  files: number;
  /** For a replaced table: the number of earlier files that were deleted, and how long a listing could show both sets. */
  deleted_files?: number;
  burst_seconds?: number;
};

/**
 * Values of a table that were changed, by field. `misfits`: null in their field, complete as JSON text in the sibling field;
 * `cut`: shortened in their field, complete in the sibling field; `coerced`: written in another form.
 */
type TableValues = { readonly misfits: FieldCounts; readonly cut: FieldCounts; readonly coerced: FieldCounts };

/** What was changed in the records of a stream before they became rows. */
type StreamRepairs = { readonly label: string } & Readonly<Record<Repair, FieldCounts>>;

/** A table or type. `isRejected`: the entry is for its rejected rows. */
export type Kept = { readonly name: string; readonly isRejected: boolean };

/** What is visible in S3, by table. Staged files that were dropped do not count. */
export class Tally {
  readonly #tables = new Map<string, TableSummary>();
  readonly #valuesOf = new Map<string, TableValues>();
  /** All stored files, published or not. */
  readonly stored = { files: 0, bytes: 0 };

  /** Counts a file that is published. */
  add(kept: Kept, { rows, size }: { readonly rows: number; readonly size: number }): void {
    const known = this.#of(kept);
    known.rows += rows;
    known.bytes += size;
    known.files += 1;
  }

  replaced(name: string, { rows, bytes, files, deletedFiles, burstSeconds }: ReplacedSet): void {
    if (files === 0 && deletedFiles === 0) return; // It was empty before, and still is.
    const known = this.#of({ name, isRejected: false });
    const about = { deleted_files: deletedFiles, burst_seconds: Math.round(burstSeconds * 1000) / 1000 };
    Object.assign(known, { rows, bytes, files, ...about });
  }

  values(name: string, values: TableValues): void {
    this.#of({ name, isRejected: false });
    this.#valuesOf.set(name, values);
  }

  /** @returns one line that the log prints unchanged. */
  json(figures: Figures, seconds: number, repairs: readonly StreamRepairs[] = []): string {
    const { records, states, rejected, untimed, invalid, late, early, nulled } = figures;
    const { repairedTexts, repeatedKeys, outOfRange } = figures;
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
      misfit_values: this.#count('misfits'),
      cut_values: this.#count('cut'),
      coerced_values: this.#count('coerced'),
      nulled_values: nulled,
      repaired_texts: repairedTexts,
      repeated_keys: repeatedKeys,
      out_of_range: outOfRange,
    };
    const line = (shown: number, fields: number): string => {
      const [shownTables, shownStreams] = [tables.slice(0, shown), repairs.slice(0, shown)];
      const json = JSON.stringify({
        ...head,
        tables: shownTables.map((table) => this.#tableJson(table, fields)),
        ...(shownTables.length < tables.length ? { more_tables: tables.length - shownTables.length } : {}),
        ...(shownStreams.length > 0 ? { streams: shownStreams.map((stream) => repairJson(stream, fields)) } : {}),
        ...(shownStreams.length < repairs.length ? { more_streams: repairs.length - shownStreams.length } : {}),
      });
      return plainJson(json);
    };
    // A truncated line would not be JSON. Fields, tables and streams that do not fit are only counted.
    const all = Math.min(Math.max(tables.length, repairs.length), mostShown);
    const whole = mostFieldsShown.map((fields) => line(all, fields)).find(fits);
    if (whole !== undefined) return whole;
    for (let shown = all; ; shown--) {
      const part = line(shown, fewFields);
      if (shown === 0 || fits(part)) return part;
    }
  }

  #tableJson(table: TableSummary, fields: number): object {
    const values = this.#valuesOf.get(table.table);
    if (values === undefined || table.rejected === true) return table;
    const { misfits, cut, coerced } = values;
    return { ...table, ...fieldsJson({ misfits, cut, coerced }, fields) };
  }

  #count(what: keyof TableValues): number {
    return total(Array.from(this.#valuesOf.values(), (values) => total(values[what].values())));
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

function fits(line: string): boolean {
  return Buffer.byteLength(line) <= maxTextBytes;
}

function repairJson({ label, nulled, repairedTexts, repeatedKeys, outOfRange }: StreamRepairs, fields: number): object {
  const counts = { nulled, repaired_texts: repairedTexts, repeated_keys: repeatedKeys, out_of_range: outOfRange };
  return { stream: label, ...fieldsJson(counts, fields) };
}

/** For the log. */
export function repairText({ label, nulled, repairedTexts, repeatedKeys, outOfRange }: StreamRepairs): string {
  const texts = [
    [nulled, 'NaN or Infinity, stored as null'],
    [repairedTexts, 'halves of surrogate pairs, stored as U+FFFD'],
    [repeatedKeys, 'repeated keys, of which the last value is stored, and the others are JSON text in __json'],
    [
      outOfRange,
      'numbers that readers refuse, stored as null or as the double that they mean, with their text in __json',
    ],
  ] as const;
  const remarks = texts.filter(([counts]) => counts.size > 0).map(([counts, what]) => `${what}: ${fieldsText(counts)}`);
  return `Some values of "${label}" were changed, because readers would refuse them: ${remarks.join('; ')}.`;
}
