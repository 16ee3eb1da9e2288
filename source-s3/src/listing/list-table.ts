// The data files of a table, and the other objects there by the reason why they are not read.
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { archiveClasses, type ListedObject, type ListPage } from '@s3-connectors/common/s3/list.ts';

import type { SourceConfig } from '../config/config.ts';
import type { Naming } from '../layout/file-name.ts';
import { skipReason, type SkipReason } from '../layout/layout.ts';
import { PartitionColumns } from '../layout/partition-columns.ts';
import { folderRemarks } from './folder-remarks.ts';
import { findLatest } from './latest-partition.ts';
import { walkPlaces, type Seen } from './partition-walk.ts';
import type { PartitionFilter } from '../layout/selection.ts';
import { futureObjects, type FutureObjects } from './future-objects.ts';
import { refuseFormatsBeside, refuseTableFormats } from './refuse-formats.ts';
import { describeSkips, gather, type Gathered, type Skipped } from './skip-report.ts';
import { behindLog, isDeeperLog, readSparkLog, sparkRemarks, type SparkLog } from './spark-log.ts';
import type { Table } from './tables.ts';

/** What a listing shows besides its data files. It is complete once all of these were taken. */
export type ListingReport = Gathered & {
  readonly columns: PartitionColumns;
  /** For people: options without effect, and names in two spellings. */
  readonly remarks: readonly string[];
};

/** A part of a listing: the data files of a page, and the other objects among them. */
type TablePage = { readonly objects: readonly ListedObject[]; readonly skipped: readonly Skipped[] };

type ListingConfig = Pick<
  SourceConfig,
  'partitioning' | 'selection' | 'startDate' | 'modifiedBefore' | 'lookbackMs'
> & {
  readonly naming: Naming;
  /** For paths below the table. All are committed if nothing shows otherwise. */
  readonly isCommitted?: (path: string) => boolean;
};

/**
 * Lists the table, a page at a time. Without filters only one page is held. @throws TABLE_FORMAT_UNSUPPORTED for a Delta, Iceberg
 * or Hudi table: its files still contain deleted rows.
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
    columns: new PartitionColumns(config.partitioning.folders.partitionsOf),
    remarks: [],
  };
  return { pages: dataFiles(s3, table, { ...config, report }, signal), report };
}

/** What is known about a table while it is listed. */
type Found = { log: SparkLog | undefined; hasLatest: boolean };

async function* dataFiles(
  s3: S3,
  table: Table,
  config: ListingConfig & { readonly report: ListingReport & { readonly remarks: string[] } },
  signal: AbortSignal,
): AsyncGenerator<TablePage> {
  const { partitioning, report, selection } = config;
  const filters = [...selection.filtersOf(table.stream.name), ...startFilters(config)];
  const found: Found = { log: undefined, hasLatest: true };
  const isCommitted = (path: string): boolean => found.log?.isCommitted(path) !== false;
  const listing = { ...config, filters, found, isCommitted, present: futureObjects(s3) };
  const met = new Set<PartitionFilter>();
  let isRead = false;
  let hasDeeperLog = false;
  for await (const seen of seenKeys(s3, table, listing, signal)) {
    refuseTableFormats(table, seen, config.naming);
    if (seen.kind === 'met') met.add(seen.filter);
    const page = pageOf(seen, table, listing);
    for (const { key } of page.objects) report.columns.see(key.slice(table.prefix.length));
    for (const entry of page.skipped) gather(report, entry);
    isRead ||= page.objects.length > 0;
    hasDeeperLog ||= page.skipped.some(({ key }) => isDeeperLog(key.slice(table.prefix.length)));
    yield page;
  }
  report.remarks.push(
    ...listing.present.remarks(),
    ...sparkRemarks(found.log, { hasDeeperLog, isAllUncommitted: !isRead && report.skips.has('uncommitted') }),
    ...remarks(filters, met, !found.hasLatest),
    ...(partitioning.mode === 'partitioned' ? folderRemarks(table.prefix, report.columns, partitioning.folders) : []),
  );
}

/** Everything that may be data, by the shortest way that the options allow. */
async function* seenKeys(
  s3: S3,
  table: Table,
  config: ListingConfig & { readonly filters: readonly PartitionFilter[]; readonly found: Found },
  signal: AbortSignal,
): AsyncGenerator<Seen> {
  const { prefix, file } = table;
  if (file !== undefined) {
    yield { kind: 'objects', objects: [file] };
    return;
  }
  const { name } = table.stream;
  const { partitioning, filters, selection, found } = config;
  const findLog = async (): Promise<void> => {
    found.log = await readSparkLog(s3, prefix, signal);
  };
  const walk = {
    s3,
    root: prefix,
    atRoot: (pages: AsyncIterable<ListPage>) => (selection.head === '' ? behindLog(pages, prefix, findLog) : pages),
    head: selection.head,
    levelOf: partitioning.folders.levelOf,
    partitionsOf: partitioning.folders.partitionsOf,
    typeOf: (column: string) => partitioning.typeOf(name, column),
    isData: (object: ListedObject) => skipReasonOf(object, table, config) === undefined,
  };
  const places = [{ folder: prefix, open: filters }];
  if (walk.head !== '') {
    await refuseFormatsBeside(s3, { table, head: walk.head, naming: config.naming }, signal);
    await findLog();
  }
  const isLatestOnly = selection.isLatestOnly(name);
  const latest = isLatestOnly ? await findLatest(walk, { places }, signal) : undefined;
  found.hasLatest = !isLatestOnly || latest !== undefined;
  yield* latest ?? walkPlaces(walk, places, signal);
}

function pageOf(seen: Seen, table: Table, config: ListingConfig & { readonly present: FutureObjects }): TablePage {
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

/** Reports that every listing makes. */
export function reportListing(table: Table, { skips, remarks: said }: ListingReport, log: Log): void {
  const label = streamLabel(table.stream);
  const skipped = describeSkips(skips);
  if (skipped !== undefined) log('INFO', `${label}: not read, by reason: ${skipped}`);
  const empty = skips.get('empty');
  if (empty !== undefined) log('WARN', `${label}: ${emptyFiles(empty)}`);
  for (const remark of said) log('WARN', `${label}: ${remark}`);
}

function emptyFiles({ count, example }: { readonly count: number; readonly example: string }): string {
  const what =
    count === 1
      ? `1 data file has zero bytes: "${example}"`
      : `${count} data files have zero bytes, such as "${example}"`;
  return `${what}. If a writer failed, write it again.`;
}

/** With date folders, `start_date` excludes folders that ended long before it, by more than files can be late. */
function startFilters({ partitioning, startDate, lookbackMs }: ListingConfig): readonly PartitionFilter[] {
  const { dateColumn } = partitioning.folders;
  if (dateColumn === undefined || startDate === undefined) return [];
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
    ? [...idle, 'latest_partition_only has no effect: no partition has a data file, all files are read']
    : idle;
}

/** Why an object of the table is not read. Undefined for a data file. */
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
  if (config.isCommitted?.(path) === false) return 'uncommitted';
  if (!config.selection.matches(path)) return 'file_pattern';
  const time = object.lastModified.getTime();
  const { startDate = Number.NEGATIVE_INFINITY, modifiedBefore = Number.POSITIVE_INFINITY } = config;
  if (time < startDate) return 'before_start_date';
  return time < modifiedBefore ? undefined : 'after_modified_before';
}
