// The data files of a table, and what lies beside them and is not read, by reason.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import type { S3 } from '@s3-connectors/common/s3/client.ts';
import { listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';

import { skipReason, SKIP_REASONS, type SkipReason } from './layout.ts';
import type { Table } from './tables.ts';

/** Number and one example of the objects passed over for each reason. */
export type SkipReport = ReadonlyMap<SkipReason, { readonly count: number; readonly example: string }>;

export type TableListing = { readonly objects: readonly ListedObject[]; readonly skips: SkipReport };

const archiveClasses = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * Lists the table; holds one entry per data file (about 300 bytes).
 * @throws TABLE_FORMAT_UNSUPPORTED for a Delta, Iceberg or Hudi table: its plain files hold deleted rows.
 */
export async function listObjects(
  s3: S3,
  table: Table,
  { startDate }: { readonly startDate: number | undefined },
  signal: AbortSignal,
): Promise<TableListing> {
  const objects: ListedObject[] = [];
  const skips = new Map<SkipReason, { count: number; example: string }>();
  for await (const page of listPages(s3, { prefix: table.prefix }, signal)) {
    for (const object of page.objects) {
      refuseTableFormats(table, object.key.slice(table.prefix.length));
      const reason = skipReasonOf(object, table.prefix, startDate);
      if (reason === undefined) objects.push(object);
      else count(skips, reason, object.key);
    }
  }
  return { objects, skips };
}

function skipReasonOf(object: ListedObject, prefix: string, startDate: number | undefined): SkipReason | undefined {
  const archived = archiveClasses.has(object.storageClass ?? '') && object.restored !== true;
  const reason = skipReason({ path: object.key.slice(prefix.length), size: object.size, archived });
  if (reason !== undefined || startDate === undefined) return reason;
  return object.lastModified.getTime() < startDate ? 'before_start_date' : undefined;
}

function count(skips: Map<SkipReason, { count: number; example: string }>, reason: SkipReason, key: string): void {
  const entry = skips.get(reason);
  if (entry === undefined) skips.set(reason, { count: 1, example: key });
  else entry.count++;
}

/** One sentence for the log; undefined when nothing was passed over but folder markers. */
export function describeSkips(table: Table, skips: SkipReport): string | undefined {
  const parts = [...skips]
    .filter(([reason]) => reason !== 'marker')
    .map(([reason, { count, example }]) => `${count} ${reason} (${SKIP_REASONS[reason]}, such as "${example}")`);
  return parts.length === 0 ? undefined : `${streamLabel(table.stream)}: not read: ${parts.join('; ')}`;
}

function refuseTableFormats(table: Table, path: string): void {
  const format = tableFormat(path);
  if (format === undefined) return;
  throw new ConnectorError(
    'TABLE_FORMAT_UNSUPPORTED',
    `"${table.prefix}" is a ${format} table ("${path}"): read as plain files it would give deleted rows back. Use a connector for ${format}, or export it as plain files.`,
    { stream: table.stream },
  );
}

function tableFormat(path: string): string | undefined {
  if (path.startsWith('_delta_log/')) return 'Delta Lake';
  if (/^metadata\/[^/]*\.metadata\.json$/u.test(path)) return 'Iceberg';
  return path.startsWith('.hoodie/') ? 'Hudi' : undefined;
}
