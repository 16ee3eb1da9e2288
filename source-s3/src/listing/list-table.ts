// The data files of a table, and what lies beside them and is not read, by reason.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { archiveClasses, listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { SourceConfig } from '../config/config.ts';
import { shownExtension, type Naming } from '../layout/file-name.ts';
import { skipReason, type SkipReason } from '../layout/layout.ts';
import { hiveFolders, type FolderColumns } from '../layout/folder-columns.ts';
import { PartitionColumns } from '../layout/partition-columns.ts';
import { folderRemarks } from './folder-remarks.ts';
import { findLatest, walkPlaces, type Seen } from './partition-walk.ts';
import type { PartitionFilter } from '../layout/selection.ts';
import { Present } from './present.ts';
import { countSkip, describeSkips, type SkipReport } from './skip-report.ts';
import { logFolders, tableFormat } from './table-format.ts';
import type { Table } from './tables.ts';

/** What is known of a listing beside its data files; whole when all of these were taken. */
export type ListingReport = {
  readonly skips: SkipReport;
  /** Files with the extensions of other formats, or with unknown ones, by extension. */
  readonly foreign: ReadonlyMap<string, { readonly count: number; readonly example: string }>;
  readonly columns: PartitionColumns;
  /** For people: what of the options had no effect, what is spelled in two ways. */
  readonly remarks: readonly string[];
};

/** A part of a listing: the data files of a page, and what else lies among them. */
type TablePage = { readonly objects: readonly ListedObject[]; readonly skipped: readonly Skipped[] };

/** An object, or a folder that was not listed. */
export type Skipped = { readonly reason: SkipReason; readonly key: string };

const sparkLog = /\/_spark_metadata\//u;
const uncommitted =
  'Spark\'s streaming sink wrote the folder "_spark_metadata", in which it notes the files of complete batches. The notes are not read: all data files are, and those of a batch that failed and was tried again hold its rows once more.';

const logsAtOnce = 3;

/** That are told apart. */
const mostExtensions = 100;

type ListingConfig = Pick<
  SourceConfig,
  'partitioning' | 'selection' | 'startDate' | 'modifiedBefore' | 'lookbackMs'
> & {
  readonly naming: Naming;
};

/**
 * Lists the table, a page at a time. Without filters nothing is held but the page.
 * @throws TABLE_FORMAT_UNSUPPORTED for a Delta, Iceberg or Hudi table: its plain files hold deleted rows.
 */
export function listTable(
  s3: S3,
  table: Table,
  config: ListingConfig,
  signal: AbortSignal,
): { readonly pages: AsyncGenerator<TablePage>; readonly report: ListingReport } {
  const report = {
    skips: new Map(),
    foreign: new Map(),
    columns: new PartitionColumns(foldersOf(config).partitionsOf),
    remarks: [],
  };
  return { pages: dataFiles(s3, table, { ...config, report }, signal), report };
}

type Gathered = Pick<ListingReport, 'skips'> & {
  readonly foreign: Map<string, { count: number; readonly example: string }>;
};

function foldersOf({ partitioning }: Pick<SourceConfig, 'partitioning'>): FolderColumns {
  return partitioning.mode === 'partitioned' ? partitioning.folders : hiveFolders;
}

async function* dataFiles(
  s3: S3,
  table: Table,
  config: ListingConfig & { readonly report: Gathered & ListingReport & { readonly remarks: string[] } },
  signal: AbortSignal,
): AsyncGenerator<TablePage> {
  const { name } = table.stream;
  const { partitioning, report } = config;
  const filters = [...config.selection.filtersOf(name), ...startFilters(config)];
  const walk = {
    s3,
    root: table.prefix,
    levelOf: foldersOf(config).levelOf,
    typeOf: (column: string) => (partitioning.mode === 'partitioned' ? partitioning.typeOf(name, column) : 'string'),
    isData: (object: ListedObject) => skipReasonOf(object, table, config) === undefined,
  };
  const isLatestOnly = config.selection.isLatestOnly(name);
  const head = filters.length > 0 || isLatestOnly ? '' : config.selection.head; // Else the walk goes by folders.
  if (head !== '') await refuseFormatsBeside(s3, { table, head, naming: config.naming }, signal);
  const places = [{ folder: table.prefix + head, open: filters }];
  const latest = isLatestOnly ? await findLatest(walk, { places }, signal) : undefined;
  const met = new Set<PartitionFilter>();
  let hasSparkLog = false;
  const present = new Present(s3);
  for await (const seen of latest ?? walkPlaces(walk, places, signal)) {
    refuseTableFormats(table, seen, config.naming);
    if (seen.kind === 'met') met.add(seen.filter);
    const page = pageOf(seen, table, { ...config, present });
    for (const { key } of page.objects) report.columns.see(key.slice(table.prefix.length));
    for (const entry of page.skipped) gather(report, entry);
    hasSparkLog ||= page.skipped.some(({ key }) => sparkLog.test(key));
    yield page;
  }
  const future = present.describe();
  if (future !== undefined) report.remarks.push(future);
  if (hasSparkLog) report.remarks.push(uncommitted);
  report.remarks.push(...remarks(filters, met, isLatestOnly && latest === undefined));
  if (partitioning.mode !== 'partitioned') return;
  report.remarks.push(...folderRemarks(table.prefix, report.columns, partitioning.folders));
}

