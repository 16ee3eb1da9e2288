// Which tables had rows of a stream before, so that they are replaced with it. Of a split stream the registry says so, which
// is a document in the bucket: only tables that the stream can have are believed to be its.
import type { Area } from '@s3-connectors/common/destination/replacing/manifests.ts';
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { streamKey } from '@s3-connectors/common/protocol/stream-key.ts';

import { readTables } from '../columns/registry/registry.ts';
import type { Target } from './plan.ts';
import { isEventTable } from '../rows/event-tables.ts';

/** @throws BUCKET_DOCUMENT_INVALID for a document of the registry that is not of its table. */
export async function earlierTables(
  area: Area,
  target: Target,
  targets: readonly Target[],
  { log, signal }: Pick<VerbContext, 'log' | 'signal'>,
): Promise<readonly string[]> {
  if (target.conversion !== 'split_events') return [target.table];
  const ofOthers = new Set(targets.filter(({ index }) => index !== target.index).map(({ table }) => table));
  const names: string[] = [];
  for await (const { table, stream } of readTables(area, signal)) {
    if (!isSameStream(stream, target.descriptor)) continue;
    if ((isEventTable(table) || table === target.table) && !ofOthers.has(table)) names.push(table);
    else {
      log(
        'WARN',
        `The table "${table}" is left as it is: _schemas/ says that its rows are of "${target.label}", which has no such table now.`,
      );
    }
  }
  return names;
}

export function isSameStream(a: StreamDescriptor, b: StreamDescriptor): boolean {
  return streamKey(a) === streamKey(b);
}
