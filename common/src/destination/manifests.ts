// Reads and writes the manifests of one place; manifest.ts says what they hold. latest.json is only ever written over the
// version that was read, so that of two processes that replace the same place one fails instead of both half succeeding.
import { randomUUID } from 'node:crypto';

import { deleteObjects } from '../s3/delete.ts';
import type { S3 } from '../s3/client.ts';
import { listPages } from '../s3/list.ts';
import { readObject } from '../s3/read.ts';
import { putObject, type WriteHeaders } from '../s3/write.ts';
import type { ExportId } from './export-id.ts';
import {
  exportsAmong,
  formatLatest,
  formatManifest,
  latestKey,
  manifestFolder,
  manifestKey,
  maxManifestBytes,
  nextLatest,
  outdated,
  parseIntent,
  parseLatest,
  type Intent,
  type Latest,
  type Manifest,
} from './manifest.ts';

/** Where a destination writes, and with which headers. `prefix` is empty or ends with a slash. */
export type Area = { readonly s3: S3; readonly prefix: string; readonly headers: WriteHeaders };

/** What is known of a place. `etag`: of latest.json, undefined as long as there is none. */
export type Records = {
  readonly latest: Latest | undefined;
  readonly etag: string | undefined;
  /** That have a manifest; the newest last. */
  readonly exports: readonly ExportId[];
};

const json = 'application/json';

/** `name`: the place's folder below `_manifests/`. */
export async function readRecords({ s3, prefix }: Area, name: string, signal?: AbortSignal): Promise<Records> {
  const folder = manifestFolder(prefix, name);
  const keys: string[] = [];
  for await (const { objects } of listPages(s3, { prefix: folder, delimiter: '/' }, signal)) {
    for (const { key } of objects) keys.push(key);
  }
  const exports = exportsAmong(folder, keys);
  const key = latestKey(folder);
  const found = keys.includes(key) ? await readObject(s3, key, maxManifestBytes, signal) : undefined;
  return { latest: found && parseLatest(key, found.body), etag: found?.etag, exports };
}

/** The names of all places that have manifests. */
export async function findPlaces({ s3, prefix }: Area, signal?: AbortSignal): Promise<readonly string[]> {
  const folder = manifestFolder(prefix, '').slice(0, -1);
  const names: string[] = [];
  for await (const { folders } of listPages(s3, { prefix: folder, delimiter: '/' }, signal)) {
    for (const found of folders) names.push(found.slice(folder.length, -1));
  }
  return names;
}

/** Undefined when it was removed meanwhile. */
export async function readIntent(
  { s3, prefix }: Area,
  name: string,
  exportId: ExportId,
  signal?: AbortSignal,
): Promise<Intent | undefined> {
  const key = manifestKey(manifestFolder(prefix, name), exportId);
  const found = await readObject(s3, key, maxManifestBytes, signal);
  return found && parseIntent(key, found.body);
}

/** @throws S3_OBJECT_CONFLICT when there is a manifest of that name already. */
export async function writeIntent(
  { s3, prefix, headers }: Area,
  name: string,
  intent: Intent,
  signal?: AbortSignal,
): Promise<void> {
  const key = manifestKey(manifestFolder(prefix, name), intent.export);
  await putObject(s3, { key, body: formatManifest(intent), contentType: json, ifNoneMatch: '*' }, headers, signal);
}

/** The intent becomes the record of what was published; manifests too old to be kept go. */
export async function writeRecord(
  { s3, prefix, headers }: Area,
  name: string,
  manifest: Manifest,
  exports: readonly ExportId[],
  signal?: AbortSignal,
): Promise<void> {
  const folder = manifestFolder(prefix, name);
  const body = formatManifest({ ...manifest, state: 'published' });
  await putObject(s3, { key: manifestKey(folder, manifest.export), body, contentType: json }, headers, signal);
  const old = outdated([...exports.filter((id) => id !== manifest.export), manifest.export].sort(), manifest.export);
  await deleteObjects(
    s3,
    old.map((id) => manifestKey(folder, id)),
    signal,
  );
}

/** `manifest` becomes the set that counts. @throws S3_OBJECT_CONFLICT when latest.json is not what was read any more. */
export async function writeLatest(
  area: Area,
  name: string,
  { latest, etag }: Pick<Records, 'latest' | 'etag'>,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<void> {
  await putLatest(area, name, nextLatest(latest, { ...manifest, state: 'published' }, randomUUID()), etag, signal);
}

/**
 * Nothing else counts than before, but whoever has read latest.json already can no longer write it: to be done before a
 * replacement is taken back that may be under way still. @throws S3_OBJECT_CONFLICT when it was written meanwhile.
 */
export async function fenceLatest(
  area: Area,
  name: string,
  { latest, etag }: Pick<Records, 'latest' | 'etag'>,
  signal?: AbortSignal,
): Promise<void> {
  const { current, earlier = [] } = latest ?? {};
  await putLatest(area, name, { current, earlier, revision: randomUUID() }, etag, signal);
}

export async function removeManifest({ s3, prefix }: Area, name: string, exportId: ExportId, signal?: AbortSignal) {
  await deleteObjects(s3, [manifestKey(manifestFolder(prefix, name), exportId)], signal);
}

async function putLatest(
  { s3, prefix, headers }: Area,
  name: string,
  latest: Latest,
  etag: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const condition = etag === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: etag };
  const key = latestKey(manifestFolder(prefix, name));
  await putObject(s3, { key, body: formatLatest(latest), contentType: json, ...condition }, headers, signal);
}
