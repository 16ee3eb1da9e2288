// The output of `status --json`: what is below a destination's prefix, how old it is, and what looks wrong.
// docs/how-to/status.md explains the fields.
import type { Misplacement } from '../survey/key-kind.ts';
import type { PeriodKind } from './periods.ts';

/** The closed list, in the order of the report. Errors are those that should wake people. */
export const STATUS_CODES = {
  no_data: 'error',
  stale: 'error',
  silent: 'warning',
  unfinished_export: 'warning',
  unfinished_run: 'warning',
  gap: 'warning',
  leading_slash: 'warning',
  bucket_in_prefix: 'warning',
  doubled_prefix: 'warning',
  other_prefix: 'warning',
  other_folders: 'warning',
  other_files: 'warning',
  foreign: 'warning',
  found_elsewhere: 'warning',
  future_time: 'warning',
  document_refused: 'warning',
  unreadable: 'warning',
  rejected: 'warning',
  missing_event_type: 'warning',
  missing_field: 'warning',
  misfit_field: 'note',
  new_event_type: 'note',
  new_field: 'note',
  not_allowed: 'note',
  beyond_bounds: 'note',
} as const satisfies Readonly<Record<Misplacement, Severity>> & Readonly<Record<string, Severity>>;

type Severity = 'error' | 'warning' | 'note';
export type StatusCode = keyof typeof STATUS_CODES;

export type StatusFinding = {
  readonly code: StatusCode;
  readonly severity: Severity;
  /** The type or table. Null: the finding is about the prefix. */
  readonly name: string | null;
  readonly message: string;
  /** Keys, or names of fields. */
  readonly examples: readonly string[];
};

export type StatusReport = {
  /** The version of this format. New fields do not change it. */
  readonly version: 1;
  readonly destination: string;
  readonly bucket: string;
  readonly prefix: string;
  /** When it was made. Times are ISO 8601 in UTC. */
  readonly at: string;
  /** The number of days that are checked for hours or days without files. */
  readonly days: number;
  /** Files of these last hours are compared with earlier ones. */
  readonly hours: number;
  readonly period: PeriodKind;
  readonly findings: readonly StatusFinding[];
  readonly files: number;
  readonly bytes: number;
  readonly newest_arrival: string | null;
  readonly age_seconds: number | null;
  /** Null without `--max-age`. */
  readonly max_age_seconds: number | null;
  readonly is_stale: boolean;
  /** Types of the streaming destination, tables of the batch destination; the largest first. */
  readonly places: readonly PlaceStatus[];
  readonly rejected: readonly RejectedStatus[];
  /** Runs of several writers that are neither committed nor aborted, or that left files. */
  readonly unfinished_runs: readonly UnfinishedRun[];
  /** The work that the report took. */
  readonly objects_listed: number;
  readonly list_requests: number;
  readonly get_requests: number;
};

export type PlaceStatus = {
  /** Percent-decoded. */
  readonly name: string;
  /** The folder in the bucket. */
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** Hours or days of the rows. Null: no file is in a date folder. */
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly newest_object: { readonly key: string; readonly bytes: number; readonly arrived: string } | null;
  readonly age_seconds: number;
  /** The part of the age in hours or days that usually have no files. `--max-age` does not count it. */
  readonly quiet_seconds: number;
  /** Hours or days without files in the last days. At most 1,000 are listed. */
  readonly gaps: readonly { readonly period: string; readonly usual_files: number }[];
  readonly gap_count: number;
  /** Hours or days without files that usually have none. */
  readonly quiet_count: number;
  /** Files in folders of a time that no present record can have. */
  readonly future_files: number;
  /** From the time of a file's first record to its arrival. Null for batch tables, and without recent files. */
  readonly delay: { readonly files: number; readonly median_seconds: number; readonly p99_seconds: number } | null;
  /** Files by size: the number of files of up to `up_to_bytes`, and more than half of it. */
  readonly file_sizes: readonly { readonly up_to_bytes: number; readonly files: number }[];
  /**
   * The newest 400 at most, for the hundred largest places only; the same applies to `volume_by_hour`, which has the days of
   * the report.
   */
  readonly volume_by_day: readonly Volume[];
  readonly volume_by_hour: readonly Volume[];
  /** The last current replacement. Null: the place is never replaced, or its documents were not read. */
  readonly last_export: ExportStatus | null;
  readonly unfinished_exports: readonly UnfinishedExport[];
  /** From the sampled files. Null: no file was sampled. */
  readonly fields: FieldsStatus | null;
};

export type Volume = { readonly period: string; readonly files: number; readonly bytes: number };

/** The content of latest.json. Null: it is too large to read here. */
export type ExportStatus = {
  readonly export: string | null;
  readonly began: string | null;
  readonly published: string;
  readonly age_seconds: number;
  readonly rows: number | null;
  readonly objects: number | null;
};

export type UnfinishedExport = {
  readonly export: string;
  readonly began: string;
  /**
   * `staged`: files wait below `_staging/`; `publishing`: copying to their places has begun; `deleting`: it is current, but
   * earlier files may be left.
   */
  readonly state: 'staged' | 'publishing' | 'deleting';
  readonly files: number;
  readonly newest: string | null;
};

/** `parts`: those that are there; `files`: the number below `_staging/`; `is_committing`: the commit has begun. */
export type UnfinishedRun = {
  readonly run: string;
  readonly parts: number;
  readonly files: number;
  readonly newest: string;
  readonly is_committing: boolean;
};

/** Of one type or table. */
export type PlaceExports = { readonly last: ExportStatus | null; readonly unfinished: readonly UnfinishedExport[] };

/** Compares files of the last hours with earlier ones of the last days, by samples of both. */
export type FieldsStatus = {
  readonly recent_files: number;
  readonly recent_rows: number;
  readonly earlier_files: number;
  readonly earlier_rows: number;
  /** Names in earlier files that recent ones lack, and the reverse, if the difference is not accidental. */
  readonly missing: readonly string[];
  readonly new: readonly string[];
  readonly missing_event_types: readonly string[];
  readonly new_event_types: readonly string[];
  /** Fields with values that did not fit their column: those are in `<field>__json`. */
  readonly misfits: readonly string[];
};

export type RejectedStatus = {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly newest: string;
  /** In the newest files that were sampled. */
  readonly sampled_records: number;
  readonly reasons: readonly { readonly reason: string; readonly field: string; readonly records: number }[];
};
