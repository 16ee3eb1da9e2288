// The last replacement of each type or table, and unfinished replacements: from `_manifests/` and `_staging/`.
import { mapConcurrent } from '../../../streams/map-concurrent.ts';
import { decodedValue } from '../../files/key-part.ts';
import { readDocument } from '../../replacing/document-memory.ts';
import { parseExportId, type ExportId } from '../../replacing/export-id.ts';
import { latestKey, manifestFolder, manifestKey, parseIntent, parseLatest } from '../../replacing/manifest.ts';
import type { DataPlace } from '../../replacing/own-keys.ts';
import type { ExportStatus, PlaceExports, UnfinishedExport } from '../report/report.ts';
import type { KeyCount, ManifestFolder, PrefixSurvey } from '../survey/prefix-survey.ts';
import { lookBounds, type Look } from './look.ts';

/** About 15,000 files. */
const mostBytes = 4 * 1024 * 1024;

/** By the name in the path. Bound: two documents for each of `lookBounds.manifests` places. */
export async function lookAtExports(
  look: Look,
  survey: PrefixSurvey,
  now: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PlaceExports>> {
  const staged = stagedByPlace(look, survey);
  const folders = [...survey.manifests].slice(0, lookBounds.manifests);
  const results = mapConcurrent(
    folders,
    lookBounds.documentsAtOnce,
    async ([name, folder], linked) => [name, await exportsOf(look, { name, folder, now }, linked)] as const,
    signal,
  );
  const found = new Map<string, PlaceExports>();
  for await (const [name, exports] of results) found.set(name, exports);
  for (const [name, waiting] of staged) {
    const { last = null, unfinished = [] } = found.get(name) ?? {};
    const known = new Set(unfinished.map(({ export: id }) => id));
    const others = waiting.filter(({ export: id }) => !known.has(id) && id !== last?.export);
    found.set(name, { last, unfinished: [...unfinished, ...others] });
  }
  return found;
}

function stagedByPlace({ layout, prefix }: Look, { staged }: PrefixSurvey): ReadonlyMap<string, UnfinishedExport[]> {
  const byPlace = new Map<string, UnfinishedExport[]>();
  for (const [id, count] of staged) {
    const [example = ''] = count.examples;
    const name = layout.readKey(example.slice(`${prefix}_staging/${id}/`.length))?.name;
    if (name === undefined) continue; // It is of the other destination.
    byPlace.set(name, [...(byPlace.get(name) ?? []), unfinished(id, 'staged', count)]);
  }
  return byPlace;
}

function unfinished(
  id: ExportId,
  state: UnfinishedExport['state'],
  staged?: KeyCount & { readonly newest: number },
): UnfinishedExport {
  return {
    export: id,
    began: new Date(parseExportId(id)?.time ?? 0).toISOString(),
    state,
    files: staged?.count ?? 0,
    newest: staged === undefined ? null : new Date(staged.newest).toISOString(),
  };
}

type Found = { readonly name: string; readonly folder: ManifestFolder; readonly now: number };

async function exportsOf(look: Look, { name, folder, now }: Found, signal: AbortSignal): Promise<PlaceExports> {
  const place = placeOf(look, name);
  if (place === undefined) return { last: null, unfinished: [] };
  const last =
    folder.latest === undefined ? null : await lastExport(look, place, { latest: folder.latest, now }, signal);
  const left =
    folder.newest === undefined ? undefined : await leftOpen(look, place, { newest: folder.newest, last }, signal);
  return { last, unfinished: left === undefined ? [] : [left] };
}

/** Undefined for a name that is not in the form that this connector writes. */
function placeOf({ layout, prefix }: Look, name: string): DataPlace | undefined {
  const text = decodedValue(name) ?? '';
  const place = text === '' ? undefined : layout.place(prefix, text);
  return place?.name === name ? place : undefined;
}

async function lastExport(
  look: Look,
  place: DataPlace,
  { latest, now }: { readonly latest: NonNullable<ManifestFolder['latest']>; readonly now: number },
  signal: AbortSignal,
): Promise<ExportStatus | null> {
  const { size, lastModified } = latest;
  const when = {
    published: lastModified.toISOString(),
    age_seconds: Math.max(0, Math.round((now - lastModified.getTime()) / 1000)),
  };
  const unread: ExportStatus = { export: null, began: null, ...when, rows: null, objects: null };
  if (size > boundOf(look)) return unread;
  const key = latestKey(manifestFolder(look.prefix, place.name));
  const read = await readSmall(look, key, (body) => parseLatest(look.prefix, place, body), signal);
  const current = read?.current;
  if (current === undefined) return null;
  const { export: id, rows, objects } = current;
  return { export: id, began: new Date(parseExportId(id)?.time ?? 0).toISOString(), ...when, rows, objects };
}

/** The newest export, if it is unfinished. */
async function leftOpen(
  look: Look,
  place: DataPlace,
  { newest, last }: { readonly newest: NonNullable<ManifestFolder['newest']>; readonly last: ExportStatus | null },
  signal: AbortSignal,
): Promise<UnfinishedExport | undefined> {
  const { export: id, size } = newest;
  if (size > boundOf(look)) return undefined;
  const key = manifestKey(look.prefix, place.name, id);
  const intent = await readSmall(look, key, (body) => parseIntent(look.prefix, place, id, body), signal);
  if (intent?.state !== 'publishing') return undefined;
  return unfinished(id, last?.export === id ? 'deleting' : 'publishing');
}

/** Undefined if it was removed, or could not be read. */
function readSmall<T>(
  look: Look,
  key: string,
  parse: (body: Buffer) => T,
  signal: AbortSignal,
): Promise<T | undefined> {
  return look.findings.attempt(key, async () => {
    const found = await readDocument({ ...look, maxDocumentBytes: boundOf(look) }, key, signal);
    return found && parse(found.body);
  });
}

function boundOf({ maxDocumentBytes }: Look): number {
  return Math.min(mostBytes, maxDocumentBytes);
}
