// The output of `inspect --json`: the layout of a bucket as the source sees it. docs/how-to/inspect.md explains the fields.
import type { SkipReason } from '../../layout/layout.ts';

/** docs/how-to/inspect.md explains each. */
export const NEAR_MISS_CODES = [
  'column_spelled_twice',
  'column_spelled_twice_in_files',
  'columns_differ',
  'files_beside_folders',
  'files_in_no_table',
  'header_like_data',
  'headers_differ',
  'mixed_formats',
  'no_data_files',
  'odd_folder_names',
  'option_without_effect',
  'partitions_as_tables',
  'similar_table_names',
  'table_too_deep',
  'value_misfit',
  'value_spelled_twice',
  'widths_differ',
] as const;
export type NearMissCode = (typeof NEAR_MISS_CODES)[number];

export type InspectReport = {
  /** The version of this format. New fields do not change it. */
  readonly version: 1;
  readonly bucket: string;
  readonly format: string;
  readonly schema_prefixes: readonly PrefixReport[];
};

export type PrefixReport = {
  /** With its `/`; "" is the root. */
  readonly prefix: string;
  readonly namespace: string | null;
  readonly tables: readonly TableReport[];
  /** Objects directly below the prefix that belong to no table. */
  readonly skipped: readonly SkippedReport[];
  readonly near_misses: readonly NearMiss[];
  /** Why nothing below is read. */
  readonly problem: Problem | null;
};

export type TableReport = {
  readonly name: string;
  readonly namespace: string | null;
  readonly prefix: string;
  /** Why the table is not read. */
  readonly problem: Problem | null;
  /** What a sync from the start reads with this config. */
  readonly files: number;
  readonly bytes: number;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly rows: RowsReport;
  readonly extensions: readonly { readonly extension: string; readonly files: number; readonly bytes: number }[];
  /** Of the inspected files. */
  readonly compression: readonly { readonly codec: string; readonly files: number }[];
  readonly partitions: readonly PartitionReport[];
  /** By the day in the folder names; the newest 420 at most, the oldest first. */
  readonly volume_by_day: readonly { readonly day: string; readonly files: number; readonly bytes: number }[];
  readonly schema: SchemaReport;
  readonly unreadable: readonly { readonly key: string; readonly reason: string }[];
  readonly selection: SelectionReport;
  /** Null without `--shards`. */
  readonly shards: ShardsReport | null;
  readonly skipped: readonly SkippedReport[];
  readonly near_misses: readonly NearMiss[];
};

/** `exact`: counted in the footers of all files. Otherwise scaled from the inspected ones; null if that is impossible. */
export type RowsReport = { readonly count: number | null; readonly exact: boolean; readonly files_looked_into: number };

export type PartitionReport = {
  readonly column: string;
  readonly type: string;
  /** The number of counted distinct values. `more_values`: there may be more. */
  readonly values: number;
  readonly more_values: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly null_files: number;
  /** Files whose folders lack the column. */
  readonly missing_files: number;
};

export type SchemaReport = {
  /** Of the inspected files, merged. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Compared with the newest file. */
  readonly differences: readonly SchemaDifference[];
};

export type SchemaDifference = {
  readonly key: string;
  readonly column: string;
  /** Null: the file lacks the column. */
  readonly type: string | null;
  /** Null: the newest file lacks it. */
  readonly newest_type: string | null;
};

/** `rows`: the table's, divided by bytes. A file is never divided, so the largest one limits the gain of more shards. */
export type ShardsReport = {
  readonly count: number;
  readonly shards: readonly {
    readonly index: number;
    readonly files: number;
    readonly bytes: number;
    readonly rows: number | null;
  }[];
  readonly largest_file: { readonly key: string; readonly bytes: number } | null;
};

/** The config's settings for this table. Null or empty: none. */
export type SelectionReport = {
  readonly start_date: string | null;
  readonly modified_before: string | null;
  readonly file_pattern: string | null;
  readonly partition_filter: readonly {
    readonly column: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  readonly latest_partition_only: boolean;
};

export type SkippedReport = {
  readonly reason: SkipReason;
  readonly count: number;
  readonly examples: readonly string[];
};
export type NearMiss = { readonly code: NearMissCode; readonly message: string; readonly examples: readonly string[] };
export type Problem = { readonly code: string; readonly message: string };
