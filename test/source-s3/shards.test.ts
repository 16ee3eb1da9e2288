// Several readers of the same tables, each with its own shard, run as programs.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { jsonFile } from '../support/json-files.ts';
import { runProgram } from '../support/program.ts';
import { ofType } from '../support/models/protocol-schema.ts';
import {
  bucket,
  catalogJson,
  configJson,
  readHere,
  runSource,
  serverWith,
  timeOf,
  type Json,
} from './support/source.ts';

const tap = join(import.meta.dirname, '../../source-s3/src/tap.ts');
const csv = { data_format: { format: 'csv' } };
const catalog = catalogJson({ t: { id: { type: 'integer' } } });
const files = 24;

function fileOf(id: number): string {
  return `id\n${id}\n`;
}

async function tableServer(): Promise<S3TestServer> {
  return serverWith(Object.fromEntries(Array.from({ length: files }, (_, id) => [`lake/t/f${id}.csv`, fileOf(id)])));
}

async function readShard(server: S3TestServer, more: Json, state?: unknown) {
  const { messages, failures, said } = await readHere(server, { config: { ...csv, ...more }, catalog, state });
  return {
    ids: ofType(messages, 'RECORD').map(({ record }) => Number(record.data['id'])),
    state: [ofType(messages, 'STATE').at(-1)?.state],
    failures,
    said,
  };
}

function ascending(ids: readonly number[]): readonly number[] {
  return ids.toSorted((a, b) => a - b);
}

const all = Array.from({ length: files }, (_, id) => id);

suite('shards of a table', () => {
  test('are disjoint and complete, also with a late file and when four become eight', async () => {
    await using server = await tableServer();
    const first = await Promise.all(all.slice(0, 4).map((index) => readShard(server, { shard: { index, count: 4 } })));
    assert.deepEqual(ascending(first.flatMap(({ ids }) => ids)), all);
    assert.ok(first.every(({ ids }) => ids.length > 0 && ids.length < files));
    server.seed(bucket, 'lake/t/late.csv', fileOf(files), { lastModified: timeOf(3) });
    const next = await Promise.all(
      all.slice(0, 8).map((index) => readShard(server, { shard: { index, count: 8 } }, first[index % 4]?.state)),
    );
    assert.deepEqual(
      next.flatMap(({ ids }) => ids),
      [files],
    );
    const fewer = await readShard(server, { shard: { index: 0, count: 2 } }, first[0]?.state);
    assert.deepEqual([fewer.ids, fewer.failures.map(({ code }) => code)], [[], ['STATE_INVALID']]);
    assert.ok(first[1]?.said.some((line) => / of \d+ files? of shard 1 \(of 4\) to be read$/u.test(line)));
  });

  test('are taken from the environment of a scheduler by both faces', async () => {
    await using server = await tableServer();
    const config = configJson(server, csv);
    const ids: number[] = [];
    for (const index of ['0', '1']) {
      const env = { AWS_BATCH_JOB_ARRAY_INDEX: index, AWS_BATCH_JOB_ARRAY_SIZE: '2' };
      const { messages, exitCode } = await runSource('read', { config, catalog, env });
      assert.equal(exitCode, 0);
      ids.push(...ofType(messages, 'RECORD').map(({ record }) => Number(record.data['id'])));
      const sung = await runProgram(tap, ['--config', await jsonFile(config)], { env });
      const lines = sung.stdout.split('\n').slice(0, -1);
      const records = lines.map((line) => parseJson(line) as Json).filter(({ type }) => type === 'RECORD');
      ids.push(...records.map(({ record }) => Number((record as Json)['id'])));
    }
    assert.deepEqual(
      ascending(ids),
      all.flatMap((id) => [id, id]),
    );
  });

  test('are a config error, before anything is read, where an index has no count', async () => {
    await using server = await tableServer();
    const env = { JOB_COMPLETION_INDEX: '1' };
    const { messages, exitCode } = await runSource('read', { config: configJson(server, csv), catalog, env });
    assert.equal(exitCode, 1);
    assert.equal(ofType(messages, 'RECORD').length, 0);
    const [trace] = ofType(messages, 'TRACE');
    assert.match(JSON.stringify(trace), /CONFIG_INVALID|config_error/u);
  });

  test('see the same files by modified_before, also of the newest partition', async () => {
    await using server = await serverWith({});
    const seed = (day: number, id: number, minute: number) =>
      server.seed(bucket, `lake/t/day=${day}/f${id}.csv`, fileOf(id), { lastModified: timeOf(minute) });
    for (const id of all) seed(1 + (id % 2), id, id);
    const partitions = { data_partitioning: { mode: 'partitioned' }, latest_partition_only: ['t'] };
    const run = { ...partitions, modified_before: timeOf(files).toISOString() };
    const first = await readShard(server, { ...run, shard: { index: 0, count: 2 } });
    seed(3, 100, files); // Comes between the two, at the same time.
    seed(2, 101, files + 1);
    const second = await readShard(server, { ...run, shard: { index: 1, count: 2 } });
    assert.deepEqual(
      ascending([...first.ids, ...second.ids]),
      all.filter((id) => id % 2 === 1),
    );
    assert.ok(second.said.some((line) => line.includes('not last modified before modified_before')));
  });
});
