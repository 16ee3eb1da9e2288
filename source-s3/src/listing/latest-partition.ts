// `latest_partition_only`: finds the newest partition with data.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { sameColumn, type Partition } from '../layout/layout.ts';
import { comparePartitions, refinesTime } from '../layout/partition-order.ts';
import { undatedAmong } from './date-parts.ts';
import {
  listFolders,
  walkPlaces,
  type Branch,
  type Level,
  type FilteredFolder,
  type Seen,
  type PartitionWalk,
} from './partition-walk.ts';

/**
 * The newest partition with data, among those inside the filters. It inspects one folder after another, the newest first. If none has
 * data, only what is next to them counts. Undefined if there is no partition with data.
 */
export async function findLatest(
  walk: PartitionWalk,
  { places, columns = [] }: { readonly places: readonly FilteredFolder[]; readonly columns?: readonly string[] },
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
    const siblings = { newest, others, keys: data.map(({ key }) => key), isTop: columns.length === 0 };
    const undated = await undatedAmong(walk, siblings, signal);
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
  walk: PartitionWalk,
  places: readonly FilteredFolder[],
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

async function listLevel(walk: PartitionWalk, places: readonly FilteredFolder[], signal: AbortSignal): Promise<Level> {
  const levels = await Array.fromAsync(listFolders(walk, places, signal));
  return {
    objects: levels.flatMap(({ objects }) => objects),
    seen: levels.flatMap(({ seen }) => seen),
    branches: levels.flatMap(({ branches }) => branches),
  };
}

/** The branches that define the next time column; those of one value together. */
function newestFirst(
  { typeOf }: PartitionWalk,
  columns: readonly string[],
  branches: readonly Branch[],
): readonly Branch[][] {
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
