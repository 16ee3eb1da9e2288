// Buckets with false contents, for properties: documents and objects that others copied, damaged or forged, and what a run may
// delete and copy nevertheless.
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import * as fc from 'fast-check';

import type { Json } from '../destination-input.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';

/** What a destination considers its own. */
export type Realm = {
  /** Before a stream's or table's name. */
  readonly parent: 'type=' | 'data/';
  readonly extensions: readonly string[];
  /** The places that the run may write to. */
  readonly names: readonly string[];
  /** Generations in the catalog, which the record's name has. */
  readonly generation: number;
};

type HostileBucket = { readonly prefix: string; readonly objects: readonly (readonly [string, string])[] };

const strangers: readonly string[] = ['customers', 'users_archive', 'a/b', 'finance', '..', 'USERS', 'user'];
const hash = fc.stringMatching(/^[0-9a-f]{16}$/u);
const worker = fc.constantFrom('0', '0', '1', 'w_9');
const exportId = fc
  .tuple(fc.constantFrom('20200101T000000000Z', '20260115T143000123Z', '20991231T235959999Z'), worker)
  .map(([time, by]) => `${time}-1a2b3c4d-${by}`);
const date = fc.constantFrom('', 'year=2026/month=1/day=15/', 'year=2026/month=01/day=15/hour=07/');

/** A name in the destination's form. */
function ownName({ extensions }: Realm): fc.Arbitrary<string> {
  const time = fc.constantFrom('1768462200000', '0', '-5');
  return fc
    .tuple(date, time, hash, worker, fc.constantFrom(...extensions))
    .map(([folders, at, content, by, extension]) => `${folders}${at}-${content}-${by}${extension}`);
}

/** Keys: ours, those of neighbours, of another prefix, and impossible ones. */
export function anyKey(prefix: string, realm: Realm): fc.Arbitrary<string> {
  const { parent, names } = realm;
  const name = fc.constantFrom(...names, ...names, ...strangers);
  const before = fc.constantFrom(prefix, prefix, prefix, 'prod/', '', `${prefix}x/`, `${prefix}../`, `${prefix}/`);
  const folder = fc.constantFrom(parent, parent, parent, 'type=', 'data/', '_rejected/', '');
  const own = ownName(realm);
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(before, folder, name, own).map(([a, b, c, d]) => `${a}${b}${c}/${d}`) },
    fc.tuple(before, exportId, folder, name, own).map(([a, id, b, c, d]) => `${a}_staging/${id}/${b}${c}/${d}`),
    fc.tuple(before, name, exportId).map(([a, b, id]) => `${a}_manifests/${b}/${id}.json`),
    fc.tuple(before, name, own).map(([a, b, c]) => `${a}${parent}${b}/../customers/${c}`),
    fc
      .tuple(before, name, own, fc.constantFrom('.bak', '\n', '\\', '\u0000', '/', '\uffff', '/x'))
      .map(([a, b, c, end]) => `${a}${parent}${b}/${c}${end}`),
    fc.tuple(before, name).map(([a, b]) => `${a}_manifests/${b}/latest.json`),
    fc.constantFrom('finance/payroll-2026.csv', '', '/', '..', `${prefix}_schemas/customers.json`),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
}

/** JSON text that is not always valid: cut, repeated members, `__proto__`, far too deep. */
function damaged(json: fc.Arbitrary<Json>): fc.Arbitrary<string> {
  const text = json.map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 24, arbitrary: text },
    text.map((whole) => whole.slice(0, -3)),
    text.map((whole) => `{"folder":"prod/","export":null,${whole.slice(1)}`),
    text.map((whole) => `${whole.slice(0, -1)},"folder":"prod/"}`),
    text.map((whole) => `{"__proto__":{"state":"published"},"constructor":1,${whole.slice(1)}`),
    text.map((whole) => `${whole.slice(0, -1)},"schema":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`),
    fc.constantFrom('', 'null', '[]', '{"version":2}', '\u0000'),
  );
}

