// Whether folders that look like part of a date are one, before a filter excludes them: `1234/2026/01/15/` may be a shop's.
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { DatePart } from '../layout/folder-columns.ts';
import { isHidden } from '../layout/layout.ts';

type Place = { readonly s3: S3; readonly root: string };
type Named = { readonly folder: string; readonly part?: DatePart | undefined };
type Part = Named & { readonly part: DatePart };

const foldersAtOnce = 8;

/**
 * The folders, all in one folder, whose first files do not prove that they are part of a date. It needs a request for each year,
 * and one for the first month: either all months of a year are such parts, or none is.
 */
export async function undatedOf(
  place: Place,
  folders: readonly Named[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const [first, ...others] = folders.flatMap(({ folder, part }) => (part === undefined ? [] : [{ folder, part }]));
  if (first === undefined) return new Set();
  const isEach = first.part.isFirst;
  const asked = isEach ? [first, ...others] : [first];
  const isPart = (one: Part, stop: AbortSignal) => isBorneOut(place, one, stop);
  const answers = await Array.fromAsync(mapConcurrent(asked, foldersAtOnce, isPart, signal));
  const undated = asked.filter((_, index) => answers[index] === false);
  if (!isEach && undated.length > 0) undated.push(...others);
  return new Set(undated.map(({ folder }) => folder));
}

async function isBorneOut({ s3, root }: Place, { folder, part }: Part, signal: AbortSignal): Promise<boolean> {
  for await (const { objects } of listPages(s3, { prefix: folder }, signal)) {
    const answers = objects.map(({ key }) => part.isBorneOutBy(key.slice(root.length)));
    return answers.find((answer) => answer !== undefined) ?? false;
  }
  return true; // It is empty.
}

type Siblings<Folder> = Record<'newest' | 'others', readonly Folder[]> & {
  /** Of data in the newest. */
  readonly keys: readonly string[];
  /** No folder above is part of a date. */
  readonly isTop: boolean;
};

/** Those of some sibling folders that are not part of a date, where the newest is or seems to be. */
export async function undatedAmong<Folder extends Named & { readonly isDate: boolean }>(
  place: Place,
  { newest, others, keys, isTop }: Siblings<Folder>,
  signal: AbortSignal,
): Promise<readonly Folder[]> {
  const [first] = newest;
  // A complete date in one folder is proven. Below its siblings of another form there may be newer ones.
  if (first?.part === undefined) {
    return isTop && first?.isDate === true
      ? others.filter(({ folder, isDate }) => !isDate && !isHidden(nameOf(folder)))
      : [];
  }
  const isWrong = (part: DatePart | undefined): boolean =>
    keys.some((key) => part?.isBorneOutBy(key.slice(place.root.length)) === false);
  const wrong = newest.filter(({ part }) => isWrong(part));
  if (!first.part.isFirst) return wrong;
  const undated = await undatedOf(place, others, signal);
  return [...wrong, ...others.filter(({ folder, part }) => part === undefined || undated.has(folder))];
}

function nameOf(folder: string): string {
  return folder.split('/').at(-2) ?? '';
}
