// A table in the S3 server that several readers and writers copy in a run, and a reader that follows `latest.json` of the copy all
// the time: each set that it sees must be one version of the table, complete, and never an older one than before.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { startS3Server } from '../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { temporaryFolder, type Json } from './programs.ts';

const bucket = 'publisher-data';
/** Writers of a run. */
export const parts = 8;
export const filesOfTable = 32;
const rowsOfFile = 100;
const pollMs = 100;
const columns = { id: { type: 'integer' }, version: { type: 'integer' } };

type Row = { readonly id: number; readonly version: number };

export type PartedTable = AsyncDisposable & {
  readonly server: S3TestServer;
  /** Has source.json, destination.json and catalog.json. */
  readonly folder: string;
  /** Replaces all files of the table. */
  write(version: number): void;
  /** Adds files. */
  add(from: number, to: number): void;
  /** The ids of all rows below the folder of the copy, in their order. */
  ids(): readonly number[];
  /** Objects below the prefix and this folder. */
  keys(below: string): readonly string[];
  /** The reader that follows `latest.json` looks again, and sees this version. @throws what it has found wrong so far. */
  sees(version: number): Promise<void>;
  /** How often it has seen a set. */
  looks(): number;
};

export type TableOptions = {
  readonly name?: string;
  readonly sync: 'full_refresh' | 'incremental';
  readonly more?: Json;
};

/** Which reader a file belongs to, as docs/scale-out.md has it. */
export function shardOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE() % parts;
}

export function keyOf(table: string, file: number): string {
  return `exports/${table}/f${file}.jsonl`;
}

/** A file of the shard. */
export function keyOfShard(table: string, index: number): string {
  const numbers = Array.from({ length: filesOfTable }, (_, file) => file);
  return keyOf(table, numbers.find((file) => shardOf(keyOf(table, file)) === index) ?? assert.fail());
}

/** The ids of so many files. */
export function idsOf(files: number): readonly number[] {
  return Array.from({ length: files * rowsOfFile }, (_, id) => id);
}

export async function startTable({ name = 'users', sync, more = {} }: TableOptions): Promise<PartedTable> {
  const server = await startS3Server();
  server.createBucket(bucket);
  const folder = await mkdtemp(join(await temporaryFolder(), 'parts-'));
  const credentials = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 's3-canary' };
  const place = { bucket, region: 'eu-central-1', endpoint: server.endpoint, credentials };
  const source = { ...place, schema_prefixes: ['exports'], data_format: { format: 'jsonl' }, modified_before: 'NOW' };
  const stream = { name, namespace: 'exports', json_schema: { type: 'object', properties: columns } };
  const mode = sync === 'incremental' ? 'append' : 'overwrite';
  const files = {
    source: { ...source, data_partitioning: { mode: 'partitioned' } },
    destination: { ...place, prefix: 'copy', output_format: 'json', ...more },
    catalog: { streams: [{ stream, sync_mode: sync, destination_sync_mode: mode }] },
  };
  for (const [file, content] of Object.entries(files)) {
    await writeFile(join(folder, `${file}.json`), JSON.stringify(content));
  }
  const put = (file: number, version: number): void => {
    const rows = Array.from({ length: rowsOfFile }, (_, row) => ({ id: file * rowsOfFile + row, version }));
    const lastModified = new Date(Date.UTC(2026, 0, 1, 0, version, file));
    const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    server.seed(bucket, keyOf(name, file), body, { lastModified });
  };
  const reader = follow(server, `copy/_manifests/${name}/latest.json`);
  return {
    server,
    folder,
    write(version) {
      for (let file = 0; file < filesOfTable; file += 1) put(file, version);
    },
    add(from, to) {
      for (let file = from; file < to; file += 1) put(file, 0);
    },
    ids() {
      const objects = server.objects(bucket, `copy/data/${name}/`);
      const rows = objects.flatMap(({ body }) => rowsIn(body));
      return rows.map(({ id }) => id).sort((a, b) => a - b);
    },
    keys: (below) => server.objects(bucket, `copy/${below}`).map(({ key }) => key),
    async sees(expected) {
      const enough = reader.looks() + 2;
      while (reader.looks() < enough) {
        reader.seen();
        await sleep(pollMs);
      }
      assert.equal(reader.seen(), expected);
    },
    looks: reader.looks,
    async [Symbol.asyncDispose]() {
      await reader.stop();
      await server.close();
    },
  };
}

function follow({ endpoint }: S3TestServer, latestKey: string) {
  let looks = 0;
  const stop = new AbortController();
  let version: number | undefined;
  let failure: unknown;
  const get = (key: string): Promise<Response> =>
    fetch(`${endpoint}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`);
  const look = async (): Promise<void> => {
    const latest = await get(latestKey);
    const body = await latest.text();
    if (latest.status === 404) return;
    const { files } = JSON.parse(body) as { readonly files: readonly { readonly key: string }[] };
    const rows: Row[] = [];
    for (const { key } of files) {
      const file = await get(key);
      const bytes = Buffer.from(await file.arrayBuffer());
      if (file.status === 404) {
        const now = await (await get(latestKey)).text();
        assert.notEqual(now, body, `latest.json names ${key}, which is not there`);
        return;
      }
      rows.push(...rowsIn(bytes));
    }
    const versions = new Set(rows.map((row) => row.version));
    assert.equal(versions.size, 1, `rows of the versions ${[...versions].join()} in one set`);
    assert.deepEqual(
      rows.map(({ id }) => id).sort((a, b) => a - b),
      idsOf(filesOfTable),
    );
    const [found = 0] = versions;
    assert.ok(found >= (version ?? 0), `version ${found} after ${version}`);
    version = found;
    looks += 1;
  };
  const polling = (async () => {
    while (!stop.signal.aborted) {
      await look().catch((error: unknown) => (failure ??= stop.signal.aborted ? undefined : error));
      await sleep(pollMs);
    }
  })();
  return {
    seen() {
      if (failure !== undefined) throw failure;
      return version;
    },
    looks: () => looks,
    async stop() {
      stop.abort();
      await polling;
    },
  };
}

function rowsIn(body: Buffer): readonly Row[] {
  const lines = gunzipSync(body).toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Row);
}
