// Refuses a table of a table format as soon as its log appears: its files still contain deleted rows.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { Naming } from '../layout/file-name.ts';
import type { Seen } from './partition-walk.ts';
import { logFolders, tableFormat } from './table-format.ts';
import type { Table } from './tables.ts';

const logsAtOnce = 3;

/** For a listing of only what begins with `head`: a table format keeps its log in a folder next to its files or above them. */
export async function refuseFormatsBeside(
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

export function refuseTableFormats(table: Table, seen: Seen, { extensions }: Naming): void {
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
    `"${table.prefix}" is a table in ${format} format ("${path}"): its files still contain deleted rows. Use a connector for ${format}, or export it as plain files.`,
    { stream: table.stream },
  );
}