/** With some changed members. */
function spoiled(base: Json, changes: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.oneof(
    fc.constant(base),
    changes.map((more) => ({ ...base, ...more })),
  );
}

function manifestJson(prefix: string, realm: Realm, name: string, id: string): fc.Arbitrary<Json> {
  const inPlace = ownName(realm).map((own) => `${prefix}${realm.parent}${name}/${own}`);
  const key = fc.oneof({ weight: 4, arbitrary: inPlace }, anyKey(prefix, realm));
  const keys = fc.oneof({ weight: 4, arbitrary: fc.array(inPlace, { maxLength: 3 }) }, fc.array(key, { maxLength: 3 }));
  const changes = fc.record(
    {
      export: fc.oneof(exportId, fc.constantFrom('../x', '', null)),
      folder: fc.constantFrom(`prod/${realm.parent}${name}/`, `${prefix}data/customers/`, prefix, '/', ''),
      state: fc.constantFrom('published', 'publishing', 'x'),
      version: fc.constantFrom(1, 2),
      rows: fc.constantFrom(-1, 0.5, 1e300),
    },
    { requiredKeys: [] },
  );
  return fc.tuple(keys, keys).chain(([files, previous]) =>
    spoiled(
      {
        version: 1,
        export: id,
        state: 'publishing',
        stream: { name },
        folder: `${prefix}${realm.parent}${name}/`,
        objects: files.length,
        rows: 1,
        bytes: 1,
        min_time: null,
        max_time: null,
        schema: {},
        files: files.map((file) => ({ key: file, bytes: 1, crc32: '', rows: 1 })),
        previous,
        earlier: [],
        revision: 'r',
      },
      changes,
    ),
  );
}

type Entry = readonly [key: string, body: string];

function manifests(prefix: string, realm: Realm): fc.Arbitrary<readonly Entry[]> {
  const name = fc.constantFrom(...realm.names);
  return fc.tuple(name, exportId, fc.constantFrom('latest', 'intent', 'both', 'alike')).chain(([place, id, which]) => {
    const folder = `${prefix}_manifests/${place}/`;
    const text = damaged(manifestJson(prefix, realm, place, id));
    return fc
      .tuple(text, text)
      .map(([one, two]) => [
        ...(which === 'latest' ? [] : [[`${folder}${id}.json`, one] as const]),
        ...(which === 'intent' ? [] : [[`${folder}latest.json`, which === 'alike' ? one : two] as const]),
      ]);
  });
}

function generation(prefix: string, realm: Realm): fc.Arbitrary<Entry> {
  const existing = fc.array(fc.tuple(anyKey(prefix, realm), fc.constant(new Date(0).toISOString())), { maxLength: 3 });
  const id = fc.constantFrom(realm.generation, realm.generation, 3);
  return fc.constantFrom(...realm.names).chain((name) => {
    const folders = [`${prefix}${realm.parent}${name}/`, undefined, `${prefix}data/customers/`, prefix];
    const folder = fc.constantFrom(...folders);
    const json = fc.record({ version: fc.constant(1), generation_id: id, folder, existing });
    const key = `${prefix}_manifests/${name}/generations/${realm.generation}.json`;
    return damaged(json).map((text): Entry => [key, text]);
  });
}

function registry(prefix: string, { names }: Realm): fc.Arbitrary<Entry> {
  const name = fc.constantFrom(...names, ...strangers, 'customers_events', '..');
  const json = fc.record({
    version: fc.constant(1),
    table: name,
    stream: fc.record({ name: fc.constantFrom('events', 'users', 'customers') }),
    fields: fc.constant([{ name: 'id', type: 'integer' }]),
  });
  return fc.tuple(name, damaged(json)).chain(([file, text]) => {
    const table = /"table":"([^"]*)"/u.exec(text)?.[1] ?? file;
    return fc
      .constantFrom(file, table, table)
      .map((stem): Entry => [`${prefix}_schemas/${stem.replaceAll('/', '%2F')}.json`, text]);
  });
}

