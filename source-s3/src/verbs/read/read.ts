// read: tables, then one stream after another: list → plan → open → fetch → decode → checkpoint.
import { setFlagsFromString } from 'node:v8';

import { columnsOfSchema } from '@s3-connectors/common/columns/json-schema.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { subfolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { ConnectorError, toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { streamStatus } from '@s3-connectors/common/protocol/messages.ts';
import type { Output, ReadContext } from '@s3-connectors/common/protocol/connector.ts';
import { airbyteFrame } from '@s3-connectors/common/protocol/record-frame.ts';
import type { SavedState } from '@s3-connectors/common/protocol/state.ts';
import { streamDescriptor, streamKey, streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { requestPoints, requestsText } from '@s3-connectors/common/s3/connection/counters.ts';
import { standard, widenPipes } from '@s3-connectors/common/streams/pipe-size.ts';

import type { SourceConfig } from '../../config/config.ts';
import { maxRemembered, Planning, untilPresent, type Progress, type ReadPlan } from '../../progress/cursor.ts';
import { openEngine } from '../../engine/engine.ts';
import { openSelfReplacingEngine } from '../../engine/self-replacing-engine.ts';
import { formatOf } from '../../formats/formats.ts';
import type { PartitionColumns } from '../../layout/partition-columns.ts';
import { isInShard } from '../../layout/shard.ts';
import { clockOwner, currentTime } from '../../listing/future-objects.ts';
import { listTable, reportListing } from '../../listing/list-table.ts';
import { decodeUnits } from './decode-units.ts';
import { fetchUnits } from './fetch-units.ts';
import { openFiles } from './open-files.ts';
import type { TableReading, VersionPart } from './steps.ts';
import { TableFindings } from './table-findings.ts';
import { withCheckpoints } from './with-checkpoints.ts';
import { withReplaced } from './with-replaced.ts';
import { openResources, type VerbResources } from '../verb-resources.ts';
import { fromStreamState } from '../../progress/stream-state.ts';
import { reportTables } from '../../listing/report-tables.ts';
import { findTables, type Table, type Tables } from '../../listing/tables.ts';

/** A stream that fails is INCOMPLETE, is named in a TRACE ERROR, and does not affect the others. */
export async function* read(
  config: SourceConfig,
  catalog: readonly ConfiguredStream[],
  saved: SavedState,
  context: ReadContext,
): AsyncGenerator<Output> {
  const widened = widenPipes([standard.output]); // S3 is asked meanwhile.
  await using session = await openResources(config, context);
  using _ = context.metrics?.observe(() => requestPoints(session.s3));
  const tables = await findTables(session.s3, config, context.signal);
  reportTables(tables, config, context.log);
  await widened;
  for (const [index, stream] of catalog.entries()) {
    const descriptor = streamDescriptor(stream);
    yield streamStatus(descriptor, 'STARTED');
    try {
      const table = tables.byStream.get(streamKey(stream)) ?? missing(stream, tables, config);
      yield* readStream(config, { session, table, stream, saved, place: String(index) }, context);
      yield streamStatus(descriptor, 'COMPLETE');
    } catch (error) {
      context.signal.throwIfAborted();
      context.fail(toConnectorError(error).inStream(descriptor));
      yield streamStatus(descriptor, 'INCOMPLETE');
    }
  }
  context.log('INFO', `Requests to S3 for "${config.name}": ${requestsText(session.s3.counters)}`);
}

type StreamReading = {
  readonly session: VerbResources;
  readonly table: Table;
  readonly stream: ConfiguredStream;
  readonly saved: SavedState;
  /** The name of the stream's own temporary folder. */
  readonly place: string;
};

async function* readStream(
  config: SourceConfig,
  { session, table, stream, saved, place }: StreamReading,
  { log, signal, watch, metrics, frameOf = airbyteFrame }: ReadContext,
): AsyncGenerator<Output> {
  const { s3 } = session;
  const format = formatOf(config, table);
  const before = fromStreamState(saved.get(streamKey(table.stream)), config.shard);
  const progress = untilPresent(before, currentTime(s3));
  if (progress !== before) log('WARN', inFuture(table, before, clockOwner(s3)));
  using planning = new Planning(progress, { prefix: table.prefix, lookbackMs: config.lookbackMs });
  const planned = { s3, table, format, planning, log };
  const { plan, folders } = await session.folder.use(() => planTable(config, planned, signal));
  const folder = await subfolder(session.folder, place);
  // Text needs none; the second one needs a second core.
  await using engine = openSelfReplacingEngine(() => openEngine(folder, config.engineMemoryBytes));
  await using secondEngine = openSelfReplacingEngine(() => openEngine(folder, config.engineMemoryBytes / 2));
  const columns = columnsOfSchema(stream.jsonSchema);
  const { cursor } = plan;
  const engines = { engine, ...(config.cores > 1 && { secondEngine }) };
  const reading = {
    s3,
    ...engines,
    folder,
    log,
    format,
    config,
    table,
    frame: frameOf(stream),
    columns,
    folders,
    cursor,
  };
  const parts = withReplaced(reading, plan.objects, (objects) => readVersions(reading, objects, signal), signal);
  const findings = new TableFindings({ folders, columns });
  const shown = { log, watch, metrics, clock: s3.clock };
  const checkpointing = { stream: table.stream, cursor, findings, totalBytes: plan.bytes, ...shown };
  try {
    yield* markedAtOnce(withCheckpoints(parts, checkpointing));
  } finally {
    // Also for a stream that fails: nulls in the records that were sent are reported.
    for (const [level, sentence] of findings.describe(config)) log(level, `${streamLabel(table.stream)}: ${sentence}`);
  }
  if (cursor.isFull) log('WARN', narrowed(table, config));
  else if (cursor.isNarrowed) log('INFO', shortWindow(table, cursor.progress));
}

/**
 * While files are read, buffers come and go, and V8 would mark the heap again and again in small steps. These cost more than the
 * few marks that are needed (docs/adr/0013): a fifth of the CPU time of nested JSON lines. While tables are listed or a catalog is
 * made, the steps keep memory low.
 */
async function* markedAtOnce<Item, Result>(reading: AsyncGenerator<Item, Result>): AsyncGenerator<Item, Result> {
  setFlagsFromString('--no-incremental-marking');
  try {
    return yield* reading;
  } finally {
    setFlagsFromString('--incremental-marking');
  }
}

/** Open → fetch → decode: one version of each object. */
export function readVersions(
  reading: TableReading,
  objects: Iterable<ListedObject>,
  signal: AbortSignal,
): AsyncGenerator<VersionPart> {
  return decodeUnits(fetchUnits(reading, openFiles(reading, objects, signal), signal), signal);
}

type ToPlan = Pick<TableReading, 's3' | 'table' | 'format' | 'log'> & { readonly planning: Planning };
type Planned = { readonly plan: ReadPlan; readonly folders: PartitionColumns };

/** List → plan. */
async function planTable(
  config: SourceConfig,
  { s3, table, format, planning, log }: ToPlan,
  signal: AbortSignal,
): Promise<Planned> {
  const { pages, report } = listTable(s3, table, { ...config, naming: format.naming }, signal);
  for await (const { objects } of pages) {
    for (const object of objects) if (isInShard(object.key, config.shard)) planning.see(object);
  }
  reportListing(table, report, log);
  const plan = planning.plan();
  for (const warning of warnings(table, plan, config)) log('WARN', warning);
  const { index, count } = config.shard;
  const part = count === 1 ? '' : ` of shard ${index} (of ${count})`;
  log('INFO', `${streamLabel(table.stream)}: ${plan.count} of ${countOf(planning.listed, 'file')}${part} to be read`);
  return { plan, folders: report.columns };
}

function* warnings(table: Table, { replaced, unexplained }: ReadPlan, config: SourceConfig): Generator<string> {
  const label = streamLabel(table.stream);
  if (replaced.length > 0) {
    yield `${label}: ${countOf(replaced.length, 'file was replaced since it was read and is', 'files were replaced since they were read and are')} read again from the start, such as "${replaced[0]}"`;
  }
  if (unexplained > 0) {
    const hours = countOf(config.lookbackMs / 3_600_000, 'hour');
    const [were, are, they] = unexplained === 1 ? ['was', 'is', 'it'] : ['were', 'are', 'they'];
    yield `${label}: ${countOf(unexplained, 'file')} older than the look-back window of ${hours} ${were} never read, as far as is known, and ${are} skipped. If ${they} came late, or if options excluded ${they === 'it' ? 'it' : 'them'} from earlier runs, raise lookback_hours and reset the stream.`;
  }
}

function inFuture({ stream }: Table, { watermark }: Progress, whose: string): string {
  return `${streamLabel(stream)}: the saved progress is dated in the future by ${whose} clock, because "${watermark?.key}" was. It now counts as saved at the present time. Files that were written since then may have been skipped: reset the stream to read them.`;
}

function narrowed(table: Table, config: SourceConfig): string {
  return `${streamLabel(table.stream)}: more than ${maxRemembered} files were modified within ${countOf(config.lookbackMs / 3_600_000, 'hour')}. A file that appears late is read only if it is newer than the oldest of the last ${maxRemembered} files.`;
}

function shortWindow({ stream }: Table, { windowStart }: Progress): string {
  return `${streamLabel(stream)}: files that were modified before ${new Date(windowStart).toISOString()} count as read, although lookback_hours reaches further back: an earlier run has forgotten which ones it read.`;
}

function missing(stream: ConfiguredStream, { refused }: Tables, { connection }: SourceConfig): never {
  const own = refused.find((error) => error.stream !== undefined && streamKey(error.stream) === streamKey(stream));
  if (own !== undefined) throw own;
  const text = `The catalog asks for the stream "${streamLabel(streamDescriptor(stream))}", but the bucket "${connection.bucket}" has no such table below the schema prefixes. Run discover again.`;
  throw new ConnectorError('CATALOG_INVALID', text);
}
