// Files of other writers, each as a table: what source-s3 makes of them, compared with an independent reader.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { startS3Server } from '../../tools/s3-server/server.ts';
import { freshName } from './account.ts';
import { ask, type Json, type Message, temporaryFolder } from './programs.ts';
import { runScript } from './python.ts';
import { catalogOf } from './setting.ts';

const bucket = 'files-of-others';

export type Comparison = {
  readonly result: 'equal' | 'different' | 'unreadable';
  readonly why: string;
  readonly rows: number;
};
export type Outcome = {
  readonly compared: Readonly<Record<string, Comparison>>;
  /** Why discover omitted a table or read failed, by its name. */
  readonly refused: ReadonlyMap<string, string>;
  /** What the slowest stream took. */
  readonly seconds: number;
};

/** Discovers and reads the tables of a folder, a file each; `dataFormat` is that of the source's config. */
export async function readTables(tables: string, dataFormat: Json): Promise<Outcome> {
  await using server = await startS3Server();
  server.createBucket(bucket);
  for (const path of globSync(join(tables, '*/*'))) server.seedFile(bucket, `lake/${relative(tables, path)}`, path);
  const config = configOf(server.endpoint, dataFormat);
  const discovered = await ask('source', 'discover', { config });
  assert.equal(discovered.stderr, '');
  const found = discovered.messages.find(({ type }) => type === 'CATALOG');
  const { streams } = (found?.['catalog'] ?? { streams: [] }) as { readonly streams: readonly Json[] };
  const read = await ask('source', 'read', { config, catalog: catalogOf(...streams) });
  assert.equal(read.stderr, '');
  const folder = await temporaryFolder();
  const printed = [join(folder, freshName('discovered')), join(folder, freshName('read'))] as const;
  await writeFile(printed[0], discovered.stdout);
  await writeFile(printed[1], read.stdout);
  const answer = await runScript('compare_tables.py', [JSON.stringify(dataFormat), tables, ...printed]);
  const compared = JSON.parse(answer) as Outcome['compared'];
  const refused = new Map([...leftOut(discovered.messages), ...failed(read.messages)]);
  assert.equal(read.exitCode, failed(read.messages).length === 0 ? 0 : 1);
  return { compared, refused, seconds: slowest(read.messages) };
}

function configOf(endpoint: string, dataFormat: Json): Json {
  const credentials = { auth_type: 'access_key', access_key_id: 'any', secret_access_key: 'any' };
  const place = { bucket, region: 'us-east-1', endpoint, credentials, schema_prefixes: ['lake'] };
  return { ...place, data_format: dataFormat, data_partitioning: { mode: 'not_partitioned' } };
}

function leftOut(messages: readonly Message[]): readonly (readonly [string, string])[] {
  return messages.flatMap((message) => {
    const { message: text = '' } = (message['log'] ?? {}) as { readonly message?: string };
    const [, name = '', why = ''] = /^lake\.(\S+) is omitted from the catalog: (.*)$/u.exec(text) ?? [];
    return name === '' ? [] : [[name, why] as const];
  });
}

function failed(messages: readonly Message[]): readonly (readonly [string, string])[] {
  type Failure = { readonly message: string; readonly stream_descriptor: { readonly name: string } };
  return messages.flatMap((message) => {
    const { error } = (message['trace'] ?? {}) as { readonly error?: Failure };
    return error === undefined ? [] : [[error.stream_descriptor.name, error.message] as const];
  });
}

function slowest(messages: readonly Message[]): number {
  type Status = { readonly status: string; readonly stream_descriptor: { readonly name: string } };
  type Trace = { readonly stream_status?: Status; readonly emitted_at: number };
  const started = new Map<string, number>();
  let most = 0;
  for (const message of messages) {
    const { stream_status: status, emitted_at: at } = (message['trace'] ?? {}) as Trace;
    if (status === undefined) continue;
    const { name } = status.stream_descriptor;
    if (status.status === 'STARTED') started.set(name, at);
    else most = Math.max(most, at - (started.get(name) ?? at));
  }
  return most / 1000;
}

/** What the source refuses to read, by the table's name, and what is said then. */
export type Refusals = readonly (readonly [name: RegExp, why: RegExp])[];

/** Every table is equal, or refused as the list says. @returns how many are equal. */
export function judge({ compared, refused }: Outcome, refusals: Refusals): number {
  let equal = 0;
  for (const [name, { result, why, rows }] of Object.entries(compared)) {
    const reason = refused.get(name);
    const expected = refusals.find(([pattern]) => pattern.test(name))?.[1];
    if (expected !== undefined) {
      assert.match(reason ?? `${name} was read`, expected);
      assert.equal(rows, 0);
    } else if (result !== 'unreadable') {
      assert.equal(reason, undefined, name);
      assert.equal(`${name}: ${result} ${why}`, `${name}: equal `);
      equal += 1;
    }
  }
  return equal;
}
