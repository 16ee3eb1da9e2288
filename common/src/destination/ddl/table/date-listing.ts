// The folders of a table's days or hours, from a listing.
import type { S3 } from '../../../s3/connection/client.ts';
import { listFolders } from '../../../s3/list.ts';

/** The earliest year with a folder below `folder`, which ends with a slash. Undefined if there is none. */
export async function firstYear(s3: S3, folder: string, signal: AbortSignal): Promise<number | undefined> {
  const names = await listFolders(s3, `${folder}year=`, signal);
  const years = names.map((name) => Number(/year=(\d{4})\/$/u.exec(name)?.[1]));
  const known = years.filter((year) => year >= 1); // A folder of another form was not written by this connector.
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** All folders with files, as `year=2026/month=1/day=5`. One request for each folder above them. */
export async function* datePaths(
  s3: S3,
  folder: string,
  keys: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const [key, ...below] = keys;
  if (key === undefined) return;
  for (const found of await listFolders(s3, `${folder}${key}=`, signal)) {
    const name = found.slice(folder.length, -1);
    if (below.length === 0) yield name;
    else for await (const rest of datePaths(s3, found, below, signal)) yield `${name}/${rest}`;
  }
}
