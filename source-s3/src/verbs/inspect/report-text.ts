// The report as text for a terminal of 100 columns: a table of tables for each schema prefix, then the details of each table.
import { oneLine } from '@s3-connectors/common/protocol/text/text.ts';

import { SKIP_REASONS } from '../../layout/layout.ts';
import type {
  InspectReport,
  NearMiss,
  PartitionReport,
  PrefixReport,
  ShardsReport,
  SkippedReport,
  TableReport,
} from './report.ts';
import {
  bytesText,
  countText,
  field,
  lineWidth,
  row,
  shortened,
  valueText,
  type Cell,
} from '@s3-connectors/common/program/text-layout.ts';

const columnsShown = 40;
const differencesShown = 5;

export function reportText(report: InspectReport): string {
  const lines = [`s3://${report.bucket}, read as ${report.format}`];
  for (const prefix of report.schema_prefixes) lines.push('', ...prefixLines(prefix));
  return `${lines.join('\n')}\n`;
}

function* prefixLines({ prefix, tables, skipped, near_misses: notes, problem }: PrefixReport): Generator<string> {
  const [files, bytes] = [sum(tables, 'files'), sum(tables, 'bytes')];
  const name = prefix === '' ? 'the root of the bucket' : oneLine(prefix);
  yield `${name}: ${countText(tables.length, 'table')}, ${countText(files, 'file')}, ${bytesText(bytes)}`;
  if (problem !== null) yield* field('PROBLEM', oneLine(problem.message));
  for (const note of notes) yield* noteLines(note);
  for (const skip of skipped.filter(({ reason }) => reason !== 'marker')) yield* field('skipped', skipText(skip));
  if (tables.length === 0) return;
  yield '';
  yield row(heads);
  for (const table of tables) yield row(cells(table));
  for (const table of tables) yield* ['', ...tableLines(table)];
}

const heads: readonly Cell[] = [
  { text: 'table', width: 34 },
  { text: 'files', width: -11 },
  { text: 'size', width: -9 },
  { text: 'rows', width: -15 },
  { text: 'skipped', width: -9 },
  { text: 'notes', width: -6 },
];

function cells(table: TableReport): readonly Cell[] {
  const { name, files, bytes, rows, skipped, near_misses: notes } = table;
  const about = rows.exact ? '' : '~';
  const texts = [
    oneLine(name),
    files.toLocaleString('en'),
    bytesText(bytes),
    rows.count === null ? '?' : `${about}${rows.count.toLocaleString('en')}`,
    sum(skipped, 'count').toLocaleString('en'),
    fails(table) ? 'FAILS' : String(notes.length),
  ];
  return heads.map(({ width }, index) => ({ text: texts[index] ?? '', width }));
}

/** Whether a sync of the stream would fail, as far as can be seen here. */
function fails({ problem, unreadable, near_misses: notes }: TableReport): boolean {
  return problem !== null || unreadable.length > 0 || notes.some(({ code }) => code === 'value_misfit');
}

function* tableLines(table: TableReport): Generator<string> {
  const { prefix, problem, files, bytes, extensions, compression, partitions, schema, unreadable } = table;
  yield shortened(oneLine(prefix), lineWidth);
  if (problem !== null) yield* field('PROBLEM', oneLine(problem.message));
  yield* field('reads', `${countText(files, 'file')}, ${bytesText(bytes)}${rowsText(table)}`);
  const selection = selectionText(table);
  if (selection !== '') yield* field('selected by', selection);
  if (table.oldest !== null) yield* field('modified', `${table.oldest} to ${table.newest}`);
  if (extensions.length > 0) yield* field('extensions', extensions.map(extensionText).join(', '));
  if (compression.length > 0) {
    yield* field(
      'compression',
      `${compression.map((one) => `${oneLine(one.codec)} (${one.files})`).join(', ')} in the files looked into`,
    );
  }
  if (table.shards !== null) yield* field('shards', shardsText(table.shards));
  for (const partition of partitions) yield* field('partition', partitionText(partition));
  if (schema.columns.length > 0) yield* field('columns', columnsText(table));
  for (const one of schema.differences.slice(0, differencesShown)) yield* field('differs', differenceText(one));
  const more = schema.differences.length - differencesShown;
  if (more > 0) yield* field('differs', `and ${more} more; --json has them`);
  for (const { reason } of unreadable) yield* field('UNREADABLE', oneLine(reason));
  for (const skip of table.skipped) yield* field('skipped', skipText(skip));
  for (const note of table.near_misses) yield* noteLines(note);
}

