// Reads and writes the documents of one run; run-documents.ts defines their content. A write of a document that must be new
// reports whether this process was the first.
import { ConnectorError } from '../../protocol/errors.ts';
import { deleteObjects } from '../../s3/delete.ts';
import { listObjects, listPages, type ListedObject } from '../../s3/list.ts';
import type { OwnKey } from '../../s3/own-key.ts';
import { stagingFolder } from '../replacing/export-id.ts';
import { readDocument, writeDocument } from '../replacing/document-memory.ts';
import type { Area } from '../replacing/manifest-store.ts';
import { ownKey, ownRunKey, parseAttemptKey } from '../replacing/own-keys.ts';
import {
  format,
  parseBeginning,
  parseOutcome,
  parsePart,
  type RunOutcome,
  type PartDocument,
  type RunBeginning,
} from './run-documents.ts';

/** `etag`: of the version that was read. */
export type ReadOutcome = { readonly outcome: RunOutcome; readonly etag: string };

/** `prefix` is empty or ends with a slash. */
export function runsFolder(prefix: string): string {
  return `${prefix}_runs/`;
}

/** @throws BUCKET_DOCUMENT_INVALID, like all functions here that read. */
export async function readBeginning(area: Area, run: string, signal?: AbortSignal): Promise<RunBeginning | undefined> {
  const key = keyOf(area, run, 'run');
  const found = await readDocument(area, key, signal);
  return found && parseBeginning(key, found.body, run);
}

/** @returns whether it is the first. */
export function writeBeginning(area: Area, beginning: RunBeginning, signal?: AbortSignal): Promise<boolean> {
  return writeNew(area, keyOf(area, beginning.run, 'run'), format(beginning), signal);
}

export async function readPart(
  area: Area,
  { id, index }: { readonly id: string; readonly index: number },
  signal?: AbortSignal,
): Promise<{ readonly part: PartDocument; readonly bytes: number } | undefined> {
  const key = keyOf(area, id, `parts/${index}`);
  const found = await readDocument(area, key, signal);
  return found && { part: parsePart(key, found.body, { id, index }), bytes: found.body.length };
}

/** @returns whether it is the first. */
export function writePart(area: Area, part: PartDocument, signal?: AbortSignal): Promise<boolean> {
  return writeNew(area, keyOf(area, part.run, `parts/${part.index}`), format(part), signal);
}

export async function removePart(area: Area, { run, index }: PartDocument, signal?: AbortSignal): Promise<void> {
  await deleteObjects(area, [keyOf(area, run, `parts/${index}`)], signal);
}

/** The indexes of the parts that are there. Bound: one number for each part. */
export async function listParts(area: Area, run: string, signal?: AbortSignal): Promise<ReadonlySet<number>> {
  const folder = `${runsFolder(area.prefix)}${run}/parts/`;
  const indexes = new Set<number>();
  for await (const { key } of listObjects(area.s3, folder, signal)) {
    const [, index] = /^(\d{1,5})\.json$/u.exec(key.slice(folder.length)) ?? [];
    if (index !== undefined) indexes.add(Number(index));
  }
  return indexes;
}

export async function readOutcome(area: Area, run: string, signal?: AbortSignal): Promise<ReadOutcome | undefined> {
  const key = keyOf(area, run, 'commit');
  const found = await readDocument(area, key, signal);
  return found && { outcome: parseOutcome(key, found.body, run), etag: found.etag };
}

/** `etag`: of the version to overwrite; undefined: there must be none. @throws S3_OBJECT_CONFLICT @returns its ETag. */
export function writeOutcome(
  area: Area,
  outcome: RunOutcome,
  etag: string | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const key = keyOf(area, outcome.run, 'commit');
  return writeDocument(area, { key, body: format(outcome), over: { etag } }, signal);
}

/** Objects of this connector below `_runs/`: of one run, or of all. */
export async function* listDocuments(
  { s3, prefix }: Area,
  run: string | undefined,
  signal?: AbortSignal,
): AsyncGenerator<ListedObject & { readonly key: OwnKey; readonly run: string }> {
  const all = runsFolder(prefix);
  const below = run === undefined ? all : `${all}${run}/`;
  for await (const object of listObjects(s3, below, signal)) {
    const key = ownRunKey(prefix, object.key);
    const [name = ''] = object.key.slice(all.length).split('/', 1);
    if (key !== undefined) yield { ...object, key, run: name };
  }
}

type Kept = { readonly index?: number; readonly keptAttempt?: string | undefined };

/**
 * Removes what attempts of the run left in staging: everything, or the files of all attempts at one part except one. @returns
 * the number of objects.
 */
export async function removeAttempts(
  area: Area,
  run: string,
  { index, keptAttempt }: Kept = {},
  signal?: AbortSignal,
): Promise<number> {
  const folder = `${stagingFolder(area.prefix)}${run}/${index === undefined ? '' : `${index}-`}`;
  const kept = keptAttempt === undefined ? undefined : `${folder}${keptAttempt}/`;
  let removed = 0;
  for await (const { objects } of listPages(area.s3, { prefix: folder }, signal)) {
    const left = objects.flatMap(({ key }) => {
      const found = kept !== undefined && key.startsWith(kept) ? undefined : parseAttemptKey(area.prefix, key);
      return found?.run === run ? [found.key] : [];
    });
    await deleteObjects(area, left, signal);
    removed += left.length;
  }
  return removed;
}

export async function removeDocuments(
  area: Area,
  run: string,
  which: (path: string) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const folder = `${runsFolder(area.prefix)}${run}/`;
  const keys: OwnKey[] = [];
  for await (const { key } of listDocuments(area, run, signal)) if (which(key.slice(folder.length))) keys.push(key);
  await deleteObjects(area, keys, signal);
}

function keyOf({ prefix }: Area, run: string, name: string): OwnKey {
  return ownKey(prefix, `${runsFolder(prefix)}${run}/${name}.json`);
}

async function writeNew(area: Area, key: string, body: Buffer, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await writeDocument(area, { key, body, over: { etag: undefined } }, signal);
    return true;
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'S3_OBJECT_CONFLICT') return false;
    throw error;
  }
}