/** Records of generations always exist for all places, because writing them takes a second. */
export function hostileBucket(realm: Realm): fc.Arbitrary<HostileBucket> {
  return fc.constantFrom('', 'p/', 'p/q/').chain((prefix) => {
    const objects = fc.array(
      anyKey(prefix, realm).map((key): Entry => [key, 'live']),
      { maxLength: 12 },
    );
    const records = realm.names.map((name): Entry => {
      const body = { version: 1, generation_id: realm.generation, existing: [] };
      return [`${prefix}_manifests/${name}/generations/${realm.generation}.json`, JSON.stringify(body)];
    });
    return fc
      .tuple(
        objects,
        fc.array(manifests(prefix, realm), { maxLength: 2 }),
        fc.array(generation(prefix, realm), { maxLength: 2 }),
        fc.array(registry(prefix, realm), { maxLength: 2 }),
      )
      .map(([live, documents, generations, registries]) => {
        const named = documents.flat().flatMap(([, text]) => keysNamed(text));
        const all = [...live, ...named, ...records, ...documents.flat(), ...generations, ...registries];
        return { prefix, objects: all.filter(([key]) => isPossible(key)) };
      });
  });
}

/** Everything that a document names exists, so that it can be lost. */
function keysNamed(text: string): readonly Entry[] {
  const found = text.slice(0, 5000).matchAll(/"(?:key":)?"((?:[^"\\]|\\.)*\/(?:[^"\\]|\\.)*)"/gu);
  return Array.from(found, ([, key = '']): Entry => [String(parseJson(`"${key}"`)), 'live']);
}

function isPossible(key: string): boolean {
  return key !== '' && key.isWellFormed() && Buffer.byteLength(key) <= 1024 && !/[\p{Cc}\ufffe\uffff]/u.test(key);
}

export type Deed = { readonly operation: 'delete' | 'copy from' | 'copy to'; readonly key: string };

/** Fills the bucket, and then records what is deleted and copied. */
export function laidOut(server: S3TestServer, bucket: string, { objects }: HostileBucket): readonly Deed[] {
  for (const { key } of server.objects(bucket)) server.remove(bucket, key);
  for (const [key, body] of objects) server.seed(bucket, key, body, { lastModified: new Date(0) });
  const deeds: Deed[] = [];
  server.setHooks({
    onAnswer({ key, deleted = [], from, operation }) {
      for (const one of deleted) deeds.push({ operation: 'delete', key: one });
      if (operation === 'DeleteObject') deeds.push({ operation: 'delete', key });
      if (from === undefined) return;
      deeds.push({ operation: 'copy from', key: from.slice(bucket.length + 1) }, { operation: 'copy to', key });
    },
  });
  return deeds;
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
}

/** The recorded deeds that no run may do, whatever the bucket has. */
export function misdeeds(
  deeds: readonly Deed[],
  prefix: string,
  { parent, extensions, names }: Realm,
): readonly Deed[] {
  const any = `(?:${names.map(quoted).join('|')})`;
  const id = '\\d{8}T\\d{9}Z-[0-9a-f]{8}-[A-Za-z0-9_]{1,32}';
  const name =
    '(?:year=\\d{4}/month=\\d\\d?/day=\\d\\d?/(?:hour=\\d\\d/)?)?-?\\d{1,16}-[0-9a-f]{16}-[A-Za-z0-9_]{1,32}';
  const end = (all: readonly string[]): string => `(?:${all.map(quoted).join('|')})$`;
  const data = new RegExp(`^${quoted(prefix + parent)}${any}/${name}${end(extensions)}`, 'u');
  const staged = new RegExp(
    `^${quoted(prefix)}_staging/${id}/${parent}${parent === 'data/' ? '(?!\\.{1,2}/)' : ''}[^/]+/${name}${end(extensions)}`,
    'u',
  );
  const manifest = new RegExp(`^${quoted(prefix)}_manifests/${any}/(?:${id}|generations/-?\\d+)\\.json$`, 'u');
  const allowed = { delete: [data, staged, manifest], 'copy from': [staged], 'copy to': [data] };
  return deeds.filter(({ operation, key }) => !allowed[operation].some((form) => form.test(key)));
}
