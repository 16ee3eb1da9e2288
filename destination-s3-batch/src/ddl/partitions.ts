// The first year that has a folder.
import type { Area } from '@s3-connectors/common/destination/replacing/manifests.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

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
