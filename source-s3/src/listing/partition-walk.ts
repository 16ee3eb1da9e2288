// Lists a table: completely, or folder by folder if `partition_filter` or `latest_partition_only` make some folders unnecessary. A
// folder then costs a request, so this goes only as deep as the options need.
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { listPages, type ListedObject, type ListPage } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { DatePart, FolderColumns, FolderLevel } from '../layout/folder-columns.ts';
import { sameColumn, type Partition } from '../layout/layout.ts';
import { comparePartitions, meets, refinesTime } from '../layout/partition-order.ts';
import type { DeclaredType } from '../layout/declared-column.ts';
import type { PartitionFilter } from '../layout/selection.ts';
import { undatedAmong, undatedOf } from './date-parts.ts';

/** `isData` separates data files from objects that are never read. */
type Walk = {
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
type Place = { readonly folder: string; readonly open: readonly PartitionFilter[] };

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
export async function* walkPlaces(walk: Walk, places: readonly Place[], signal: AbortSignal): AsyncGenerator<Seen> {
  const whole = places.filter(({ open }) => open.length === 0);
  const begin = (place: Place, stop: AbortSignal) => begun(listWhole(walk, place, stop));
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

async function* listWhole(walk: Walk, { folder }: Place, signal: AbortSignal): AsyncGenerator<Seen> {
  const pages = listPages(walk.s3, { prefix: folder + headBelow(walk, folder) }, signal);
  for await (const { objects } of folder === walk.root ? walk.atRoot(pages) : pages) yield { kind: 'objects', objects };
}

/** The beginning of the wanted paths below a folder. All listed folders are on the way to the head, or below it. */
function headBelow({ root, head }: Walk, folder: string): string {
  return `${root}${head}`.slice(folder.length);
}

/** One level of a folder. A name that the head spells is not listed: if it does not exist, it is empty. */
async function* levelPages(walk: Walk, folder: string, signal: AbortSignal): AsyncGenerator<ListPage> {
  const head = headBelow(walk, folder);
  const end = head.indexOf('/') + 1;
  if (end > 0) {
    yield { objects: [], folders: [folder + head.slice(0, end)] };
    return;
  }
  const pages = listPages(walk.s3, { prefix: folder + head, delimiter: '/' }, signal);
  yield* folder === walk.root ? walk.atRoot(pages) : pages;
}

/**
 * The newest partition with data, among those inside the filters. It inspects one folder after another, the newest first. If none has
 * data, only what is next to them counts. Undefined if there is no partition with data.
 */
export async function findLatest(
  walk: Walk,
  { places, columns = [] }: { readonly places: readonly Place[]; readonly columns?: readonly string[] },
  signal: AbortSignal,
): Promise<readonly Seen[] | undefined> {
  const level = await listLevel(walk, places, signal);
  const { objects, branches } = level;
  const candidates = newestFirst(walk, columns, branches);
  const hasFiles = objects.some(walk.isData);
  if (columns.length > 0 && (candidates.length === 0 || hasFiles)) {
    if (branches.length > 0) return Array.fromAsync(walkPlaces(walk, places, signal));
    return [...level.seen, { kind: 'objects', objects }];
  }
  const around: readonly Seen[] = [
    ...level.seen,
    { kind: 'objects', objects: objects.filter((object) => !walk.isData(object)) },
    ...objects.filter(walk.isData).map(({ key }) => passed(key)),
  ];
  for (const newest of candidates) {
    const next = { places: newest, columns: [...columns, newest[0]?.own?.column ?? ''] };
    const found = (await findLatest(walk, next, signal)) ?? [];
    const data = found.flatMap((seen) => (seen.kind === 'objects' ? seen.objects.filter(walk.isData) : []));
    if (data.length === 0) continue;
    const others = branches.filter((branch) => !newest.includes(branch));
    const undated = await undatedAmong(walk, { newest, others, keys: data.map(({ key }) => key) }, signal);
    if (undated.length > 0) {
      const isEach = undated.length === branches.length;
      const search = isEach
        ? findLatest(walk, { places: branches, columns }, signal)
        : listLatest(walk, branches, signal);
      const deeper = await search;
      return deeper && [...around, ...deeper];
    }
    return [...around, ...others.map(({ folder }) => passed(folder)), ...found];
  }
  const dataless = new Set(candidates.flat());
  const rest = branches.filter((branch) => !dataless.has(branch));
  const skipped = [...around, ...[...dataless].map(({ folder }) => passed(folder))];
  if (columns.length > 0) return [...skipped, ...(await Array.fromAsync(walkPlaces(walk, rest, signal)))];
  const deeper = rest.length === 0 ? undefined : await findLatest(walk, { places: rest, columns }, signal);
  return deeper && [...skipped, ...deeper];
}

/**
 * The newest partition by a complete listing: for dates at several depths, whose folders cannot be compared. Undefined if no file has
 * a date. Bound: its objects, and the first object of each older partition.
 */
async function listLatest(
  walk: Walk,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<readonly Seen[] | undefined> {
  const around: Seen[] = [];
  const older = new Map<string, Seen>();
  let newest: Partition | undefined;
  let found: ListedObject[] = [];
  const leave = ({ key }: ListedObject, value = ''): void => void older.set(value, older.get(value) ?? passed(key));
  for await (const seen of walkPlaces(walk, places, signal)) {
    if (seen.kind !== 'objects') around.push(seen);
    for (const object of seen.kind === 'objects' ? seen.objects.filter(walk.isData) : []) {
      const [own] = walk.partitionsOf(object.key.slice(walk.root.length));
      const order =
        own && newest ? comparePartitions(own, newest, walk.typeOf(own.column), object.key) : Number(own !== undefined);
      if (own === undefined || order < 0) leave(object, own?.value ?? '');
      else if (order === 0) found.push(object);
      else {
        if (found[0] !== undefined) leave(found[0], newest?.value ?? '');
        [newest, found] = [own, [object]];
      }
    }
  }
  return newest && [...around, ...older.values(), { kind: 'objects', objects: found }];
}

function passed(key: string): Seen {
  return { kind: 'passed', key, reason: 'older_partition' };
}

/** A folder inside the filters, with the column that it defines. */
type Branch = Place & { readonly own: Partition | undefined; readonly part: DatePart | undefined };
type Level = {
  readonly objects: readonly ListedObject[];
  readonly seen: readonly Seen[];
  readonly branches: readonly Branch[];
};

async function listLevel(walk: Walk, places: readonly Place[], signal: AbortSignal): Promise<Level> {
  const levels = await Array.fromAsync(listFolders(walk, places, signal));
  return {
    objects: levels.flatMap(({ objects }) => objects),
    seen: levels.flatMap(({ seen }) => seen),
    branches: levels.flatMap(({ branches }) => branches),
  };
}

/** Page by page, in the order of the places. */
async function* listFolders(walk: Walk, places: readonly Place[], signal: AbortSignal): AsyncGenerator<Level> {
  const begin = (place: Place, stop: AbortSignal) => begun(listFolder(walk, place, stop));
  for await (const pages of mapConcurrent(places, foldersAtOnce, begin, signal)) yield* pages;
}

async function* listFolder(walk: Walk, place: Place, signal: AbortSignal): AsyncGenerator<Level> {
  const { open } = place;
  for await (const { objects, folders } of levelPages(walk, place.folder, signal)) {
    const seen: Seen[] = [];
    const branches: Branch[] = [];
    const judged = folders.map((folder) => judge(walk, { folder, open }));
    const outsiders = judged.filter(({ outside }) => outside !== undefined);
    const undated = await undatedOf(walk, outsiders, signal);
    for (const { folder, own, span, part, met, outside } of judged) {
      for (const filter of met) seen.push({ kind: 'met', filter });
      const isDone = span === undefined || span.isWhole;
      if (undated.has(folder)) branches.push({ folder, open, own: undefined, part: undefined });
      else if (outside !== undefined)
        seen.push({ kind: 'passed', key: folder, reason: outside.reason ?? 'partition_filter' });
      else branches.push({ folder, open: isDone ? open.filter((filter) => !met.includes(filter)) : open, own, part });
    }
    yield { objects, seen, branches };
  }
}

type Judged = FolderLevel & {
  readonly folder: string;
  readonly met: readonly PartitionFilter[];
  readonly outside: PartitionFilter | undefined;
};

function judge({ typeOf, root, levelOf }: Walk, { folder, open }: Place): Judged {
  const level = levelOf(folder.slice(root.length));
  const { own, span } = level;
  const column = span?.column ?? own?.column;
  const met = column === undefined ? [] : open.filter((filter) => sameColumn(filter.column, column));
  const outside = met.find((filter) => span === undefined || !meets(span, filter, typeOf(span.column), folder));
  return { ...level, folder, met, outside };
}

/** The branches that define the next time column; those of one value together. */
function newestFirst({ typeOf }: Walk, columns: readonly string[], branches: readonly Branch[]): readonly Branch[][] {
  const column = branches.find(({ own }) => own !== undefined && refinesTime(columns, own.column))?.own?.column;
  if (column === undefined) return [];
  const compare = (a: Branch, b: Branch): number => {
    return a.own && b.own ? comparePartitions(a.own, b.own, typeOf(column), a.folder) : 0;
  };
  const sorted = branches.filter(({ own }) => own !== undefined && sameColumn(own.column, column)).sort(compare);
  const groups: Branch[][] = [];
  for (const branch of sorted.toReversed()) {
    const [last] = groups.at(-1) ?? [];
    if (last !== undefined && compare(last, branch) === 0) groups.at(-1)?.push(branch);
    else groups.push([branch]);
  }
  return groups;
}
