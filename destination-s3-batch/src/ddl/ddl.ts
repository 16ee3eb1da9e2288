// `ddl`: for each table that has been written, the statement that makes it readable in Athena, and in DuckDB.
import type { OperatorArguments, Print, VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { largestDocument } from '@s3-connectors/common/destination/replacing/document-memory.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { isPrintable } from '@s3-connectors/common/protocol/text/text.ts';
import { closeS3, openS3 } from '@s3-connectors/common/s3/connection/client.ts';

import { readTables } from '../columns/registry/registry.ts';
import type { BatchConfig } from '../config/config.ts';
import { layout } from '../layout/layout.ts';
import { athenaTable } from './athena.ts';
import { duckdbView } from './duckdb.ts';
import { firstYear, ownPartitions } from './partitions.ts';
import { tableName } from './table-name.ts';

/** @throws USAGE_INVALID for a table that was never written, or an engine that is not known. */
export async function* ddl(
  config: BatchConfig,
  given: OperatorArguments,
  { log, signal }: VerbContext,
): AsyncGenerator<Print> {
  const { table: wanted, engine = 'athena', location } = given;
  if (engine !== 'athena' && engine !== 'duckdb') {
    throw new ConnectorError('USAGE_INVALID', `--engine is "${String(engine)}": write athena or duckdb.`);
  }
  const { connection, prefix, headers, format } = config;
  const maxDocumentBytes = largestDocument(config.maxMemoryBytes);
  const s3 = openS3(connection, { log });
  const root =
    typeof location === 'string' ? `${location.replace(/\/$/u, '')}/` : `s3://${connection.bucket}/${prefix}`;
  const names = new Set<string>();
  let found = false;
  try {
    const area = { s3, prefix, headers, maxDocumentBytes };
    for await (const { table, type, stream } of readTables(area, signal)) {
      const named = tableName(table, engine, names); // The same with --table as without.
      if (wanted !== undefined && wanted !== table) continue;
      found = true;
      const partitions = ownPartitions(config.streams, stream);
      const files = { ...named, type, format, location: layout.place(root, table).folder, partitions };
      if (!isPrintable(files.location)) {
        log('WARN', `The table "${table}" has no statement: its name holds characters that SQL cannot show.`);
        continue;
      }
      const own = layout.place(prefix, table).folder;
      const sql =
        engine === 'athena'
          ? athenaTable({ ...files, firstYear: await firstYear(area, own, signal) })
          : duckdbView(files);
      if (sql !== undefined) yield { sql: `${sql}\n\n` };
      else
        log(
          'WARN',
          `The table "${table}" has no statement: Athena takes the name of none of its columns, or not that of a folder.`,
        );
    }
  } finally {
    closeS3(s3);
  }
  if (found) return;
  const what = wanted === undefined ? 'No table has' : `The table "${String(wanted)}" has not`;
  throw new ConnectorError('USAGE_INVALID', `${what} been written below "${prefix}" yet.`);
}
