// What a replacement writes about itself, as JSON below `{prefix}_manifests/{place}/`:
//
//   {export}.json  first the intent (`"state":"publishing"`, with `previous`), in the end the record of what was published
//   latest.json    the set that counts: a reader that follows `files` never sees two sets mixed. `revision` changes with every
//                  write, so that whoever wrote last makes all others fail; `earlier` names the exports before it.
//
// Pure: text and values. manifests.ts reads and writes them.
import * as z from 'zod';

import { ConnectorError, type StreamDescriptor } from '../protocol/errors.ts';
import type { JsonObject } from '../protocol/messages.ts';
import { parseExportId, type ExportId } from './export-id.ts';

/** A published object. `bytes` as it lies in S3, `crc32` of these in base64. */
export type ManifestFile = {
  readonly key: string;
  readonly bytes: number;
  readonly crc32: string;
  readonly rows: number;
};

/** One complete set of files. Times are those of the rows, ISO 8601 in UTC; null where rows have none. */
export type Manifest = {
  readonly version: 1;
  readonly export: ExportId;
  readonly state: 'publishing' | 'published';
  /** Whose rows they are. A stream may fill several places. */
  readonly stream: StreamDescriptor;
  /** Everything lies below this one. */
  readonly folder: string;
  readonly objects: number;
  readonly rows: number;
  readonly bytes: number;
  readonly min_time: string | null;
  readonly max_time: string | null;
  readonly schema: JsonObject;
  readonly files: readonly ManifestFile[];
};

/** Before the first copy. `previous`: the keys of ours in the folder at that moment, new ones among them perhaps. */
export type Intent = Manifest & { readonly previous: readonly string[] };

export type Latest = {
  /** Undefined: nothing was published here yet. */
  readonly current: Manifest | undefined;
  /** The newest last; at most `keptManifests`. */
  readonly earlier: readonly ExportId[];
  readonly revision: string;
};

export const keptManifests = 30;
/** What a manifest may weigh: some 400,000 files. */
export const maxManifestBytes = 128 * 1024 * 1024;

const common = { version: z.literal(1) };
const manifest = z.object({
  ...common,
  export: z.string(),
  state: z.enum(['publishing', 'published']),
  stream: z.object({ name: z.string(), namespace: z.string().exactOptional() }),
  folder: z.string().endsWith('/'),
  objects: z.int(),
  rows: z.int(),
  bytes: z.int(),
  min_time: z.string().nullable(),
  max_time: z.string().nullable(),
  schema: z.record(z.string(), z.json()),
  files: z.array(z.object({ key: z.string(), bytes: z.int(), crc32: z.string(), rows: z.int() })),
});
const intent = manifest.extend({ previous: z.array(z.string()).default([]) });
const about = { earlier: z.array(z.string()), revision: z.string() };
const latest = z.union([z.object({ ...common, ...about, export: z.null() }), manifest.extend(about)]);

/** `{prefix}_manifests/{name}/`. */
export function manifestFolder(prefix: string, name: string): string {
  return `${prefix}_manifests/${name}/`;
}

export function manifestKey(folder: string, exportId: ExportId): string {
  return `${folder}${exportId}.json`;
}

export function latestKey(folder: string): string {
  return `${folder}latest.json`;
}

/** The exports that have a manifest among these keys, the newest last. */
export function exportsAmong(folder: string, keys: readonly string[]): readonly ExportId[] {
  const names = keys.filter((key) => key.endsWith('.json')).map((key) => key.slice(folder.length, -'.json'.length));
  return names.filter((name) => parseExportId(name) !== undefined).sort();
}

/** Which manifests are too old to be kept, of `exports` with the newest last. The current one stays always. */
export function outdated(exports: readonly ExportId[], current: ExportId): readonly ExportId[] {
  return exports.slice(0, Math.max(0, exports.length - keptManifests)).filter((name) => name !== current);
}

/** What comes after `before` when `current` is published. */
export function nextLatest(before: Latest | undefined, current: Manifest, revision: string): Latest {
  const last = before?.current === undefined ? [] : [before.current.export];
  return { current, earlier: [...(before?.earlier ?? []), ...last].slice(-keptManifests), revision };
}

/** @throws FILE_UNREADABLE for what is no manifest of this version. */
export function parseIntent(key: string, body: Uint8Array): Intent {
  return parse(key, body, intent);
}

/** @throws FILE_UNREADABLE */
export function parseLatest(key: string, body: Uint8Array): Latest {
  const { earlier, revision, ...rest } = parse(key, body, latest);
  return { current: rest.export === null ? undefined : rest, earlier, revision };
}

export function formatManifest(value: Manifest | Intent): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

export function formatLatest({ current, earlier, revision }: Latest): Buffer {
  const what = current ?? { version: 1, export: null };
  return Buffer.from(`${JSON.stringify({ ...what, earlier, revision })}\n`);
}

function parse<Schema extends z.ZodType>(key: string, body: Uint8Array, schema: Schema): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(body).toString()));
  } catch (error) {
    const mend = 'It was damaged, or written by a newer version: upgrade the connector, or move the object away';
    throw new ConnectorError('FILE_UNREADABLE', `The manifest "${key}" cannot be read. ${mend}.`, { cause: error });
  }
}
