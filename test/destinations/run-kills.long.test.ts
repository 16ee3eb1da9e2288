// The last writer of a run as a program, killed at each of its writes, copies and deletions, before and after it is done: the table
// is the previous set or the complete new one, and the next attempt at the part finishes the run with every row once.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { startS3Server } from '../../tools/s3-server/server.ts';
import type { Call, ServedOperation, S3TestServer, StoredObject } from '../../tools/s3-server/types.ts';
import { configJson as batchConfig, runWrite as writeBatch } from '../destination-s3-batch/support/batch.ts';
import {
  configJson as streamingConfig,
  runWrite as writeStreaming,
} from '../destination-s3-streaming/support/streaming.ts';
import { buildOnce } from '../support/build-once.ts';
import { bucket, type Json } from '../support/destination-input.ts';
import { startProgram } from '../support/program.ts';
import { partInput, runCatalog as catalog } from './contract/shared-run.ts';

const destinations = {
  streaming: { name: 'destination-s3-streaming', config: streamingConfig, write: writeStreaming, parent: 'type=' },
  batch: {
    name: 'destination-s3-batch',
    config: (server: S3TestServer, more: Json) => batchConfig(server, { output_format: 'json', ...more }),
    write: ((server, input, options) => {
      return writeBatch(server, input, { ...options, config: { output_format: 'json', ...options.config } });
    }) satisfies typeof writeBatch,
    parent: 'data/',
  },
} as const;

const changes: readonly ServedOperation[] = ['PutObject', 'CopyObject', 'DeleteObjects'];
const [old, parts] = [[1, 2], { 0: [10, 20], 1: [11, 21] }] as const;
const whole = [10, 11, 20, 21];

for (const [which, { name, config, write, parent }] of Object.entries(destinations)) {
  suite(`the last writer of a run of the ${which} destination`, { concurrency: 3 }, () => {
    let folder = '';
    let left: readonly StoredObject[] = [];
    let count = 0;
    const part = (index: 0 | 1): Json => ({ run: { id: 'r', index, count: 2 } });

    async function serverWith(objects: readonly StoredObject[]): Promise<S3TestServer> {
      const server = await startS3Server();
      server.createBucket(bucket);
      for (const { key, body, headers } of objects) server.seed(bucket, key, body, headers);
      return server;
    }
    /** For a stream, by listing or by latest.json. */
    const idsIn = (objects: readonly (StoredObject | undefined)[]): readonly number[] => {
      const rows = objects.flatMap((object) =>
        gunzipSync(object?.body ?? assert.fail())
          .toString()
          .split('\n')
          .slice(0, -1),
      );
      return rows.map((row) => (JSON.parse(row) as { readonly id: number }).id).sort((a, b) => a - b);
    };
    const listed = (server: S3TestServer, stream: string) =>
      idsIn(server.objects(bucket, `permutive/${parent}${stream}/`));
    const counting = (server: S3TestServer) => {
      const body = server.object(bucket, 'permutive/_manifests/users/latest.json')?.body.toString() ?? '';
      const { files } = JSON.parse(body) as { readonly files: readonly { readonly key: string }[] };
      return idsIn(files.map(({ key }) => server.object(bucket, key)));
    };
    async function finish(server: S3TestServer): Promise<void> {
      const { error, failures, lines } = await write(server, [partInput(1, ...parts[1])], { catalog, config: part(1) });
      assert.deepEqual([error, failures, lines.length], [undefined, [], 4]);
      assert.deepEqual([listed(server, 'users'), counting(server)], [whole, whole]);
      assert.deepEqual(listed(server, 'visits'), [...old, ...whole]);
      const kept = server.objects(bucket, 'permutive/_').map(({ key }) => key.slice('permutive/'.length));
      const known =
        /^(?:_manifests\/users\/(?:latest|\d[\w-]+)\.json|_runs\/r\/(?:run|commit)\.json|_schemas\/\w+\.json)$/u;
      assert.deepEqual(
        kept.filter((key) => !known.test(key)),
        [],
      );
    }

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 's3-connectors-run-kills-'));
      await using server = await serverWith([]);
      const first = await write(server, [partInput(9, ...old)], { catalog });
      const second = await write(server, [partInput(0, ...parts[0])], { catalog, config: part(0) });
      assert.deepEqual([first.error, second.error], [undefined, undefined]);
      left = server.objects(bucket);
      server.setHooks({
        onRequest({ operation }) {
          if (changes.includes(operation)) count += 1;
        },
      });
      await finish(server);
    });
    after(() => rm(folder, { recursive: true }));

    async function killedAt(server: S3TestServer, moment: 'onRequest' | 'onAnswer', index: number): Promise<string> {
      const files = await mkdtemp(join(folder, 'run-'));
      await writeFile(join(files, 'config.json'), JSON.stringify(config(server, { ...part(1), worker_id: 'again' })));
      await writeFile(join(files, 'catalog.json'), JSON.stringify(catalog));
      const paths = ['--config', join(files, 'config.json'), '--catalog', join(files, 'catalog.json')];
      await using program = startProgram(await buildOnce(name), ['write', ...paths]);
      let seen = 0;
      let done: Call | undefined;
      const never = new Promise<void>(() => undefined);
      const hook =
        (at: typeof moment) =>
        async (call: Call): Promise<void> => {
          if (done !== undefined && at === 'onRequest') await never;
          if (at !== moment || !changes.includes(call.operation) || (seen += 1) !== index) return;
          done = call;
          program.child.kill('SIGKILL');
          await never;
        };
      server.setHooks({ onRequest: hook('onRequest'), onAnswer: hook('onAnswer') });
      program.child.stdin.end(partInput(1, ...parts[1]));
      const { signal } = await program.ended();
      server.setHooks({});
      if (signal !== 'SIGKILL') return '';
      return `${done?.operation ?? ''} ${done?.key ?? ''}`;
    }

    for (const moment of ['onRequest', 'onAnswer'] as const) {
      test(`may be killed ${moment === 'onRequest' ? 'before' : 'after'} each change of the bucket`, async (context) => {
        const places = new Set<string>();
        for (let index = 1; ; index += 1) {
          await using server = await serverWith(left);
          const at = await killedAt(server, moment, index);
          if (at === '') {
            assert.ok(index > count - 2 && index > 10, `only ${index - 1} of ${count} changes`);
            break;
          }
          places.add(at);
          context.diagnostic(`${index}: ${at}`);
          const now = counting(server);
          assert.ok(
            [old, whole].some((set) => JSON.stringify(set) === JSON.stringify(now)),
            `${at}: ${now.join()}`,
          );
          await finish(server);
        }
        for (const what of ['_staging/r/1-', '/parts/1.json', 'commit.json', 'latest.json']) {
          assert.ok(
            [...places].some((place) => place.includes(what)),
            `never at ${what}`,
          );
        }
      });
    }
  });
}
