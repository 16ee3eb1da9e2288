// A run of the streaming destination that a test breaks at some call of S3: one replaced stream, one appended stream, and one with
// a similar name that belongs to another writer. It defines what must be true after the break and after the next run. It knows only
// the input and output of the destination, so that the built program can take the same test.
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { replaceObjects, scenarioBucket, scenarioSettings } from './scenario-server.ts';

const prefix = 'out/';
const usersFolder = `${prefix}type=users/`;
const neighbour = `${prefix}type=users_archive/1700000000000-0000000000000001-0.jsonl.gz`;
const start = Date.UTC(2026, 0, 15);
const hours = 4;
const rowsPerHour = 3;

type Json = Readonly<Record<string, unknown>>;

export function scenarioConfig(endpoint: string): Json {
  return {
    ...scenarioSettings(endpoint),
    gzip_level: 1,
  };
}

export const scenarioCatalog: Json = {
  streams: ['overwrite', 'append'].map((mode) => ({
    stream: { name: mode === 'overwrite' ? 'users' : 'events', json_schema: { type: 'object', properties: {} } },
    sync_mode: mode === 'overwrite' ? 'full_refresh' : 'incremental',
    destination_sync_mode: mode,
  })),
};

/** The rows of `users` in version `set` of the table. Some are in every version. */
function usersOf(set: number): readonly string[] {
  return Array.from({ length: hours * rowsPerHour }, (_, index) => {
    const time = start + Math.floor(index / rowsPerHour) * 3_600_000 + index;
    return JSON.stringify({ time, id: index, set: index < rowsPerHour ? 'every' : set });
  });
}

/** The rows of `events` in the order in which the source sends them. Two of them are equal. */
const events = Array.from({ length: 2 * rowsPerHour }, (_, index) =>
  JSON.stringify({ time: start + Math.floor(index / rowsPerHour) * 3_600_000, n: index % rowsPerHour }),
);

function record(stream: string, row: string): string {
  return `{"type":"RECORD","record":{"stream":"${stream}","data":${row},"emitted_at":1700000000000}}\n`;
}

function state(stream: string, position: Json): string {
  const told = { stream_descriptor: { name: stream }, stream_state: position };
  return `${JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: told } })}\n`;
}

/**
 * The input from a source that is at `next` in `events`. It sends that STATE first, because a file's name depends on the STATE
 * before it. `isCut`: it fails before `users` is complete.
 */
export function scenarioInput(set: number, next = 0, isCut = false): string {
  const appended = next === 0 ? [] : [state('events', { next })];
  for (let from = next; from < events.length; from += rowsPerHour) {
    appended.push(...events.slice(from, from + rowsPerHour).map((row) => record('events', row)));
    appended.push(state('events', { next: from + rowsPerHour }));
  }
  const replaced = usersOf(set).map((row) => record('users', row));
  return [...appended, ...replaced, ...(isCut ? [] : [state('users', { set })])].join('');
}

/** What was acknowledged: where in `events`, and whether `users` is replaced. */
export function acknowledgedBy(stdout: string): { readonly next: number; readonly isReplaced: boolean } {
  let next = 0;
  let isReplaced = false;
  // A line that was cut was not received.
  for (const line of stdout.split('\n').slice(0, -1)) {
    const { type, state: told } = parseJson(line) as { readonly type: string; readonly state?: { stream: Json } };
    if (type !== 'STATE' || told === undefined) continue;
    const position = told.stream['stream_state'] as { readonly next?: number };
    if (position.next === undefined) isReplaced = true;
    else next = Math.max(next, position.next);
  }
  return { next, isReplaced };
}

export type Snapshot = readonly StoredObject[];

/** Lays out what an earlier run had left. */
export function layOut(server: S3TestServer, snapshot: Snapshot): void {
  replaceObjects(server, snapshot, [neighbour]);
}

function rowsBelow(server: S3TestServer, folder: string): readonly string[] {
  const objects = server.objects(scenarioBucket, folder);
  return objects.flatMap(({ body }) => gunzipSync(body).toString().split('\n').slice(0, -1)).sort();
}

/** The rows for a reader that follows latest.json. */
function rowsByManifest(server: S3TestServer): readonly string[] {
  const body = server.object(scenarioBucket, `${prefix}_manifests/users/latest.json`)?.body.toString() ?? '{}';
  const { files = [] } = parseJson(body) as { readonly files?: readonly { readonly key: string }[] };
  return files
    .flatMap(({ key }) => {
      const object = server.object(scenarioBucket, key);
      assert.ok(object, `latest.json names ${key}, which is not there`);
      return gunzipSync(object.body).toString().split('\n').slice(0, -1);
    })
    .sort();
}

function isWhole(rows: readonly string[], set: number): boolean {
  return usersOf(set).every((row) => rows.includes(row));
}

/** `set` was there before; `set + 1` was being written when the run was broken. */
export function judgeBroken(server: S3TestServer, stdout: string, set: number): void {
  const { next, isReplaced } = acknowledgedBy(stdout);
  const stored = rowsBelow(server, `${prefix}type=events/`);
  for (const row of events.slice(0, next))
    assert.ok(stored.includes(row), `${row} was acknowledged, but is not stored`);
  const listed = rowsBelow(server, usersFolder);
  assert.ok(isWhole(listed, set) || isWhole(listed, set + 1), 'neither the old nor the new table is whole');
  const named = rowsByManifest(server);
  const counting = [set, set + 1].find((version) => sameRows(named, usersOf(version)));
  assert.ok(counting !== undefined, 'latest.json shows a mixed table');
  if (isReplaced) {
    assert.equal(counting, set + 1, 'acknowledged, but not replaced');
    assert.deepEqual(listed, usersOf(set + 1).toSorted());
  }
  assert.ok(server.object(scenarioBucket, neighbour), 'the neighbour lost its file');
}

/** The next run, which began where the broken one was acknowledged, has replaced `users` by `set`. */
export function judgeRecovered(server: S3TestServer, set: number): void {
  assert.deepEqual(rowsBelow(server, usersFolder), usersOf(set).toSorted(), 'the table is not exactly the new one');
  assert.deepEqual(rowsByManifest(server), usersOf(set).toSorted());
  assert.deepEqual(rowsBelow(server, `${prefix}type=events/`), events.toSorted(), 'rows were lost or doubled');
  assert.deepEqual(keys(server, `${prefix}_staging/`), [], 'files are left in staging');
  for (const { key, body } of server.objects(scenarioBucket, `${prefix}_manifests/`)) {
    assert.equal((parseJson(body.toString()) as Json)['state'], 'published', key);
  }
  assert.ok(server.object(scenarioBucket, neighbour), 'the neighbour lost its file');
}

/** After an end without proof: as before, nothing begun, only `events` has grown. */
export function judgeUnproven(server: S3TestServer, stdout: string, set: number): void {
  assert.equal(acknowledgedBy(stdout).isReplaced, false);
  assert.deepEqual(rowsBelow(server, usersFolder), usersOf(set).toSorted(), 'the old table is not what it was');
  assert.deepEqual(keys(server, `${prefix}_staging/`), [], 'files are left in staging');
}

function keys(server: S3TestServer, folder: string): readonly string[] {
  return server.objects(scenarioBucket, folder).map(({ key }) => key);
}

function sameRows(sorted: readonly string[], rows: readonly string[]): boolean {
  return JSON.stringify(sorted) === JSON.stringify(rows.toSorted());
}
