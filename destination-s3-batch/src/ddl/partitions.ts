// The folders below those of a table's days, as statements name them, and the first year that has any.
import { entryFor, type StreamEntry } from '@s3-connectors/common/destination/input/stream-plan.ts';
import { folderText } from '@s3-connectors/common/destination/files/partition-folders.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { partitionField } from '@s3-connectors/common/destination/rows/row-plan.ts';
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

/** Names of the folders of a stream's rows below those of the day, and as they are in keys. */
export function ownPartitions(
  entries: readonly StreamEntry[],
  stream: StreamDescriptor,
): readonly { readonly name: string; readonly key: string }[] {
  const fields = entryFor(stream, entries)?.partition_by ?? [];
  return fields.map(partitionField).map(({ folder: name }) => ({ name, key: folderText(name) ?? name }));
}

/** Of the folders below `folder`, which ends with a slash; undefined where there is none. */
export async function firstYear(
  { s3 }: Pick<Area, 's3'>,
  folder: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  for await (const { folders } of listPages(s3, { prefix: `${folder}year=`, delimiter: '/' }, signal)) {
    const years = folders.map((found) => Number(/year=(\d{4})\/$/u.exec(found)?.[1]));
    const known = years.filter((year) => year >= 1); // A folder of another form is not ours.
    if (known.length > 0) return Math.min(...known);
  }
  return undefined;
}
