// Appended data that replaces older data by its generation. The keys that a place had when the generation was first seen are
// recorded in S3, so that a repeated run deletes exactly these at the end, and none of its own.
import * as z from 'zod';

import { deleteObjects } from '../../s3/delete.ts';
import { listObjects, listPages, type ListedObject } from '../../s3/list.ts';
import type { OwnKey } from '../../s3/own-key.ts';
import { sleep } from '../../streams/clock.ts';
import { ConnectorError, type StreamDescriptor } from '../../protocol/errors.ts';
import { ownKeysOf, parseDocument, refusedDocument, refuseOtherFolder } from './bucket-document.ts';
import { readDocument, writeDocument } from './document-memory.ts';
import { manifestFolder } from './manifest.ts';
import type { Area } from './manifest-store.ts';
import { ownKey, tellApart, type DataPlace } from './own-keys.ts';

type Scope = { readonly place: DataPlace; readonly generation: number };

/** `stream`: the owner of the rows in the place. Undefined if that is not known for sure. */
type Noting = Scope & { readonly stream: StreamDescriptor | undefined };

/**
 * `existing`: the keys of this connector in the place, each with its time (ISO 8601), when the generation was first seen.
 * `folder`: the place's, because places of both destinations can have one name. Records of earlier versions lack it: they
 * belong to the place whose files they name. An empty one could belong to any, so nothing is deleted because of it. `stream`:
 * the owner of the rows, by the config or because rows of the stream came.
 */
type GenerationRecord = z.output<typeof record>;
const record = z.object({
  version: z.literal(1),
  generation_id: z.int(),
  folder: z.string().exactOptional(),
  stream: z.object({ name: z.string(), namespace: z.string().exactOptional() }).exactOptional(),
  existing: z.array(z.tuple([z.string(), z.string()])),
});

/** LastModified has whole seconds. */
const clockTickMs = 1000;

type OwnObject = Pick<ListedObject, 'lastModified'> & { readonly key: OwnKey };

/** The files to delete: those in the record that have not been written again since. A replay can write the same name. */
export function outlived({ existing }: GenerationRecord, listed: readonly OwnObject[]): readonly OwnKey[] {
  const times = new Map(existing);
  return listed.filter(({ key, lastModified }) => times.get(key) === lastModified.toISOString()).map(({ key }) => key);
}

/** Whether an earlier run of the generation recorded the existing files. @throws BUCKET_DOCUMENT_INVALID */
export async function isGenerationNoted(area: Area, scope: Scope, signal?: AbortSignal): Promise<boolean> {
  return (await readRecord(area, scope, signal)) !== undefined;
}

/** Records the existing files unless an earlier run did. Call it before anything of the generation is written. */
export async function noteGeneration(area: Area, noting: Noting, signal?: AbortSignal): Promise<void> {
  const listed = await listOurs(area, noting, signal);
  const existing = listed.map((object): [string, string] => [object.key, object.lastModified.toISOString()]);
  // Files that are written from now on have another time than the existing ones.
  if (existing.length > 0) await sleep(area.s3.clock, clockTickMs, signal);
  await writeRecord(area, noting, { existing, etag: undefined }, signal);
}

/**
 * Rows of the stream come to a place that was not known to be the stream's. If nothing is recorded yet, the generation deletes
 * nothing there. Call it before the first file is stored, or the next run would take that file for earlier data.
 */
export async function claimPlace(area: Area, noting: Noting, signal?: AbortSignal): Promise<void> {
  const found = await findRecord(area, noting, signal);
  if (found?.record.stream !== undefined) return;
  await writeRecord(area, noting, { existing: found?.record.existing ?? [], etag: found?.etag }, signal);
}

/** The streams whose generations had rows in the place. */
export async function generationStreams(
  area: Area,
  place: DataPlace,
  signal?: AbortSignal,
): Promise<readonly StreamDescriptor[]> {
  const streams: StreamDescriptor[] = [];
  for (const { generation } of await listRecords(area, place, signal)) {
    const record = await readOwnRecord(area, { place, generation }, signal);
    if (record?.stream !== undefined) streams.push(record.stream);
  }
  return streams;
}

/**
 * The generation is complete: deletes the earlier files, and the records of other generations. @returns the number of files.
 * @throws BUCKET_DOCUMENT_INVALID if the record of the generation is not of the place.
 */
