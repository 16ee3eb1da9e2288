// Finds the tables: every folder directly below a schema prefix is one, and a stream. Listing with a delimiter costs a
// request per thousand folders, however many objects they hold.
import { ConnectorError, type StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import { streamKey, streamLabel, type StreamKey } from '@s3-connectors/common/protocol/stream-key.ts';
import type { S3 } from '@s3-connectors/common/s3/client.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import type { SchemaPrefix } from './config.ts';
import { namespaceOf, tableName } from './layout.ts';

/** `prefix` is the table's folder with its `/`: keys below it are the table's. */
export type Table = { readonly stream: StreamDescriptor; readonly prefix: string };

/**
 * All tables by stream, in the order of the prefixes and then of the keys.
 * @throws CONFIG_INVALID when two folders would be one stream.
 */
export async function findTables(
  s3: S3,
  prefixes: readonly SchemaPrefix[],
  signal: AbortSignal,
): Promise<ReadonlyMap<StreamKey, Table>> {
  const tables = new Map<StreamKey, Table>();
  for await (const path of schemaPaths(s3, prefixes, signal)) {
    for await (const folder of foldersBelow(s3, path, signal)) {
      const name = folder.slice(path.length, -1);
      if (name === '' || name.startsWith('_') || name.startsWith('.')) continue; // `a//b`, markers and hidden folders.
      const namespace = namespaceOf(path);
      const stream = { name: tableName(name), ...(namespace !== undefined && { namespace }) };
      const twin = tables.get(streamKey(stream));
      if (twin !== undefined && twin.prefix !== folder) throw twins(stream, twin.prefix, folder);
      tables.set(streamKey(stream), { stream, prefix: folder });
    }
  }
  return tables;
}

/** The schema prefixes with `path/*` replaced by the folders below it. */
async function* schemaPaths(s3: S3, prefixes: readonly SchemaPrefix[], signal: AbortSignal): AsyncGenerator<string> {
  for (const { path, wildcard } of prefixes) {
    if (wildcard) yield* foldersBelow(s3, path, signal);
    else yield path;
  }
}

async function* foldersBelow(s3: S3, path: string, signal: AbortSignal): AsyncGenerator<string> {
  for await (const page of listPages(s3, { prefix: path, delimiter: '/' }, signal)) yield* page.folders;
}

function twins(stream: StreamDescriptor, one: string, other: string): ConnectorError {
  return new ConnectorError(
    'CONFIG_INVALID',
    `The folders "${one}" and "${other}" would both be the stream "${streamLabel(stream)}". Rename one, or list their schema prefixes in separate connections.`,
  );
}
