// What must be true of a run of the batch destination that was broken (batch-crash-scenario.ts), and of the next one.
import assert from 'node:assert/strict';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import {
  acknowledgedBy,
  neighbours,
  ordersOf,
  replacedRows,
  replacedTables,
  root,
  visits,
  type Row,
  type Scenario,
} from './batch-crash-scenario.ts';
import { rowNames } from '../row-names.ts';
import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { scenarioBucket } from './scenario-server.ts';

/** The content of S3, now or at an earlier moment. */
export type View = Pick<S3TestServer, 'objects' | 'object'>;

function namesOf(rows: readonly Row[], table: string): readonly string[] {
  return rows.filter((row) => row.table === table).map(({ name }) => name);
}

async function listed(server: View, table: string): Promise<readonly string[]> {
  return await rowNames(server.objects(scenarioBucket, `${root}data/${table}/`));
}

type Latest = { readonly state?: string; readonly files?: readonly { readonly key: string }[] };

function filesByManifest(server: View, table: string): readonly StoredObject[] {
  const body = server.object(scenarioBucket, `${root}_manifests/${table}/latest.json`)?.body.toString() ?? '{}';
  const { files = [] } = parseJson(body) as Latest;
  return files.map(({ key }) => {
    const object = server.object(scenarioBucket, key);
    assert.ok(object, `latest.json names ${key}, which is not there`);
    return object;
  });
}

/** The tables with an announced and unfinished replacement. */
export function tablesInReplacement(server: View): readonly string[] {
  return replacedTables.filter((table) => {
    const manifests = server.objects(scenarioBucket, `${root}_manifests/${table}/`);
    return manifests.some(({ body }) => (parseJson(body.toString()) as Latest).state === 'publishing');
  });
}

/** Which set has exactly these rows. Undefined for none. */
function setOf(names: readonly string[], table: string, sets: readonly number[]): number | undefined {
  return sets.find((set) => isSame(names, namesOf(replacedRows(set), table)));
}

/** A reader that follows the manifests sees one complete version of each replaced table. @returns which, by table. */
export async function judgeByManifest(server: View, sets: readonly number[]): Promise<ReadonlyMap<string, number>> {
  const counting = new Map<string, number>();
  for (const table of replacedTables) {
    const names = await rowNames(filesByManifest(server, table));
    const set = setOf(names, table, sets);
    assert.ok(set !== undefined, `latest.json shows a mixed ${table}: ${names.join(', ')}`);
    counting.set(table, set);
  }
  return counting;
}

/**
 * A reader that lists sees at least one complete version of each replaced table. @returns the tables that also have rows of others.
 */
export async function judgeListing(server: View, sets: readonly number[]): Promise<readonly string[]> {
  const mixed: string[] = [];
  for (const table of replacedTables) {
    const names = await listed(server, table);
    const whole = sets.filter((set) => namesOf(replacedRows(set), table).every((name) => names.includes(name)));
    assert.ok(whole.length > 0, `neither version of ${table} is whole: ${names.join(', ')}`);
    if (setOf(names, table, sets) === undefined) mixed.push(table);
  }
  return mixed;
}

/** `set` was there before; `set + 1` was being written when the run was broken. */
export async function judgeBroken(server: View, stdout: string, scenario: Scenario, set: number): Promise<void> {
  const sets = [set, set + 1];
  const told = acknowledgedBy(stdout);
  if (told.has('visits')) assert.deepEqual(await listed(server, 'visits'), namesOf(visits, 'visits'));
  const mixed = await judgeListing(server, sets);
  const counting = await judgeByManifest(server, sets);
  for (const [stream, isOf] of [
    ['users', (table: string) => table === 'users'],
    ['events', (table: string) => table.endsWith('_events')],
  ] as const) {
    for (const table of told.has(stream) ? replacedTables.filter(isOf) : []) {
      assert.ok(!mixed.includes(table), `${table} was acknowledged, but is mixed`);
      assert.ok(isSame(await listed(server, table), namesOf(replacedRows(set + 1), table)), `${table} is not replaced`);
      assert.equal(counting.get(table), set + 1);
    }
  }
  const orders = await listed(server, 'orders');
  const isWhole = sets.some((version) =>
    namesOf(ordersOf(scenario, version), 'orders').every((name) => orders.includes(name)),
  );
  assert.ok(isWhole, `neither generation of orders is whole: ${orders.join(', ')}`);
  judgeNeighbours(server);
}

/** The next run, which began where the broken one was acknowledged, has written `set`: that is there, and nothing else. */
export async function judgeRecovered(server: View, scenario: Scenario, set: number): Promise<void> {
  const rows = [...replacedRows(set), ...ordersOf(scenario, set), ...visits];
  for (const table of [...replacedTables, 'orders', 'visits']) {
    assert.deepEqual(
      await listed(server, table),
      namesOf(rows, table).toSorted(),
      `${table} is not exactly what was sent`,
    );
  }
  await judgeByManifest(server, [set]);
  const known = new Set(replacedTables.flatMap((table) => filesByManifest(server, table).map(({ key }) => key)));
  const appended = ['orders', 'visits'].map((table) => `${root}data/${table}/`);
  for (const { key, body } of server.objects(scenarioBucket)) {
    if (neighbours.includes(key)) continue;
    const path = key.slice(root.length);
    if (/^_manifests\/\w+\/(?:latest|\d[\w-]+)\.json$/u.test(path)) {
      // latest.json does not name a table that was rolled back before it ever counted.
      const { state: told } = parseJson(body.toString()) as Latest;
      assert.ok(told === 'published' || (told === undefined && key.endsWith('/latest.json')), `${key}: ${told}`);
    } else {
      const isKnown = known.has(key) || appended.some((folder) => key.startsWith(folder));
      assert.ok(
        isKnown || /^(?:_schemas\/\w+|_manifests\/orders\/generations\/\d+)\.json$/u.test(path),
        `${key} is left`,
      );
    }
  }
  judgeNeighbours(server);
}

/** A run found one of these sets, or parts of both, could prove nothing, and left one of them. */
export async function judgeUnproven(server: View, stdout: string, sets: readonly number[]): Promise<void> {
  assert.deepEqual([...acknowledgedBy(stdout)], ['visits']);
  assert.deepEqual(await judgeListing(server, sets), []);
  await judgeByManifest(server, sets);
  assert.deepEqual(server.objects(scenarioBucket, `${root}_staging/`), []);
  judgeNeighbours(server);
}

/** After a proof that there are no rows: no file of the replaced tables. */
export function judgeEmptied(server: View, stdout: string): void {
  assert.ok(['users', 'events'].every((stream) => acknowledgedBy(stdout).has(stream)));
  for (const table of [...replacedTables, 'orders']) {
    assert.deepEqual(server.objects(scenarioBucket, `${root}data/${table}/`), [], table);
    assert.deepEqual(filesByManifest(server, table), [], table);
  }
  judgeNeighbours(server);
}

function judgeNeighbours(server: View): void {
  for (const key of neighbours)
    assert.equal(server.object(scenarioBucket, key)?.body.toString(), 'x', `${key} is gone`);
}

function isSame(sorted: readonly string[], names: readonly string[]): boolean {
  return JSON.stringify(sorted) === JSON.stringify(names.toSorted());
}
