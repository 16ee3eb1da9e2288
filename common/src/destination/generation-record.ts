// Appended data that takes the place of older data by its generation: what lay in a place when the generation was first seen
// is written down in S3, so that a run that is repeated deletes just that in the end, and nothing of its own.
import * as z from 'zod';

import { deleteObjects } from '../s3/delete.ts';
import { listPages, type ListedObject } from '../s3/list.ts';
import { readObject } from '../s3/read.ts';
import { putObject } from '../s3/write.ts';
import type { OwnKey } from '../s3/own-key.ts';
import { sleep } from '../streams/clock.ts';
import { ownKeysOf, parseDocument, refusedDocument } from './bucket-document.ts';
import { manifestFolder, maxManifestBytes } from './manifest.ts';
import type { Area } from './manifests.ts';
import { ownKey, tellApart, type DataPlace } from './own-keys.ts';

type Scope = { readonly place: DataPlace; readonly generation: number };

/** `existing`: the keys of ours in the place and when each was written (ISO 8601), when the generation was first seen. */
export type GenerationRecord = z.output<typeof record>;
const record = z.object({
  version: z.literal(1),
  generation_id: z.int(),
  existing: z.array(z.tuple([z.string(), z.string()])),
});

/** LastModified has whole seconds. */
const clockTickMs = 1000;

type OwnObject = Pick<ListedObject, 'lastModified'> & { readonly key: OwnKey };

/** What is to go: what the record names and has not been written anew since. A name can return with the same rows. */
export function outlived({ existing }: GenerationRecord, listed: readonly OwnObject[]): readonly OwnKey[] {
  const times = new Map(existing);
  return listed.filter(({ key, lastModified }) => times.get(key) === lastModified.toISOString()).map(({ key }) => key);
}

/** Whether an earlier run of the generation has written down what was there. @throws BUCKET_DOCUMENT_INVALID */
export async function isGenerationNoted(area: Area, scope: Scope, signal?: AbortSignal): Promise<boolean> {
  return (await readRecord(area, scope, signal)) !== undefined;
}

/** Writes down what is there, where no earlier run has: before anything of the generation is written. */
export async function noteGeneration(area: Area, scope: Scope, signal?: AbortSignal): Promise<void> {
  const listed = await listOurs(area, scope, signal);
  const existing = listed.map((object): [string, string] => [object.key, object.lastModified.toISOString()]);
  // What is written anew from now on differs in its time from what is there.
  if (existing.length > 0) await sleep(area.s3.clock, clockTickMs, signal);
  const value: GenerationRecord = { version: 1, generation_id: scope.generation, existing };
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  const key = recordKey(area, scope);
  await putObject(area.s3, { key, body, contentType: 'application/json', ifNoneMatch: '*' }, area.headers, signal);
}

/**
 * The generation is complete: what was there before it goes, and the records of other generations. @returns how many.
 * @throws BUCKET_DOCUMENT_INVALID when the record of the generation is not of the place.
 */
export async function removeOutlived(area: Area, scope: Scope, signal?: AbortSignal): Promise<number> {
  const record = await readRecord(area, scope, signal);
  if (record === undefined) return 0;
  const keys = outlived(record, await listOurs(area, scope, signal));
  await deleteObjects(area, keys, signal);
  const others: OwnKey[] = [];
  const folder = recordFolder(area, scope);
  for await (const { objects } of listPages(area.s3, { prefix: folder }, signal)) {
    const isRecord = (key: string): boolean => /^-?\d{1,16}\.json$/u.test(key.slice(folder.length));
    for (const { key } of objects) {
      if (isRecord(key) && key !== recordKey(area, scope)) others.push(ownKey(area.prefix, key));
    }
  }
  await deleteObjects(area, others, signal);
  return keys.length;
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
  const key = recordKey(area, scope);
  const found = await readObject(area.s3, key, maxManifestBytes, signal);
  if (found === undefined) return undefined;
  const read = parseDocument(key, found.body, record);
  if (read.generation_id !== scope.generation) throw refusedDocument(key, `is of the generation ${read.generation_id}`);
  ownKeysOf(
    { prefix: area.prefix, place: scope.place, key },
    read.existing.map(([existing]) => existing),
  );
  return read;
}

function recordFolder({ prefix }: Area, { place }: Scope): string {
  return `${manifestFolder(prefix, place.name)}generations/`;
}

function recordKey(area: Area, scope: Scope): OwnKey {
  return ownKey(area.prefix, `${recordFolder(area, scope)}${scope.generation}.json`);
}
