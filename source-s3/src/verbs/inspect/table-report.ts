// One table's report: lists it as a sync would, inspects some files, and joins both.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { SourceConfig } from '../../config/config.ts';
import { failsVerb } from '../verb-failure.ts';
import type { Reading } from '../../formats/contract/format.ts';
import { formatOf } from '../../formats/formats.ts';
import { listTable } from '../../listing/list-table.ts';
import { tablePlace, type Table } from '../../listing/tables.ts';
import { lookInto, schemaOf, type Samples } from './file-samples.ts';
import { nearMissesOf, sampleNearMisses } from './near-misses.ts';
import type { PartitionReport, Problem, RowsReport, SelectionReport, TableReport } from './report.ts';
import { ShardSurvey } from './shard-survey.ts';
import { TableSurvey } from './table-survey.ts';

/** A table that a sync would refuse has a `problem`, and what was found before it. */
export async function reportTable(
  config: SourceConfig,
  { reading, shards }: { readonly reading: Reading; readonly shards: number | undefined },
  table: Table,
  signal: AbortSignal,
): Promise<TableReport> {
  const { partitioning } = config;
  const typeOf = (column: string) => partitioning.typeOf(table.stream.name, column);
  const survey = new TableSurvey(table.prefix, typeOf, partitioning.folders);
  const shardSurvey = shards === undefined ? undefined : new ShardSurvey(shards);
  const format = formatOf(config, table);
  let remarks: readonly string[] = [];
  let found: Samples = { samples: [], unreadable: [] };
  let problem: Problem | null = null;
  try {
    const { pages, report } = listTable(reading.s3, table, { ...config, naming: format.naming }, signal);
    for await (const { objects, skipped } of pages) {
      for (const object of objects) {
        survey.see(object);
        shardSurvey?.see(object);
      }
      for (const entry of skipped) survey.pass(entry);
    }
    ({ remarks } = report);
    found = await lookInto(format, reading, survey.samples, signal);
  } catch (error) {
    if (!(error instanceof ConnectorError) || failsVerb(error)) throw error;
    problem = { code: error.code, message: error.message };
  }
  return assemble(config, { table, survey, shardSurvey, remarks, found, problem });
}

type Findings = {
  readonly table: Table;
  readonly survey: TableSurvey;
  readonly shardSurvey: ShardSurvey | undefined;
  readonly remarks: readonly string[];
  readonly found: Samples;
  readonly problem: Problem | null;
};

function assemble(config: SourceConfig, findings: Findings): TableReport {
  const { table, survey, shardSurvey, remarks, found, problem } = findings;
  const { stream } = table;
  const rows = rowsOf(config, survey, found);
  const isPartitioned = config.partitioning.mode === 'partitioned';
  return {
    name: stream.name,
    namespace: stream.namespace ?? null,
    prefix: tablePlace(table),
    problem,
    files: survey.files,
    bytes: survey.bytes,
    oldest: time(survey.sample.oldest),
    newest: time(survey.sample.newest),
    rows,
    extensions: [...survey.extensions].map(([extension, count]) => ({ extension, ...count })),
    compression: compressionOf(found),
    partitions: isPartitioned ? partitionsOf(survey) : [],
    volume_by_day: isPartitioned ? survey.days.all : [],
    schema: schemaOf(found.samples),
    unreadable: found.unreadable,
    selection: selectionOf(config, table),
    shards: shardSurvey?.report(rows.count) ?? null,
    skipped: [...survey.skips].map(([reason, count]) => ({ reason, ...count })),
    near_misses: problem === null ? [...nearMissesOf(table, survey, remarks), ...sampleNearMisses(found.samples)] : [],
  };
}

function time(object: ListedObject | undefined): string | null {
  return object?.lastModified.toISOString() ?? null;
}

function rowsOf({ format }: SourceConfig, survey: TableSurvey, { samples, unreadable }: Samples): RowsReport {
  const looked = { files_looked_into: samples.length + unreadable.length };
  const known = samples.filter(({ rows }) => rows !== undefined);
  const rows = known.reduce((sum, sample) => sum + (sample.rows ?? 0), 0);
  const bytes = known.reduce((sum, { object }) => sum + object.size, 0);
  const isWhole = known.length === survey.files;
  if (isWhole) return { count: rows, exact: format.format === 'parquet' || survey.files === 0, ...looked };
  return { count: bytes === 0 ? null : Math.round((rows / bytes) * survey.bytes), exact: false, ...looked };
}

function compressionOf({ samples }: Samples): TableReport['compression'] {
  const files = new Map<string, number>();
  for (const codec of samples.flatMap(({ compression = [] }) => compression))
    files.set(codec, (files.get(codec) ?? 0) + 1);
  return [...files].map(([codec, count]) => ({ codec, files: count }));
}

function partitionsOf({ columns, files }: TableSurvey): readonly PartitionReport[] {
  return [...columns.values()].map((column) => ({
    column: column.name,
    type: column.type,
    values: column.values,
    more_values: column.isCut,
    from: column.least?.value ?? null,
    to: column.greatest?.value ?? null,
    null_files: column.nullFiles,
    missing_files: files - column.files,
  }));
}

function selectionOf({ startDate, modifiedBefore, selection }: SourceConfig, { stream }: Table): SelectionReport {
  return {
    start_date: isoTime(startDate),
    modified_before: isoTime(modifiedBefore),
    file_pattern: selection.filePattern ?? null,
    partition_filter: selection
      .filtersOf(stream.name)
      .map(({ column, from = null, to = null }) => ({ column, from, to })),
    latest_partition_only: selection.isLatestOnly(stream.name),
  };
}

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
