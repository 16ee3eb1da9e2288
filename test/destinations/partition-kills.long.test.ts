// A destination with `partition_by`, killed (SIGKILL) at calls of S3: acknowledged rows are in the folders of their values, a
// replaced table is never half complete, and the next run leaves exactly what was sent.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { startS3Server } from '../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { foldersOfFile, killedRun, type Kill } from '../destination-s3-batch/support/crash.ts';
import { bucket, catalogJson, placeJson, recordLine, stateLine } from '../support/destination-input.ts';
import { hiveValues } from '../support/models/hive-folders.ts';
import { overwrite } from './contract/under-test.ts';

const countries = ['DE', '', 'a/b', '..', 'ü', null];
const rowsPerState = 10;
const rowsOfRun = 40;
const never: Kill = { moment: 'onRequest', index: Infinity };
/** Of early calls, of some in between, and of late ones. */
const indexes = [1, 3, 8, 16, 26, 2, 5, 12, 20];
const kills = indexes.flatMap((index): readonly Kill[] => [
  { moment: index % 2 === 0 ? 'onAnswer' : 'onRequest', index },
]);

function* input(first: number, end: number): Generator<string> {
  for (let id = first; id < end; id += 1) {
    yield recordLine('visits', { id, time: '2026-01-15T10:00:00Z', country: countries[id % countries.length] });
    if ((id + 1) % rowsPerState === 0) yield stateLine('visits', { next: id + 1 });
  }
}

/** The ids that are in the folders of their values. */
function ids(server: S3TestServer, parent: string): readonly number[] {
  const objects = server.objects(bucket, `permutive/${parent}`);
  return objects.flatMap(({ key, body }) => {
    const rows = gunzipSync(body).toString().split('\n').slice(0, -1);
    return rows.map((row) => {
      const { id } = JSON.parse(row) as { readonly id: number };
      assert.equal(hiveValues(key).get('country'), countries[id % countries.length] || null);
      return id;
    });
  });
}

function acknowledged(stdout: string): number {
  const states = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { readonly type: string; readonly state?: State });
  return states.findLast(({ type }) => type === 'STATE')?.state?.stream.stream_state.next ?? 0;
}
type State = { readonly stream: { readonly stream_state: { readonly next: number } } };

function numbers(from: number, end: number): readonly number[] {
  return Array.from({ length: end - from }, (_, index) => from + index);
}

for (const [program, parent, more] of [
  ['destination-s3-streaming', 'type=visits/', {}],
  ['destination-s3-batch', 'data/visits/', { output_format: 'json' }],
] as const) {
  suite(`${program} with partition_by, killed`, { concurrency: 2 }, () => {
    const folder = foldersOfFile();

    async function run(server: S3TestServer, kill: Kill, lines: Iterable<string>, mode = {}): Promise<string> {
      const config = { ...placeJson(server), ...more, streams: [{ stream: 'visits', partition_by: ['country'] }] };
      const catalog = catalogJson({ name: 'visits', ...mode });
      return (await killedRun(server, kill, { program, config, catalog, input: lines, folder: await folder() })).stdout;
    }

    for (const kill of kills) {
      test(`at ${kill.moment} of call ${kill.index}, loses no appended row that it acknowledged`, async () => {
        await using server = await startS3Server();
        server.createBucket(bucket);
        const next = acknowledged(await run(server, kill, input(0, rowsOfRun)));
        const stored = new Set(ids(server, parent));
        assert.ok(numbers(0, next).every((id) => stored.has(id)));
        await run(server, never, input(next, rowsOfRun));
        assert.deepEqual(
          [...new Set(ids(server, parent))].sort((a, b) => a - b),
          numbers(0, rowsOfRun),
        );
      });

      test(`at ${kill.moment} of call ${kill.index}, leaves a replaced table whole, old or new`, async () => {
        await using server = await startS3Server();
        server.createBucket(bucket);
        await run(server, never, input(0, rowsOfRun), overwrite);
        await run(server, kill, input(100, 100 + rowsOfRun), overwrite);
        const there = new Set(ids(server, parent));
        const isThere = (set: readonly number[]): boolean => set.every((id) => there.has(id));
        assert.ok(isThere(numbers(0, rowsOfRun)) || isThere(numbers(100, 100 + rowsOfRun)));
        await run(server, never, input(100, 100 + rowsOfRun), overwrite);
        assert.deepEqual(
          [...ids(server, parent)].sort((a, b) => a - b),
          numbers(100, 100 + rowsOfRun),
        );
        assert.deepEqual(server.objects(bucket, 'permutive/_staging/').length, 0);
      });
    }
  });
}
