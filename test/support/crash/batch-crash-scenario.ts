// A run of the batch destination that a test breaks at some call of S3: a replaced table, raw events whose tables appear and
// disappear, an appended table, in the modern regime a table whose earlier generation is deleted, and neighbours with similar
// names. batch-crash-judge.ts has what must be true after the break and after the next run. Both know only the input and output of
// the destination, so that the built program can take the same test.
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { replaceObjects, scenarioBucket, scenarioSettings } from './scenario-server.ts';

/** The format of a scenario, and how the ends of its streams are proven. */
export type Scenario = { readonly format: 'parquet' | 'json'; readonly regime: 'legacy' | 'modern' };

export const scenarios: readonly Scenario[] = [
  { format: 'parquet', regime: 'legacy' },
  { format: 'json', regime: 'modern' },
  { format: 'json', regime: 'legacy' },
  { format: 'parquet', regime: 'modern' },
];

export const root = 'out/';
export const neighbours = ['data/users_archive/', 'data/pageview_events_old/', '_manifests/users_archive/'].map(
  (folder) => `${root}${folder}1700000000000-0000000000000001-0.json.gz`,
);
const start = Date.UTC(2026, 0, 15);
const dayMs = 86_400_000;
const emittedAt = 1_700_000_000_000;

type Json = Readonly<Record<string, unknown>>;
/** A row is recognised by its name afterwards. */
export type Row = { readonly name: string; readonly table: string; readonly data: Json };

export function scenarioConfig(endpoint: string, { format }: Scenario, spool: string): Json {
  return {
    ...scenarioSettings(endpoint),
    output_format: format,
    spool_dir: spool,
    streams: ['users', 'orders'].map((stream) => ({ stream, kind: 'events', time_field: 'at' })),
  };
}

const eventFields = ['time', 'event_id', 'user_id', 'event_name', 'organization_id', 'project_id', 'properties'];

/** `set`: the version of the tables that the run writes, and their generation. */
export function scenarioCatalog({ regime }: Scenario, set: number): Json {
  const stream = (
    name: string,
    mode: 'append' | 'overwrite',
    isKept: boolean,
    fields: readonly string[] = [],
  ): Json => ({
    stream: {
      name,
      json_schema: { type: 'object', properties: Object.fromEntries(fields.map((field) => [field, {}])) },
    },
    sync_mode: mode === 'overwrite' ? 'full_refresh' : 'incremental',
    destination_sync_mode: mode,
    ...(regime === 'modern' && {
      generation_id: isKept ? 1 : set,
      minimum_generation_id: isKept ? 0 : set,
      sync_id: set + 10,
    }),
  });
  const replaced = [stream('users', 'overwrite', false), stream('events', 'overwrite', false, eventFields)];
  const outlived = regime === 'modern' ? [stream('orders', 'append', false)] : [];
  return { streams: [...replaced, ...outlived, stream('visits', 'append', true)] };
}

function plainRow(table: string, day: number, name: string): Row {
  return { name, table, data: { at: start + day * dayMs, time: start + day * dayMs, name } };
}

/** Some rows are in every version, alone in the file of their day, whose name is then that of the earlier file. */
function usersOf(set: number): readonly Row[] {
  return [0, 0, 1, 2].map((day, index) => plainRow('users', day, `user ${index} of ${day === 0 ? 'every' : set}`));
}

/** Page views in every version, each of two other events in every other version. */
function eventsOf(set: number): readonly Row[] {
  const names = ['Pageview', 'Pageview', set % 2 === 0 ? 'VideoPlay' : 'LinkClick'];
  return names.map((event, index) => {
    const name = `event ${index} of ${set}`;
    const ids = { event_id: name, user_id: 'u', organization_id: 'o', project_id: 'w' };
    const time = String(start + index * dayMs);
    return {
      name,
      table: `${event.toLowerCase()}_events`,
      data: { time, ...ids, event_name: event, properties: { index } },
    };
  });
}

export function ordersOf({ regime }: Scenario, set: number): readonly Row[] {
  return regime === 'modern' ? [0, 1].map((day) => plainRow('orders', day, `order ${day} of ${set}`)) : [];
}

export const visits = [0, 0, 1].map((day, index) => plainRow('visits', day, `visit ${index}`));

/** The tables that a run replaces. */
export const replacedTables = ['users', 'pageview_events', 'videoplay_events', 'linkclick_events'];

export function replacedRows(set: number): readonly Row[] {
  return [...usersOf(set), ...eventsOf(set)];
}

function line(type: string, body: Json): string {
  return `${JSON.stringify({ type, ...body })}\n`;
}

function records(stream: string, rows: readonly Row[]): string {
  return rows.map(({ data }) => line('RECORD', { record: { stream, data, emitted_at: emittedAt } })).join('');
}

function state(stream: string, position: Json): string {
  const told = { stream_descriptor: { name: stream }, stream_state: position };
  return line('STATE', { state: { type: 'STREAM', stream: told } });
}

function complete(stream: string): string {
  const told = { stream_descriptor: { name: stream }, status: 'COMPLETE' };
  return line('TRACE', { trace: { type: 'STREAM_STATUS', emitted_at: emittedAt, stream_status: told } });
}

/** The course of the input: `cut` before replaced streams are complete, `empty` of all their rows. */
type Course = 'whole' | 'cut' | 'empty';

/** The input from a source whose visits are known to be stored, or not. */
export function scenarioInput(
  scenario: Scenario,
  set: number,
  areVisitsStored: boolean,
  course: Course = 'whole',
): string {
  const streams = [
    ['users', usersOf(set)],
    ['events', eventsOf(set)],
    ['orders', ordersOf(scenario, set)],
  ] as const;
  const replaced = streams
    .filter(([name]) => name !== 'orders' || scenario.regime === 'modern')
    .map(([name, rows]) => {
      const sent = course === 'empty' ? '' : records(name, rows);
      if (course === 'cut') return sent;
      return sent + state(name, { set }) + (scenario.regime === 'modern' ? complete(name) : '');
    });
  const appended = (areVisitsStored ? '' : records('visits', visits)) + state('visits', { n: visits.length });
  return [appended, scenario.regime === 'modern' ? complete('visits') : '', ...replaced].join('');
}

/** The streams with a printed STATE. A line that was cut was not received. */
export function acknowledgedBy(stdout: string): ReadonlySet<string> {
  const streams = new Set<string>();
  for (const text of stdout.split('\n').slice(0, -1)) {
    const { type, state: told } = parseJson(text) as {
      readonly type: string;
      readonly state?: { readonly stream: { readonly stream_descriptor: { readonly name: string } } };
    };
    if (type === 'STATE' && told !== undefined) streams.add(told.stream.stream_descriptor.name);
  }
  return streams;
}

/** Lays out what an earlier run had left. */
export function layOut(server: S3TestServer, objects: readonly StoredObject[]): void {
  replaceObjects(server, objects, neighbours);
}

/** What an earlier run left, except the visits, which are sent again. */
export function leftBy(server: S3TestServer): readonly StoredObject[] {
  return server.objects(scenarioBucket).filter(({ key }) => !key.startsWith(`${root}data/visits/`));
}
