// Lists a table: completely, or folder by folder if `partition_filter` or `latest_partition_only` make some folders unnecessary. A
// folder then costs a request, so this goes only as deep as the options need.
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { listPages, type ListedObject, type ListPage } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { DatePart, FolderColumns, FolderLevel } from '../layout/folder-columns.ts';
import { sameColumn, type Partition } from '../layout/layout.ts';
import { meets } from '../layout/partition-order.ts';
import type { DeclaredType } from '../layout/declared-column.ts';
import type { PartitionFilter } from '../layout/selection.ts';
import { undatedOf } from './date-parts.ts';

/** `isData` separates data files from objects that are never read. */
export type PartitionWalk = {
  readonly s3: S3;
  /** The folder that contains all paths. */
  readonly root: string;
  /** The beginning of the wanted paths; "" for all. */
  readonly head: string;
  /** Sees the pages of the root before they are used. */
  readonly atRoot: (pages: AsyncIterable<ListPage>) => AsyncIterable<ListPage>;
  readonly levelOf: FolderColumns['levelOf'];
  readonly partitionsOf: FolderColumns['partitionsOf'];
  readonly typeOf: (column: string) => DeclaredType;
  readonly isData: (object: ListedObject) => boolean;
};

/** A folder with its `/`, and the filters whose columns are in none of the folders above it. */
export type FilteredFolder = { readonly folder: string; readonly open: readonly PartitionFilter[] };

export type Seen =
  | { readonly kind: 'objects'; readonly objects: readonly ListedObject[] }
  /** A folder that was not listed, or an object that is not in the newest partition. */
  | {
      readonly kind: 'passed';
      readonly key: string;
      readonly reason: 'partition_filter' | 'older_partition' | 'before_start_date';
    }
  /** A filter found its column. */
  | { readonly kind: 'met'; readonly filter: PartitionFilter };

const foldersAtOnce = 8;

/** Everything that the filters leave. Without filters it is one plain listing. Bound: a page for each of eight folders. */
export async function* walkPlaces(
  walk: PartitionWalk,
  places: readonly FilteredFolder[],
  signal: AbortSignal,
): AsyncGenerator<Seen> {
  const whole = places.filter(({ open }) => open.length === 0);
  const begin = (place: FilteredFolder, stop: AbortSignal) => begun(listWhole(walk, place, stop));
  for await (const pages of mapConcurrent(whole, foldersAtOnce, begin, signal)) yield* pages;
  const filtered = places.filter(({ open }) => open.length > 0);
  if (filtered.length === 0) return;
  const below: Branch[] = [];
  for await (const { objects, seen, branches } of listFolders(walk, filtered, signal)) {
    yield* seen;
    yield { kind: 'objects', objects };
    for (const branch of branches) below.push(branch);
  }
  yield* walkPlaces(walk, below, signal);
}

/** Requests its first item ahead, and the others when they are taken. */
async function begun<T>(source: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await source.next();
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* source;
  })();
}

async function* listWhole(walk: PartitionWalk, { folder }: FilteredFolder, signal: AbortSignal): AsyncGenerator<Seen> {
  const pages = listPages(walk.s3, { prefix: folder + headBelow(walk, folder) }, signal);
  for await (const { objects } of folder === walk.root ? walk.atRoot(pages) : pages) yield { kind: 'objects', objects };
}

/** The beginning of the wanted paths below a folder. All listed folders are on the way to the head, or below it. */
function headBelow({ root, head }: PartitionWalk, folder: string): string {
  return `${root}${head}`.slice(folder.length);
}

/** One level of a folder. A name that the head spells is not listed: if it does not exist, it is empty. */
async function* levelPages(walk: PartitionWalk, folder: string, signal: AbortSignal): AsyncGenerator<ListPage> {
  const head = headBelow(walk, folder);
  const end = head.indexOf('/') + 1;
  if (end > 0) {
    yield { objects: [], folders: [folder + head.slice(0, end)] };
    return;
  }
  const pages = listPages(walk.s3, { prefix: folder + head, delimiter: '/' }, signal);
  yield* folder === walk.root ? walk.atRoot(pages) : pages;
}

/** A folder inside the filters, with the column that it defines. */
export type Branch = FilteredFolder & {
  readonly own: Partition | undefined;
  readonly part: DatePart | undefined;
  readonly isDate: boolean;
};
export type Level = {
  readonly objects: readonly ListedObject[];
  readonly seen: readonly Seen[];
  readonly branches: readonly Branch[];
};

/** Page by page, in the order of the places. */
export async function* listFolders(
  walk: PartitionWalk,
  places: readonly FilteredFolder[],
  signal: AbortSignal,
): AsyncGenerator<Level> {
  const begin = (place: FilteredFolder, stop: AbortSignal) => begun(listFolder(walk, place, stop));
  for await (const pages of mapConcurrent(places, foldersAtOnce, begin, signal)) yield* pages;
}

async function* listFolder(walk: PartitionWalk, place: FilteredFolder, signal: AbortSignal): AsyncGenerator<Level> {
  const { open } = place;
  for await (const { objects, folders } of levelPages(walk, place.folder, signal)) {
    const seen: Seen[] = [];
    const branches: Branch[] = [];
    const judged = folders.map((folder) => judge(walk, { folder, open }));
    const outsiders = judged.filter(({ outside }) => outside !== undefined);
    const undated = await undatedOf(walk, outsiders, signal);
    for (const { folder, own, span, part, isDate = false, met, outside } of judged) {
      for (const filter of met) seen.push({ kind: 'met', filter });
      const isDone = span === undefined || span.isWhole;
      if (undated.has(folder)) branches.push({ folder, open, own: undefined, part: undefined, isDate: false });
      else if (outside !== undefined)
        seen.push({ kind: 'passed', key: folder, reason: outside.reason ?? 'partition_filter' });
      else
        branches.push({
          folder,
          open: isDone ? open.filter((filter) => !met.includes(filter)) : open,
          own,
          part,
          isDate,
        });
    }
    yield { objects, seen, branches };
  }
}

type Judged = FolderLevel & {
  readonly folder: string;
  readonly met: readonly PartitionFilter[];
  readonly outside: PartitionFilter | undefined;
};

function judge({ typeOf, root, levelOf }: PartitionWalk, { folder, open }: FilteredFolder): Judged {
  const level = levelOf(folder.slice(root.length));
  const { own, span } = level;
  const column = span?.column ?? own?.column;
  const met = column === undefined ? [] : open.filter((filter) => sameColumn(filter.column, column));
  const outside = met.find((filter) => span === undefined || !meets(span, filter, typeOf(span.column), folder));
  return { ...level, folder, met, outside };
}
