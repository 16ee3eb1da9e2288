// What breaks statements: columns of every type, at every level, under the names that engines refuse, fold or keep for themselves.
// Both destinations write it, with the published events and segments that the first queries of `ddl` need.
import assert from 'node:assert/strict';

import { administrator, createBucket, endpoint, region } from './account.ts';
import { ask, type Json } from './programs.ts';
import { accessKey } from './setting.ts';

const text = { type: ['null', 'string'] };
const integer = { type: ['null', 'integer'] };

/** Words that engines use themselves, other letters and cases, and every mark of a keyboard. */
const words =
  'select order group table user index end timestamp date interval values partition rows value element list';
const marks = Array.from('.:,;-+*/\\|"\'`?!#$%&@~^=<>()[]{} ').map((mark) => `m${mark}k`);
const others = [
  '_file',
  '_path',
  'filename',
  '$path',
  '_metadata',
  'oid',
  'CamelCase',
  'UPPER',
  '1st',
  '_hidden',
  '_TABLE_suffix',
  '_PARTITIONDATE',
  'ünïcode',
  '日本',
  '😀',
  'x ',
  ' x',
  '%41',
  '--',
  'e\u0301',
  'n'.repeat(200),
];
export const nastyNames: readonly string[] = [...words.split(' '), ...marks, ...others];

const named = (schema: Json): Json => Object.fromEntries(nastyNames.map((name) => [name, schema]));
const temporal = {
  at: { ...text, format: 'date-time' },
  local: { ...text, format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  born: { ...text, format: 'date' },
  clock: { ...text, airbyte_type: 'time_without_timezone' },
};
const inner = { type: 'object', properties: { x: integer, s: text, ...temporal, CamelCase: text } };

/** Declared for the batch destination; the streaming one stores the same records. */
const properties: Json = {
  time: { ...text, format: 'date-time' },
  id: integer,
  ...temporal,
  real: { type: 'number' },
  flag: { type: 'boolean' },
  ...named(text),
  ints: { type: 'array', items: integer },
  texts: { type: 'array', items: text },
  matrix: { type: 'array', items: { type: 'array', items: integer } },
  inner,
  inners: { type: 'array', items: inner },
  deep: {
    type: 'object',
    properties: { a: { type: 'object', properties: { b: { type: 'object', properties: { c: integer } } } } },
  },
  members: { type: 'object', properties: named(integer) },
};

/** The days of the rows: a month of one digit, and two years. */
const days = ['2025-12-31', '2026-01-05', '2026-01-15'];

function nastyRow(day: string, id: number): Json {
  const at = `${day}T14:30:00.123456Z`;
  const times = { at, local: `${day}T09:08:07.5`, born: '2024-02-29', clock: '14:30:00.5' };
  const own = { x: id, s: `s${id}`, ...times, CamelCase: `C${id}` };
  return {
    time: at,
    id,
    ...times,
    real: id === 2 ? 'two' : id + 0.5,
    flag: id % 2 === 0,
    ...Object.fromEntries(nastyNames.map((name) => [name, id === 1 ? null : `${name.slice(0, 9)}=${id}`])),
    ints: [id, 7],
    texts: id === 2 ? [] : ['a', 'ü "\'\\'],
    matrix: [[id], []],
    inner: id === 1 ? null : own,
    inners: [own, { x: 9 }],
    deep: { a: { b: { c: id } } },
    members: Object.fromEntries(nastyNames.map((name) => [name, id])),
  };
}

function record(stream: string, data: Json): string {
  return `${JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: 1768487400000 } })}\n`;
}

const eventIds = { organization_id: 'o', project_id: 'w' };
const events = [
  { user_id: 'ann', segments: [1, 2], day: days[0] },
  { user_id: 'ann', segments: [1], day: days[1] },
  { user_id: 'bob', segments: [1], day: days[1] },
  { user_id: 'eve', segments: [], day: days[2] },
].map(({ day, ...event }, n) => ({
  time: String(Date.parse(`${day}T10:00:00Z`)),
  event_id: `e${n}`,
  event_name: 'Pageview',
  ...eventIds,
  ...event,
  properties: { client: { url: `https://example.com/${n}`, order: n }, n },
}));
const segments = [
  {
    id: 'u1',
    code: 1,
    name: 'Readers',
    tags: ['a'],
    metadata: { k: 1 },
    workspace: 'w',
    workspaceState: 'Active',
    deleted: false,
  },
  {
    id: 'u2',
    code: 2,
    name: "It's 2",
    tags: [],
    metadata: {},
    workspace: 'w',
    workspaceState: 'Active',
    deleted: false,
  },
];

/** Of rows in folders by field, below those of their days. */
export const parted = { table: 'parted', kinds: ['DE', 'a b', 'a/b', 'ü', null] } as const;
const partedRows = parted.kinds.map((kind, id) => ({ time: `${days[id % 3]}T10:00:00Z`, id, kind }));

/** Two names that most engines take for one, and one of marks. */
export const nastyTables = ['order', 'Order', "odd-näme 1's"];

const schemas: readonly { readonly name: string; readonly properties: Json }[] = [
  { name: 'events', properties: Object.fromEntries(Object.keys(events[0] ?? {}).map((name) => [name, {}])) },
  { name: 'segment', properties: Object.fromEntries(Object.keys(segments[0] ?? {}).map((name) => [name, {}])) },
  ...nastyTables.map((name) => ({ name, properties })),
  { name: parted.table, properties: { time: properties['time'], id: integer, kind: text } },
];
const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };

export type Form = 'parquet' | 'json' | 'jsonl';
export const forms: readonly Form[] = ['parquet', 'json', 'jsonl'];

export type Export = {
  readonly form: Form;
  readonly side: 'batch' | 'destination';
  readonly bucket: string;
  readonly prefix: string;
  readonly config: Json;
};

/** Writes everything, with the destination that makes such files. */
export async function writeCorpus(form: Form): Promise<Export> {
  const side = form === 'jsonl' ? 'destination' : 'batch';
  const bucket = await createBucket();
  const prefix = "it's/all";
  const config = {
    bucket,
    region,
    endpoint: endpoint(),
    credentials: accessKey({ credentials: administrator }),
    prefix,
    streams: [{ stream: parted.table, partition_by: ['kind'] }],
    ...(form === 'jsonl'
      ? { late_data: { max_lateness_hours: 87_600 } }
      : { output_format: form, ...(form === 'parquet' ? { time_as: 'time_micros' } : {}) }),
  };
  const catalog = {
    streams: schemas.map(({ name, properties: own }) => {
      return { stream: { name, json_schema: { type: 'object', properties: own } }, ...modes };
    }),
  };
  const lines = [
    ...events.map((event) => record('events', event)),
    ...segments.map((segment) => record('segment', segment)),
    ...partedRows.map((row) => record(parted.table, row)),
    ...nastyTables.flatMap((table) => days.map((day, id) => record(table, nastyRow(day, id)))),
  ];
  const { exitCode, messages } = await ask(side, 'write', { config, catalog }, lines.join(''));
  assert.equal(exitCode, 0, JSON.stringify(messages).slice(0, 2000));
  return { form, side, bucket, prefix, config };
}
