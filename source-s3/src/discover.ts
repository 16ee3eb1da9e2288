// discover: schema prefixes → tables → columns from the newest and the oldest file's footers or heads and the folder names.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { jsonSchemaProperties } from '@s3-connectors/common/columns/json-schema.ts';
import { ConnectorError, toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { AirbyteCatalog, AirbyteStream } from '@s3-connectors/common/protocol/messages.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { SourceConfig } from './config.ts';
import { inReadingOrder } from './cursor.ts';
import { openEngine } from './engine/engine.ts';
import { openLastingEngine } from './engine/lasting-engine.ts';
import { isOfAll } from './failure-scope.ts';
import type { Reading } from './formats/format.ts';
import { formatOf } from './formats/formats.ts';
import { noTables } from './no-tables.ts';
import { listTable, reportListing, type TablePage } from './objects.ts';
import { openSession } from './session.ts';
import { lastModifiedColumn, tableColumns } from './table-columns.ts';
import { findTables, reportTables, type Table } from './tables.ts';

const tablesAtOnce = 8;

/**
 * Streams in the order of their tables; the same bucket gives the same catalog.
 * @throws CONFIG_INVALID when there is no table at all; what a table that cannot be read says when none can.
 */
export async function discover(config: SourceConfig, context: VerbContext): Promise<AirbyteCatalog> {
  await using session = await openSession(config, context);
  await using engine = openLastingEngine(() => openEngine(session.directory, config.engineMemoryBytes));
  const reading = { ...session, engine, log: context.log };
  const tables = await findTables(session.s3, config.schemaPrefixes, context.signal);
  reportTables(tables, config, context.log);
  if (tables.byStream.size === 0) throw await noTables(session.s3, config, tables, context.signal);
  const streams: AirbyteStream[] = [];
  let failure: ConnectorError | undefined;
  const found = mapConcurrent(
    tables.byStream.values(),
    tablesAtOnce,
    (table, signal) => {
      return streamOf(config, reading, table, { ...context, signal });
    },
    context.signal,
  );
  for await (const stream of found) {
    if (stream instanceof ConnectorError) failure ??= stream;
    else if (stream !== undefined) streams.push(stream);
  }
  if (streams.length === 0 && failure !== undefined) throw failure;
  return { streams };
}

/** Undefined for a table without data files. A table that cannot be read is left out with a WARN, and its error returned. */
async function streamOf(
  config: SourceConfig,
  reading: Reading,
  table: Table,
  { log, signal }: VerbContext,
): Promise<AirbyteStream | ConnectorError | undefined> {
  try {
    const format = formatOf(config, table);
    const { pages, report } = listTable(reading.s3, table, { ...config, naming: format.naming }, signal);
    const ends = await newestAndOldest(pages);
    reportListing(table, report, log);
    if (ends.length === 0) {
      log('WARN', `The folder "${table.prefix}" holds no data file and is not a stream.`);
      return undefined;
    }
    const files: (readonly Column[])[] = [];
    for (const object of ends) files.push(await format.describe(reading, object, signal));
    const columns = tableColumns(config, table, files, report.columns.names);
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
    if (signal.aborted || isOfAll(failure)) throw error;
    log('WARN', `${streamLabel(table.stream)} is left out of the catalog: ${failure.message}`);
    return failure.inStream(table.stream);
  }
}

async function newestAndOldest(pages: AsyncIterable<TablePage>): Promise<readonly ListedObject[]> {
  let oldest: ListedObject | undefined;
  let newest: ListedObject | undefined;
  for await (const { objects } of pages) {
    for (const object of objects) {
      if (oldest === undefined || inReadingOrder(object, oldest) < 0) oldest = object;
      if (newest === undefined || inReadingOrder(object, newest) > 0) newest = object;
    }
  }
  return [...new Set([newest, oldest])].filter((object) => object !== undefined);
}
