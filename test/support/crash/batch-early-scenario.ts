// A run of the batch destination whose spool is too small for its input: rows of an appended stream are published and acknowledged
// before the input ends, those of a replaced one are staged. Tests break it at some call of S3, and repeat it from the last printed
// STATE. It knows only the input and output of the destination.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { rowNames } from '../row-names.ts';
import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { scenarioBucket, scenarioSettings } from './scenario-server.ts';

const root = 'out/';
const start = Date.UTC(2026, 0, 15);
const dayMs = 86_400_000;
/**
 * The smallest possible spool is full after about 37 rows with this much incompressible text. Each begins at another position of
 * it, so that they differ.
 */
const padding = randomBytes(750_000).toString('base64');
const parts = 2;
const visitsAPart = 30;
const usersAPart = 4;

export type Format = 'parquet' | 'json';
type Json = Readonly<Record<string, unknown>>;

export function earlyConfig(endpoint: string, format: Format, spool: string): Json {
  return {
    ...scenarioSettings(endpoint),
    output_format: format,
    spool_dir: spool,
    max_spool_gb: 0.05,
    streams: [{ stream: 'users', kind: 'events' }],
  };
}

export const earlyCatalog: Json = {
  streams: [
    ['visits', 'append'],
    ['users', 'overwrite'],
  ].map(([name, mode]) => ({
    stream: { name, json_schema: { type: 'object', properties: {} } },
    sync_mode: mode === 'append' ? 'incremental' : 'full_refresh',
    destination_sync_mode: mode,
  })),
};

function visitNames(part: number): readonly string[] {
  return Array.from({ length: visitsAPart }, (_, index) => `visit ${index} of ${part}`);
}

function userNames(set: number, part: number): readonly string[] {
  return Array.from({ length: usersAPart }, (_, index) => `user ${part}.${index} of ${set}`);
}

function namesOf(of: (part: number) => readonly string[], from = 0): readonly string[] {
  return Array.from({ length: parts - from }, (_, index) => of(from + index)).flat();
}

function record(stream: string, name: string, day: number, more: Json): string {
  const turn = createHash('sha256').update(name).digest().readUInt16BE();
  const turned = padding.slice(turn) + padding.slice(0, turn);
  const data = { time: new Date(start + day * dayMs).toISOString(), name, ...more, padding: turned };
  return `${JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: start } })}\n`;
}

function state(stream: string, position: Json): string {
  const told = { stream_descriptor: { name: stream }, stream_state: position };
  return `${JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: told } })}\n`;
}

/** The input from a source that is at `next` in its parts of visits. Each part has its own field, and the last has another type. */
export function* earlyInput(set: number, next: number): Generator<string> {
  if (next > 0) yield state('visits', { next });
  for (let part = 0; part < parts; part += 1) {
    for (const name of userNames(set, part)) yield record('users', name, part, {});
    if (part < next) continue;
    const more = { [`part${part}`]: part, value: part === parts - 1 ? 'text' : part };
    for (const [index, name] of visitNames(part).entries()) yield record('visits', name, index % 2, more);
    yield state('visits', { next: part + 1 });
  }
  yield state('users', { set });
}

/** How many parts of the visits are acknowledged, and whether the users are. A line that was cut was not received. */
export function earlyAcknowledged(stdout: string): { readonly next: number; readonly isReplaced: boolean } {
  let next = 0;
  let isReplaced = false;
  for (const text of stdout.split('\n').slice(0, -1)) {
    const { type, state: told } = parseJson(text) as {
      readonly type: string;
      readonly state?: { readonly stream: { readonly stream_state: { readonly next?: number } } };
    };
    if (type !== 'STATE' || told === undefined) continue;
    const position = told.stream.stream_state.next;
    if (position === undefined) isReplaced = true;
    else next = Math.max(next, position);
  }
  return { next, isReplaced };
}

/** What an earlier run had left: the users of set 1. */
export function earlyLeft(server: S3TestServer): readonly StoredObject[] {
  return server.objects(scenarioBucket).filter(({ key }) => !key.startsWith(`${root}data/visits/`));
}

async function listed(server: S3TestServer, table: string): Promise<readonly string[]> {
  return await rowNames(server.objects(scenarioBucket, `${root}data/${table}/`));
}

/** The users of `set` were there before; those of `set + 1` were being written when the run was broken. */
export async function judgeEarlyBroken(server: S3TestServer, stdout: string, set: number): Promise<void> {
  const { next, isReplaced } = earlyAcknowledged(stdout);
  const visits = await listed(server, 'visits');
  const acknowledged = namesOf(visitNames).slice(0, next * visitsAPart);
  assert.deepEqual(
    acknowledged.filter((name) => !visits.includes(name)),
    [],
    'acknowledged, but not stored',
  );
  assert.equal(new Set(visits).size, visits.length, 'rows are twice there after one run');
  const users = await listed(server, 'users');
  const whole = [set, set + 1].filter((version) => {
    return namesOf((part) => userNames(version, part)).every((name) => users.includes(name));
  });
  assert.ok(whole.length > 0, `neither version of users is whole: ${users.join(', ')}`);
  if (isReplaced) assert.deepEqual(users, namesOf((part) => userNames(set + 1, part)).toSorted());
}

/** The next run began with the visits of part `next` and has written the users of `set`. */
export async function judgeEarlyRecovered(server: S3TestServer, next: number, set: number): Promise<void> {
  const visits = await listed(server, 'visits');
  const twice = visits.filter((name, index) => name === visits[index - 1]);
  const repeated = new Set(namesOf(visitNames, next));
  assert.deepEqual(
    twice.filter((name) => !repeated.has(name)),
    [],
    'acknowledged rows are twice there',
  );
  assert.deepEqual([...new Set(visits)], namesOf(visitNames).toSorted(), 'rows are lost');
  assert.deepEqual(await listed(server, 'users'), namesOf((part) => userNames(set, part)).toSorted());
  for (const { key, body } of server.objects(scenarioBucket)) {
    const path = key.slice(root.length);
    if (path.startsWith('_manifests/')) assert.match(body.toString(), /"state":"published"|"export":null/u, key);
    else assert.match(path, /^(?:data\/(?:visits|users)\/year=.*|_schemas\/(?:visits|users)\.json)$/u, 'is left');
  }
  const registry = server.object(scenarioBucket, `${root}_schemas/visits.json`)?.body.toString() ?? '{}';
  const { fields = [] } = parseJson(registry) as {
    readonly fields?: readonly { name: string; type: string; misfits?: true }[];
  };
  assert.deepEqual(fields.map(({ name, type, misfits = false }) => [name, type, misfits].join(' ')).sort(), [
    'name string false',
    'padding string false',
    ...Array.from({ length: parts }, (_, part) => `part${part} integer false`),
    'time string false',
    'value integer true',
  ]);
}