function rowsText({ rows, files }: TableReport): string {
  if (files === 0) return '';
  const looked =
    rows.files_looked_into === files
      ? 'all files looked into'
      : `${countText(rows.files_looked_into, 'file')} looked into`;
  if (rows.count === null) return `, number of rows unknown (${looked})`;
  return `, ${rows.exact ? '' : 'about '}${countText(rows.count, 'row')} (${looked})`;
}

function shardsText({ count, shards, largest_file: largest }: ShardsReport): string {
  const used = shards.filter(({ files }) => files > 0).toSorted((a, b) => a.bytes - b.bytes);
  const [least, most] = [used.at(0), used.at(-1)];
  if (least === undefined || most === undefined || largest === null) return `${count}, and no file to read`;
  const empty = count > used.length ? `${count - used.length} without a file; ` : '';
  const rows = (shard: typeof least) => (shard.rows === null ? '' : `, about ${countText(shard.rows, 'row')}`);
  return `${count}: ${empty}the smallest ${bytesText(least.bytes)}${rows(least)}, the largest ${bytesText(most.bytes)}${rows(most)}; the largest file has ${bytesText(largest.bytes)}: "${oneLine(largest.key)}"`;
}

function selectionText({ selection }: TableReport): string {
  const {
    start_date: start,
    modified_before: end,
    file_pattern: pattern,
    partition_filter: filters,
    latest_partition_only: latest,
  } = selection;
  return [
    ...(start === null ? [] : [`start_date ${start}`]),
    ...(end === null ? [] : [`modified_before ${end}`]),
    ...(pattern === null ? [] : [`file_pattern ${oneLine(pattern)}`]),
    ...filters.map(
      ({ column, from, to }) =>
        `partition_filter ${oneLine(column)} ${valueText(from ?? '…')} to ${valueText(to ?? '…')}`,
    ),
    ...(latest ? ['latest_partition_only'] : []),
  ].join('; ');
}

function extensionText({ extension, files }: TableReport['extensions'][number]): string {
  return `${files.toLocaleString('en')} ${extension === '' ? 'without an extension' : oneLine(extension)}`;
}

function partitionText(partition: PartitionReport): string {
  const { column, type, values, more_values: isMore, from, to } = partition;
  const range = from === null ? '' : `, ${valueText(from)} to ${valueText(to ?? '')}`;
  const nulls = partition.null_files > 0 ? `; null in ${countText(partition.null_files, 'file')}` : '';
  const missing = partition.missing_files > 0 ? `; missing in ${countText(partition.missing_files, 'file')}` : '';
  return `${oneLine(column)} (${type}): ${isMore ? 'at least ' : ''}${countText(values, 'value')}${range}${nulls}${missing}`;
}

function columnsText({ schema: { columns } }: TableReport): string {
  const shown = columns.slice(0, columnsShown).map(({ name, type }) => `${oneLine(name)} ${oneLine(type)}`);
  const more = columns.length - shown.length;
  return `${columns.length}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function differenceText({
  key,
  column,
  type,
  newest_type: newest,
}: TableReport['schema']['differences'][number]): string {
  const what = type === null ? 'is missing' : `is ${type}`;
  const other = newest === null ? 'which the newest file lacks' : `which is ${newest} in the newest file`;
  return `"${oneLine(column)}", ${other}, ${what} in "${oneLine(key)}"`;
}

function skipText({ reason, count, examples }: SkippedReport): string {
  return `${count.toLocaleString('en')} ${reason}: ${SKIP_REASONS[reason]}, such as ${quoted(examples)}`;
}

function* noteLines({ code, message, examples }: NearMiss): Generator<string> {
  const such = examples.length === 0 ? '' : ` For example ${quoted(examples)}.`;
  yield* field('NOTE', `${code}: ${oneLine(message)}${such}`);
}

function quoted(keys: readonly string[]): string {
  return keys.map((key) => `"${oneLine(key)}"`).join(', ');
}

function sum<Name extends string>(items: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return items.reduce((total, item) => total + item[name], 0);
}
