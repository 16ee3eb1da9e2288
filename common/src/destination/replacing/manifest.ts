// The documents of a replacement, as JSON below `{prefix}_manifests/{place}/`:
//
//   {export}.json  first the intent (`"state":"publishing"`, with `previous`), at the end the record of what was published
//   latest.json    the current set: a reader that follows `files` never sees two sets mixed. `revision` changes with every
//                  write, so that a process that read an earlier version cannot write; `earlier` names the exports before it.
//
// Pure: text and values. manifest-store.ts reads and writes them. A document that was read is untrusted
// input: keys, folder and exports are proven to be of the place before anything uses them.
import * as z from 'zod';

import type { StreamDescriptor } from '../../protocol/errors.ts';
import type { JsonObject } from '../../protocol/messages.ts';
import type { OwnKey } from '../../s3/own-key.ts';
import { ownKeysOf, parseDocument, refusedDocument, refuseOtherFolder } from './bucket-document.ts';
import { parseExportId, type ExportId } from './export-id.ts';
import { ownKey, type DataPlace } from './own-keys.ts';

/** A published object. `bytes`: as stored in S3; `crc32`: of these bytes, in base64. */
type ManifestFile = {
  readonly key: OwnKey;
  readonly bytes: number;
  readonly crc32: string;
  readonly rows: number;
};

/** A complete set of files. Times are those of the rows, ISO 8601 in UTC; null if the rows have none. */
export type Manifest = {
  readonly version: 1;
  readonly export: ExportId;
  readonly state: 'publishing' | 'published';
  /** The owner of the rows. A stream may fill several places. */
  readonly stream: StreamDescriptor;
  /** All files are below it. */
  readonly folder: string;
  readonly objects: number;
  readonly rows: number;
  readonly bytes: number;
  readonly min_time: string | null;
  readonly max_time: string | null;
  readonly schema: JsonObject;
  readonly files: readonly ManifestFile[];
  /** For a set of several writers. `states`: STATE lines with the positions of their sources. */
  readonly run?: PublishedRun;
};

export type PublishedRun = { readonly id: string; readonly states: readonly string[] };

/**
 * Written before the first copy. `previous`: the keys of this connector in the folder at that moment, which may include new
 * ones.
 */
export type Intent = Manifest & { readonly previous: readonly OwnKey[] };

export type Latest = {
  /** Undefined: nothing has been published here. */
  readonly current: Manifest | undefined;
  /** The newest last; at most `keptManifests`. */
  readonly earlier: readonly ExportId[];
  readonly revision: string;
};

export const keptManifests = 30;

const common = { version: z.literal(1) };
const count = z.int().nonnegative();
const exportId = z.string().refine((text) => parseExportId(text) !== undefined);
const manifest = z.object({
  ...common,
  export: exportId,
  state: z.enum(['publishing', 'published']),
  stream: z.object({ name: z.string(), namespace: z.string().exactOptional() }),
  folder: z.string(),
  objects: count,
  rows: count,
  bytes: count,
  min_time: z.string().nullable(),
  max_time: z.string().nullable(),
  schema: z.record(z.string(), z.json()),
  files: z.array(z.object({ key: z.string(), bytes: count, crc32: z.string(), rows: count })),
  run: z.object({ id: z.string(), states: z.array(z.string()) }).exactOptional(),
});
const intent = manifest.extend({ previous: z.array(z.string()).default([]) });
const about = { earlier: z.array(exportId).max(keptManifests), revision: z.string() };
const latest = z.union([z.object({ ...common, ...about, export: z.null() }), manifest.extend(about)]);

/** `{prefix}_manifests/{name}/`. */
export function manifestFolder(prefix: string, name: string): string {
  return `${prefix}_manifests/${name}/`;
}

export function manifestKey(prefix: string, name: string, id: ExportId): OwnKey {
  return ownKey(prefix, `${manifestFolder(prefix, name)}${id}.json`);
}

export function latestKey(folder: string): string {
  return `${folder}latest.json`;
}

/** The exports that have a manifest among these keys, the newest last. */
export function exportsAmong(folder: string, keys: readonly string[]): readonly ExportId[] {
  const isThere = (key: string): boolean => key.startsWith(folder) && key.endsWith('.json');
  const names = keys.filter(isThere).map((key) => key.slice(folder.length, -'.json'.length));
  return names.filter((name) => parseExportId(name) !== undefined).sort();
}

/** The manifests that are too old to keep. `exports`: the newest last. The current one always stays. */
export function outdated(exports: readonly ExportId[], current: ExportId): readonly ExportId[] {
  return exports.slice(0, Math.max(0, exports.length - keptManifests)).filter((name) => name !== current);
}

/** The next latest.json when `current` is published. */
export function nextLatest(before: Latest | undefined, current: Manifest, revision: string): Latest {
  const last = before?.current === undefined ? [] : [before.current.export];
  return { current, earlier: [...(before?.earlier ?? []), ...last].slice(-keptManifests), revision };
}

/** @throws BUCKET_DOCUMENT_INVALID if it is not the manifest of that export and place. */
export function parseIntent(prefix: string, place: DataPlace, id: ExportId, body: Uint8Array): Intent {
  const key = manifestKey(prefix, place.name, id);
  const { previous, ...read } = parseDocument(key, body, intent);
  if (read.export !== id) throw refusedDocument(key, `is of the export "${read.export}"`);
  return { ...provenManifest({ prefix, place, key }, read), previous: ownKeysOf({ prefix, place, key }, previous) };
}

/** @throws BUCKET_DOCUMENT_INVALID if it is not the latest.json of that place. */
export function parseLatest(prefix: string, place: DataPlace, body: Uint8Array): Latest {
  const key = latestKey(manifestFolder(prefix, place.name));
  const { earlier, revision, ...read } = parseDocument(key, body, latest);
  const current = read.export === null ? undefined : provenManifest({ prefix, place, key }, read);
  return { current, earlier, revision };
}

type Origin = { readonly prefix: string; readonly place: DataPlace; readonly key: string };

function provenManifest(origin: Origin, read: z.output<typeof manifest>): Manifest {
  const { place, key } = origin;
  refuseOtherFolder(key, read.folder, place);
  const keys = ownKeysOf(
    origin,
    read.files.map((file) => file.key),
  );
  const files = read.files.flatMap((file, index) => {
    const own = keys[index];
    return own === undefined ? [] : [{ ...file, key: own }];
  });
  return { ...read, files };
}

export function formatManifest(value: Manifest | Intent): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

export function formatLatest({ current, earlier, revision }: Latest): Buffer {
  const what = current ?? { version: 1, export: null };
  return Buffer.from(`${JSON.stringify({ ...what, earlier, revision })}\n`);
}