/** Counts what is not read. */
export function gather({ skips, foreign }: Gathered, { reason, key }: Skipped): void {
  countSkip(skips, reason, key);
  if (reason !== 'extension') return;
  const extension = shownExtension(key);
  if (foreign.has(extension) || foreign.size < mostExtensions) countSkip(foreign, extension, key);
}

function pageOf(seen: Seen, table: Table, config: ListingConfig & { readonly present: Present }): TablePage {
  if (seen.kind === 'met') return { objects: [], skipped: [] };
  if (seen.kind === 'passed') return { objects: [], skipped: [seen] };
  const objects: ListedObject[] = [];
  const skipped: Skipped[] = [];
  for (const object of seen.objects) {
    const reason = skipReasonOf(object, table, config);
    if (reason === undefined) objects.push(config.present.at(object));
    else skipped.push({ reason, key: object.key });
  }
  return { objects, skipped };
}

/** What is said of every listing, whoever asked for it. */
export function reportListing(table: Table, { skips, remarks: said }: ListingReport, log: Log): void {
  const label = streamLabel(table.stream);
  const skipped = describeSkips(skips);
  if (skipped !== undefined) log('INFO', `${label}: not read: ${skipped}`);
  const empty = skips.get('empty');
  if (empty !== undefined) log('WARN', `${label}: ${emptyFiles(empty)}`);
  for (const remark of said) log('WARN', `${label}: ${remark}`);
}

function emptyFiles({ count, example }: { readonly count: number; readonly example: string }): string {
  const what =
    count === 1
      ? `1 data file has zero bytes: "${example}"`
      : `${count} data files have zero bytes, such as "${example}"`;
  return `${what}. If a writer failed, have it written again.`;
}

/** With date folders `start_date` leaves out those that were over long before it, as far as files can come late. */
function startFilters({ partitioning, startDate, lookbackMs }: ListingConfig): readonly PartitionFilter[] {
  if (partitioning.mode !== 'partitioned' || startDate === undefined) return [];
  const { dateColumn } = partitioning.folders;
  if (dateColumn === undefined) return [];
  const from = new Date(startDate - lookbackMs).toISOString();
  const isDate = partitioning.folders.typeOf(dateColumn) === 'date';
  return [
    { column: dateColumn, from: isDate ? from.slice(0, 10) : from, table: undefined, reason: 'before_start_date' },
  ];
}

function remarks(
  filters: readonly PartitionFilter[],
  met: ReadonlySet<PartitionFilter>,
  isWhole: boolean,
): readonly string[] {
  const idle = filters
    .filter((filter) => !met.has(filter) && filter.reason === undefined)
    .map(({ column }) => {
      return `partition_filter on "${column}" has no effect: no folder is named "${column}=…"`;
    });
  return isWhole
    ? [...idle, 'latest_partition_only has no effect: no folder is named "column=…", all files are read']
    : idle;
}

/** Why an object of the table is not read; undefined for a data file. */
export function skipReasonOf(
  object: ListedObject,
  { prefix }: Pick<Table, 'prefix'>,
  config: ListingConfig,
): SkipReason | undefined {
  const path = object.key.slice(prefix.length);
  const archived = archiveClasses.has(object.storageClass ?? '') && object.restored !== true;
  const isAsked = (extension: string | undefined): boolean => config.selection.asksFor(path, extension);
  const reason = skipReason({ path, size: object.size, archived, isAsked }, config.naming);
  if (reason !== undefined) return reason;
  if (!config.selection.matches(path)) return 'file_pattern';
  const time = object.lastModified.getTime();
  const { startDate = Number.NEGATIVE_INFINITY, modifiedBefore = Number.POSITIVE_INFINITY } = config;
  if (time < startDate) return 'before_start_date';
  return time < modifiedBefore ? undefined : 'after_modified_before';
}

/** Where only what begins with `head` is listed: a table format keeps its log in a folder beside its files or above them. */
async function refuseFormatsBeside(
  s3: S3,
  { table, head, naming }: { readonly table: Table; readonly head: string; readonly naming: Naming },
  signal: AbortSignal,
): Promise<void> {
  const parents = head.split('/').map((_, depth, parts) =>
    parts
      .slice(0, depth)
      .map((part) => `${part}/`)
      .join(''),
  );
  const logs = parents.flatMap((parent) => logFolders.map((folder) => `${table.prefix}${parent}${folder}`));
  for await (const page of mapConcurrent(logs, logsAtOnce, (prefix, stop) => firstPage(s3, prefix, stop), signal)) {
    refuseTableFormats(table, { kind: 'objects', objects: page }, naming);
  }
}

async function firstPage(s3: S3, prefix: string, signal: AbortSignal): Promise<readonly ListedObject[]> {
  for await (const { objects } of listPages(s3, { prefix }, signal)) return objects;
  return [];
}

function refuseTableFormats(table: Table, seen: Seen, { extensions }: Naming): void {
  if (seen.kind === 'met') return;
  const keys = seen.kind === 'passed' ? [seen.key] : seen.objects.map(({ key }) => key);
  for (const key of keys) {
    const format = tableFormat(key.slice(table.prefix.length), { jsonIsData: extensions.includes('json') });
    if (format !== undefined) throw unsupported(table, format, key.slice(table.prefix.length));
  }
}

function unsupported(table: Table, format: string, path: string): ConnectorError {
  return new ConnectorError(
    'TABLE_FORMAT_UNSUPPORTED',
    `"${table.prefix}" is a table in ${format} format ("${path}"): read as plain files it would give deleted rows back. Use a connector for ${format}, or export it as plain files.`,
    { stream: table.stream },
  );
}
