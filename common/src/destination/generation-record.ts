// Appended data that takes the place of older data by its generation: what lay in a place when the generation was first seen
// is written down in S3, so that a run that is repeated deletes just that in the end, and nothing of its own.
import { setTimeout as sleep } from 'node:timers/promises';

import * as z from 'zod';

import { ConnectorError } from '../protocol/errors.ts';
import { deleteObjects } from '../s3/delete.ts';
import { headObject } from '../s3/head.ts';
import { listPages, type ListedObject } from '../s3/list.ts';
import { readObject } from '../s3/read.ts';
import { putObject } from '../s3/write.ts';
import type { DataPlace } from './interrupted.ts';
import { manifestFolder, maxManifestBytes } from './manifest.ts';
import type { Area } from './manifests.ts';
import { tellApart } from './previous-set.ts';

type Scope = { readonly place: DataPlace; readonly extensions: readonly string[]; readonly generation: number };

/** `existing`: the keys of ours in the place and when each was written (ISO 8601), when the generation was first seen. */
export type GenerationRecord = z.output<typeof record>;
const record = z.object({
  version: z.literal(1),
  generation_id: z.int(),
  existing: z.array(z.tuple([z.string(), z.string()])),
});

/** LastModified has whole seconds. */
const clockTickMs = 1000;

/** What is to go: what the record names and has not been written anew since. A name can return with the same rows. */
export function outlived(
  { existing }: GenerationRecord,
  listed: readonly Pick<ListedObject, 'key' | 'lastModified'>[],
): readonly string[] {
  const times = new Map(existing);
  return listed.filter(({ key, lastModified }) => times.get(key) === lastModified.toISOString()).map(({ key }) => key);
}

/** Writes down what is there, unless an earlier run of the generation has done so. Before anything of it is written. */
export async function noteGeneration(area: Area, scope: Scope, signal?: AbortSignal): Promise<void> {
  const key = recordKey(area, scope);
  if ((await headObject(area.s3, key, signal)) !== undefined) return;
  const listed = await listOurs(area, scope, signal);
  const existing = listed.map((object): [string, string] => [object.key, object.lastModified.toISOString()]);
  // What is written anew from now on differs in its time from what is there.
  if (existing.length > 0) await sleep(clockTickMs, undefined, signal === undefined ? {} : { signal });
  const value: GenerationRecord = { version: 1, generation_id: scope.generation, existing };
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  await putObject(area.s3, { key, body, contentType: 'application/json', ifNoneMatch: '*' }, area.headers, signal);
}

/** The generation is complete: what was there before it goes, and the records of other generations. @returns how many. */
export async function removeOutlived(area: Area, scope: Scope, signal?: AbortSignal): Promise<number> {
  const key = recordKey(area, scope);
  const found = await readObject(area.s3, key, maxManifestBytes, signal);
  if (found === undefined) return 0;
  const keys = outlived(parseRecord(key, found.body), await listOurs(area, scope, signal));
  await deleteObjects(area.s3, keys, signal);
  const others: string[] = [];
  for await (const { objects } of listPages(area.s3, { prefix: recordFolder(area, scope) }, signal)) {
    for (const object of objects) if (object.key !== key) others.push(object.key);
  }
  await deleteObjects(area.s3, others, signal);
  return keys.length;
}

async function listOurs({ s3 }: Area, { place, extensions }: Scope, signal?: AbortSignal): Promise<ListedObject[]> {
  const all: ListedObject[] = [];
  for await (const { objects } of listPages(s3, { prefix: place.folder }, signal)) all.push(...objects);
  const keys = all.map(({ key }) => key);
  const ours = new Set(tellApart(place.folder, keys, extensions).ours);
  return all.filter(({ key }) => ours.has(key));
}

function recordFolder({ prefix }: Area, { place }: Scope): string {
  return `${manifestFolder(prefix, place.name)}generations/`;
}

function recordKey(area: Area, scope: Scope): string {
  return `${recordFolder(area, scope)}${scope.generation}.json`;
}

function parseRecord(key: string, body: Uint8Array): GenerationRecord {
  try {
    return record.parse(JSON.parse(Buffer.from(body).toString()));
  } catch (error) {
    throw new ConnectorError('FILE_UNREADABLE', `The record "${key}" cannot be read. Move the object away.`, {
      cause: error,
    });
  }
}
