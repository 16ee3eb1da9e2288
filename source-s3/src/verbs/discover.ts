// discover: schema prefixes → tables → columns from the folder names and from the footers or beginnings of some files.
import { jsonSchemaProperties } from '@s3-connectors/common/columns/json-schema.ts';
import { ConnectorError, toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { KeptLog } from '@s3-connectors/common/protocol/log.ts';
import type { AirbyteCatalog, AirbyteStream } from '@s3-connectors/common/protocol/messages.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';
import { TaskQueue } from '@s3-connectors/common/streams/task-queue.ts';

import type { SourceConfig } from '../config/config.ts';
import { CatalogSize } from '../columns/catalog-size.ts';
import { openEngine } from '../engine/engine.ts';
import { openSelfReplacingEngine } from '../engine/self-replacing-engine.ts';
import { DeclaredTypes } from './declared-types.ts';
import { describeAll, filesAtOnce } from './described-files.ts';
import { failsVerb } from './verb-failure.ts';
import { FileSample, mostSampled } from './file-sample.ts';
import type { Reading } from '../formats/contract/format.ts';
import { formatOf } from '../formats/formats.ts';
import { NothingRead } from './no-data.ts';
import { noTables } from './no-tables.ts';
import { listTable, reportListing, type ListingReport } from '../listing/list-table.ts';
import { openResources } from './verb-resources.ts';
import { HeaderDrift } from '../columns/header-drift.ts';
import { OwnProvenance } from '../columns/own-provenance.ts';
import { lastModifiedColumn, tableColumns } from '../columns/table-columns.ts';
import { reportTables } from '../listing/report-tables.ts';
import { findTables, tablePlace, type Table } from '../listing/tables.ts';

const tablesAtOnce = 8;
/** With more tables, only the newest and the oldest file of each are read, because a request or two for each file add up. */
const manyTables = 500;

/**
 * Streams in the order of their tables; the same bucket gives the same catalog. @throws CONFIG_INVALID if there is no table, no
 * table has a file that is read, or the catalog becomes too large; the error of an unreadable table if no table can be read.
 */
export async function discover(config: SourceConfig, context: VerbContext): Promise<AirbyteCatalog> {
  await using session = await openResources(config, context);
  await using engine = openSelfReplacingEngine(() => openEngine(session.folder, config.engineMemoryBytes));
  const reading = { ...session, engine, log: context.log };
  const tables = await findTables(session.s3, config, context.signal);
  reportTables(tables, config, context.log);
  if (tables.byStream.size === 0) throw await noTables(session.s3, config, tables, context.signal);
  const mostFiles = tables.byStream.size > manyTables ? 2 : mostSampled;
  const streams: AirbyteStream[] = [];
  const size = new CatalogSize(config.memoryBytes);
  let failure: ConnectorError | undefined;
  const nothing = new NothingRead();
  const declared = new DeclaredTypes(config);
  const queue = new TaskQueue(filesAtOnce);
  const found = mapConcurrent(
    tables.byStream.values(),
    tablesAtOnce,
    async (table, signal) => {
      const kept = new KeptLog();
      const { log } = kept;
      const stream = await streamOf(
        config,
        { ...reading, log },
        { table, mostFiles, queue },
        { ...context, log, signal },
      );
      return { table, stream, kept };
    },
    context.signal,
  );
  for await (const { table, stream, kept } of found) {
    kept.passTo(context.log);
    if (stream instanceof ConnectorError) failure ??= stream;
    else if ('skips' in stream) nothing.add(tablePlace(table), stream);
    else {
      size.add(stream);
      declared.see(stream);
      streams.push(stream);
    }
  }
  for (const sentence of declared.describe()) context.log('WARN', sentence);
  if (streams.length === 0) throw failure ?? nothing.error(config);
  return { streams };
}

type Looking = {
  readonly table: Table;
  readonly mostFiles: number;
  readonly queue: TaskQueue;
};

/** For a table without data files, what is there instead. A table that cannot be read is omitted with a WARN, and its error is returned. */
async function streamOf(
  config: SourceConfig,
  reading: Reading,
  { table, mostFiles, queue }: Looking,
  { log, signal }: VerbContext,
): Promise<AirbyteStream | ConnectorError | ListingReport> {
  try {
    const format = formatOf(config, table);
    const { pages, report } = listTable(reading.s3, table, { ...config, naming: format.naming }, signal);
    const sample = new FileSample();
    for await (const { objects } of pages) for (const object of objects) sample.see(object);
    reportListing(table, report, log);
    const objects = sample.files(mostFiles);
    if (objects.length === 0) {
      const own = new NothingRead();
      own.add(tablePlace(table), report);
      const what = table.file === undefined ? 'The folder ' : '';
      log('WARN', `${what}"${tablePlace(table)}" holds no data file and is not a stream. ${own.advice(config)}`);
      return report;
    }
    const own = new OwnProvenance();
    const headers = new HeaderDrift();
    const fromFiles = await describeAll(format, reading, { objects, queue, own, headers }, signal);
    const doubts = [...own.describe(), ...Array.from(headers.describe(), ({ message }) => message)];
    for (const sentence of doubts) log('WARN', `${streamLabel(table.stream)}: ${sentence}`);
    const columns = tableColumns(config, table, fromFiles, report.columns.names);
    return {
      ...table.stream,
      json_schema: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: jsonSchemaProperties(columns),
      },
      supported_sync_modes: ['full_refresh', 'incremental'],
      source_defined_cursor: true,
      default_cursor_field: [lastModifiedColumn],
      is_resumable: true,
    };
  } catch (error) {
    const failure = toConnectorError(error);
    if (signal.aborted || failsVerb(failure)) throw error;
    log('WARN', `${streamLabel(table.stream)} is omitted from the catalog: ${failure.message}`);
    return failure.inStream(table.stream);
  }
}