export async function removeOutlived(area: Area, scope: Scope, signal?: AbortSignal): Promise<number> {
  const record = await readRecord(area, scope, signal);
  if (record === undefined) return 0;
  const listed = await listOurs(area, scope, signal);
  if (listed.length > 0 && !isKnownToBeOf(record, scope.place)) {
    const key = recordKey(area, scope);
    const text = `"${key}" was written by an earlier version and does not name its folder: files from before the generation ${scope.generation}, if there are any in "${scope.place.folder}", stay until the next one.`;
    area.s3.log('WARN', text);
  }
  const keys = outlived(record, listed);
  await deleteObjects(area, keys, signal);
  await removeOtherRecords(area, scope, signal);
  return keys.length;
}

/** Only those of the place: the other destination may be at work in a generation of its own. */
async function removeOtherRecords(area: Area, { place, generation }: Scope, signal?: AbortSignal): Promise<void> {
  const others: OwnKey[] = [];
  for (const { generation: other, key } of await listRecords(area, place, signal)) {
    if (other === generation) continue;
    const record = await readOwnRecord(area, { place, generation: other }, signal);
    if (record !== undefined && isKnownToBeOf(record, place)) others.push(ownKey(area.prefix, key));
  }
  await deleteObjects(area, others, signal);
}

async function listRecords(
  area: Area,
  place: DataPlace,
  signal: AbortSignal | undefined,
): Promise<readonly { readonly generation: number; readonly key: string }[]> {
  const folder = recordFolder(area, place);
  const found: { generation: number; key: string }[] = [];
  for await (const { key } of listObjects(area.s3, folder, signal)) {
    const generation = /^(-?\d{1,16})\.json$/u.exec(key.slice(folder.length))?.[1];
    if (generation !== undefined) found.push({ generation: Number(generation), key });
  }
  return found;
}

/** Also undefined for a refused record: it proves nothing about the place. */
async function readOwnRecord(area: Area, scope: Scope, signal?: AbortSignal): Promise<GenerationRecord | undefined> {
  try {
    return await readRecord(area, scope, signal);
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'BUCKET_DOCUMENT_INVALID') return undefined;
    throw error;
  }
}

/** For a record that was read for the place, so it belongs to no other place that it names. */
function isKnownToBeOf({ folder, existing }: GenerationRecord, place: DataPlace): boolean {
  return folder === place.folder || existing.length > 0;
}

async function listOurs({ s3, prefix }: Area, { place }: Scope, signal?: AbortSignal): Promise<OwnObject[]> {
  const all: OwnObject[] = [];
  for await (const { objects } of listPages(s3, { prefix: place.folder }, signal)) {
    const times = new Map(objects.map(({ key, lastModified }) => [key, lastModified]));
    for (const key of tellApart(prefix, place, times.keys()).ours)
      all.push({ key, lastModified: times.get(key) as Date });
  }
  return all;
}

async function readRecord(area: Area, scope: Scope, signal?: AbortSignal): Promise<GenerationRecord | undefined> {
  return (await findRecord(area, scope, signal))?.record;
}

async function findRecord(
  area: Area,
  scope: Scope,
  signal: AbortSignal | undefined,
): Promise<{ readonly record: GenerationRecord; readonly etag: string } | undefined> {
  const key = recordKey(area, scope);
  const found = await readDocument(area, key, signal);
  if (found === undefined) return undefined;
  const read = parseDocument(key, found.body, record);
  if (read.generation_id !== scope.generation) throw refusedDocument(key, `is of the generation ${read.generation_id}`);
  if (read.folder !== undefined) refuseOtherFolder(key, read.folder, scope.place);
  ownKeysOf(
    { prefix: area.prefix, place: scope.place, key },
    read.existing.map(([existing]) => existing),
  );
  return { record: read, etag: found.etag };
}

/** `etag`: of the version to overwrite. */
async function writeRecord(
  area: Area,
  { generation, place, stream }: Noting,
  { existing, etag }: Pick<GenerationRecord, 'existing'> & { readonly etag: string | undefined },
  signal: AbortSignal | undefined,
): Promise<void> {
  const about = { folder: place.folder, ...(stream === undefined ? {} : { stream }) };
  const value: GenerationRecord = { version: 1, generation_id: generation, ...about, existing };
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  const key = recordKey(area, { place, generation });
  await writeDocument(area, { key, body, over: { etag } }, signal);
}

function recordFolder({ prefix }: Area, place: DataPlace): string {
  return `${manifestFolder(prefix, place.name)}generations/`;
}

function recordKey(area: Area, scope: Scope): OwnKey {
  return ownKey(area.prefix, `${recordFolder(area, scope.place)}${scope.generation}.json`);
}
