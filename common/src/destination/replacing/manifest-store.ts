// Reads and writes the manifests of one place; manifest.ts defines their content. latest.json is only written over the version
// that was read, so that one of two processes that replace the same place fails instead of both succeeding in part.
import { randomUUID } from 'node:crypto';

import { deleteObjects } from '../../s3/delete.ts';
import { listFolders, listPages } from '../../s3/list.ts';
import { readDocument, writeDocument, type DocumentPlace } from './document-memory.ts';
import type { ExportId } from './export-id.ts';
import type { DataPlace } from './own-keys.ts';
import {
  exportsAmong,
  formatLatest,
  formatManifest,
  latestKey,
  manifestFolder,
  manifestKey,
  nextLatest,
  outdated,
  parseIntent,
  parseLatest,
  type Intent,
  type Latest,
  type Manifest,
} from './manifest.ts';

/** Where a destination writes, and with which headers. `prefix` is empty or ends with a slash. */
export type Area = DocumentPlace & { readonly prefix: string };

/** Bytes that latest.json has in addition to the intent. It must not exceed the bound after the files are copied. */
const reservedBytes = 4096;

/** What is known about a place. `etag`: of latest.json; undefined if there is none. */
export type Records = {
  readonly latest: Latest | undefined;
  readonly etag: string | undefined;
  /** The exports that have a manifest, the newest last. */
  readonly exports: readonly ExportId[];
};

/** @throws BUCKET_DOCUMENT_INVALID for a latest.json that is not of the place. */
export async function readRecords(area: Area, place: DataPlace, signal?: AbortSignal): Promise<Records> {
  const { s3, prefix } = area;
  const folder = manifestFolder(prefix, place.name);
  const keys: string[] = [];
  for await (const { objects } of listPages(s3, { prefix: folder, delimiter: '/' }, signal)) {
    for (const { key } of objects) keys.push(key);
  }
  const exports = exportsAmong(folder, keys);
  const key = latestKey(folder);
  const found = keys.includes(key) ? await readDocument(area, key, signal) : undefined;
  return { latest: found && parseLatest(prefix, place, found.body), etag: found?.etag, exports };
}

/** The names of all places that have manifests. */
export async function findPlaces({ s3, prefix }: Area, signal?: AbortSignal): Promise<readonly string[]> {
  const folder = manifestFolder(prefix, '').slice(0, -1);
  return (await listFolders(s3, folder, signal)).map((found) => found.slice(folder.length, -1));
}

/** Undefined if it was removed meanwhile. @throws BUCKET_DOCUMENT_INVALID if it is not of the place. */
export async function readIntent(
  area: Area,
  place: DataPlace,
  exportId: ExportId,
  signal?: AbortSignal,
): Promise<Intent | undefined> {
  const found = await readDocument(area, manifestKey(area.prefix, place.name, exportId), signal);
  return found && parseIntent(area.prefix, place, exportId, found.body);
}

/** @throws S3_OBJECT_CONFLICT if there is already a manifest of that name. */
export async function writeIntent(area: Area, name: string, intent: Intent, signal?: AbortSignal): Promise<void> {
  const key = manifestKey(area.prefix, name, intent.export);
  await writeDocument(area, { key, body: formatManifest(intent), over: { etag: undefined }, reservedBytes }, signal);
}

/** The intent becomes the record of what was published. Manifests that are too old are deleted. */
export async function writeRecord(
  area: Area,
  name: string,
  { manifest, exports }: { readonly manifest: Manifest; readonly exports: readonly ExportId[] },
  signal?: AbortSignal,
): Promise<void> {
  const { prefix } = area;
  const body = formatManifest({ ...manifest, state: 'published' });
  const key = manifestKey(prefix, name, manifest.export);
  await writeDocument(area, { key, body }, signal);
  const old = outdated([...exports.filter((id) => id !== manifest.export), manifest.export].sort(), manifest.export);
  await deleteObjects(
    area,
    old.map((id) => manifestKey(prefix, name, id)),
    signal,
  );
}

/** `manifest` becomes the current set. @throws S3_OBJECT_CONFLICT if latest.json has changed since it was read. */
export async function writeLatest(
  area: Area,
  name: string,
  { latest, etag, manifest }: Pick<Records, 'latest' | 'etag'> & { readonly manifest: Manifest },
  signal?: AbortSignal,
): Promise<void> {
  const next = nextLatest(latest, { ...manifest, state: 'published' }, randomUUID());
  await putLatest(area, name, { latest: next, etag }, signal);
}

/**
 * The current set stays, but processes that have read latest.json can no longer write it. Call it before rolling back a
 * replacement that may still be under way. @throws S3_OBJECT_CONFLICT if it was written meanwhile.
 */
export async function fenceLatest(
  area: Area,
  name: string,
  { latest, etag }: Pick<Records, 'latest' | 'etag'>,
  signal?: AbortSignal,
): Promise<void> {
  const { current, earlier = [] } = latest ?? {};
  await putLatest(area, name, { latest: { current, earlier, revision: randomUUID() }, etag }, signal);
}

export async function removeManifest(area: Area, name: string, exportId: ExportId, signal?: AbortSignal) {
  await deleteObjects(area, [manifestKey(area.prefix, name, exportId)], signal);
}

async function putLatest(
  area: Area,
  name: string,
  { latest, etag }: { readonly latest: Latest; readonly etag: string | undefined },
  signal: AbortSignal | undefined,
): Promise<void> {
  const key = latestKey(manifestFolder(area.prefix, name));
  await writeDocument(area, { key, body: formatLatest(latest), over: { etag } }, signal);
}
