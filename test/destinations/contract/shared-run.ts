// Several writers of one run, whose rows become visible at once: the first complete attempt at each part counts, the process that
// finds all parts publishes them, and nothing of a run is visible before or twice.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';

import { catalogJson, recordLine, statusLine, bucket, stateLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { idsOf, keysInStaging, overwrite, type DestinationUnderTest } from './under-test.ts';

const modern = { generation_id: 1, minimum_generation_id: 1, sync_id: 7 };
const users = { name: 'users', ...overwrite, ...modern };
const visits = { name: 'visits', generation_id: 0, minimum_generation_id: 0, sync_id: 7 };
export const runCatalog = catalogJson(users, visits);
const catalog = runCatalog;

/** Rows of both streams with these ids, complete. */
export function partInput(part: number, ...ids: readonly number[]): string {
  const rows = ids.flatMap((id) => ['users', 'visits'].map((stream) => recordLine(stream, { id })));
  const ends = ['users', 'visits'].flatMap((stream) => [stateLine(stream, { part }), statusLine(stream, 'COMPLETE')]);
  return [...rows, ...ends].join('');
}

export function registerSharedRunTests(destination: DestinationUnderTest): void {
  const { name, write, folderOf } = destination;

  suite(`a run of several writers of ${name}`, () => {
    const running = emptyServer();
    let server: S3TestServer;
    beforeEach(() => (server = running()));

    const tryPart = (run: Json, input: string, more: Json = {}, streams = catalog) => {
      return write(server, [input], { catalog: streams, config: { run: { count: 3, ...run }, ...more } });
    };
    async function part(run: Json, input: string, more: Json = {}, streams = catalog) {
      const ran = await tryPart(run, input, more, streams);
      assert.deepEqual([ran.error, ran.failures], [undefined, []]);
      return ran;
    }
    const ids = (stream: string): readonly number[] => idsOf(destination, server, stream);
    const both = () => [ids('users'), ids('visits')];
    const documents = (run: string) => {
      const folder = `permutive/_runs/${run}/`;
      return server.objects(bucket, folder).map(({ key }) => key.slice(folder.length));
    };
    const latest = () => {
      const body = server.object(bucket, 'permutive/_manifests/users/latest.json')?.body.toString() ?? '{}';
      return JSON.parse(body) as {
        readonly rows?: number;
        readonly run?: { readonly id: string; readonly states: [] };
      };
    };

    test('shows nothing of it before the last part, then all of it, with the STATEs of all writers', async () => {
      await write(server, [partInput(0, 1, 2)], { catalog });
      for (const index of [2, 0]) {
        const { lines, said } = await part({ id: 'r', index }, partInput(index, 10 + index, 20 + index));
        assert.ok(said.join().includes(`Part ${index} of 3 of the run "r": nothing is visible`));
        assert.deepEqual(
          [both(), lines],
          [
            [
              [1, 2],
              [1, 2],
            ],
            [],
          ],
        );
      }
      const { lines } = await part({ id: 'r', index: 1 }, partInput(1, 11, 21));
      const rows = [10, 11, 12, 20, 21, 22];
      assert.deepEqual(both(), [rows, [1, 2, ...rows]]);
      assert.deepEqual([keysInStaging(server), documents('r')], [[], ['commit.json', 'run.json']]);
      assert.equal(lines.length, 6);
      assert.deepEqual(
        lines.map((line) => /"part":(\d)/u.exec(line)?.[1]),
        ['0', '0', '1', '1', '2', '2'],
      );
      assert.match(lines[0] ?? '', /"recordCount":2\.0/u);
      assert.deepEqual([latest().rows, latest().run?.id, latest().run?.states.length], [6, 'r', 3]);
    });

    test('takes the first attempt at a part alone, and is committed again without a change', async () => {
      await part({ id: 'r', index: 0 }, partInput(0, 1));
      const again = await part({ id: 'r', index: 0 }, partInput(0, 1, 5));
      assert.equal(again.lines.length, 0);
      for (const index of [1, 2]) await part({ id: 'r', index }, partInput(index, index + 1));
      assert.deepEqual(both(), [
        [1, 2, 3],
        [1, 2, 3],
      ]);
      const before = server.objects(bucket).map(({ key, etag }) => [key, etag]);
      const late = await part({ id: 'r', index: 1 }, partInput(1, 9));
      assert.equal(late.lines.length, 6);
      assert.match(late.said.join(), /WARN,.* neither read nor written\. Each run needs an id of its own/u);
      assert.deepEqual(
        server.objects(bucket).map(({ key, etag }) => [key, etag]),
        before,
      );
    });

    test('drops what it wrote when the run was aborted meanwhile, and fails', async () => {
      server.setHooks({
        onAnswer({ operation, key }) {
          if (operation !== 'PutObject' || !key.endsWith('/parts/0.json')) return;
          const outcome = { version: 1, run: 'r', state: 'aborted', owner: '', states: [] };
          server.seed(bucket, 'permutive/_runs/r/commit.json', JSON.stringify(outcome));
        },
      });
      const { error } = await tryPart({ id: 'r', index: 0 }, partInput(0, 1));
      assert.match(String(error), /The run "r" was aborted/u);
      assert.deepEqual([keysInStaging(server), documents('r')], [[], ['commit.json', 'run.json']]);
    });

    test('keeps the files of its part when nobody can tell whether that was written', async () => {
      server.inject({ kind: 'drop_answer', operation: 'PutObject', prefix: 'permutive/_runs/r/parts/', times: 1 });
      server.inject({
        kind: 'error',
        code: 'AccessDenied',
        operation: 'PutObject',
        prefix: 'permutive/_runs/r/parts/',
        times: 1,
      });
      const { error } = await tryPart({ id: 'r', index: 0 }, partInput(0, 1));
      assert.match(String(error), /permutive\/_runs\/r\/parts\/0\.json/u);
      assert.equal(keysInStaging(server).length, 2);
      server.clearFaults();
      for (const index of [0, 1, 2]) await part({ id: 'r', index }, partInput(index, index + 1));
      assert.deepEqual(
        [both(), keysInStaging(server)],
        [
          [
            [1, 2, 3],
            [1, 2, 3],
          ],
          [],
        ],
      );
    });

    test('drops the files of an attempt that is second, whose rows are never seen', async () => {
      const key = 'permutive/_runs/r/parts/0.json';
      let first: string | undefined;
      server.setHooks({
        async onRequest({ operation, key: asked }) {
          if (operation !== 'PutObject' || !asked.includes('/_staging/r/0-') || first !== undefined) return;
          first = '';
          await part({ id: 'r', index: 0 }, partInput(0, 1));
          first = server.object(bucket, key)?.body.toString();
        },
      });
      const { lines } = await part({ id: 'r', index: 0 }, partInput(0, 1, 5));
      assert.deepEqual([server.object(bucket, key)?.body.toString(), lines], [first, []]);
      assert.equal(keysInStaging(server).length, 2);
      for (const index of [1, 2]) await part({ id: 'r', index }, partInput(index, index + 1));
      assert.deepEqual(both(), [
        [1, 2, 3],
        [1, 2, 3],
      ]);
    });

    test('hands in no part that is not complete', async () => {
      const { failures, lines } = await tryPart({ id: 'r', index: 0 }, recordLine('users', { id: 1 }));
      assert.deepEqual([failures.map(({ code }) => code), lines], [['STREAM_INCOMPLETE', 'STREAM_INCOMPLETE'], []]);
      assert.deepEqual([documents('r'), keysInStaging(server)], [['run.json'], []]);
    });

    test('is refused with another count, or with other streams or modes', async () => {
      await part({ id: 'r', index: 0 }, partInput(0, 1));
      const counted = await tryPart({ id: 'r', index: 1, count: 4 }, partInput(1, 2));
      assert.match(String(counted.error), /was begun with 3 parts, and this config says 4/u);
      for (const streams of [catalogJson(users), catalogJson(users, { ...visits, ...overwrite, ...modern })]) {
        const { error } = await tryPart({ id: 'r', index: 1 }, partInput(1, 2), {}, streams);
        assert.match(String(error), /was begun with other streams/u);
      }
      assert.deepEqual(documents('r'), ['parts/0.json', 'run.json']);
    });

    test('is refused after another run has replaced the table, and changes nothing', async () => {
      for (const index of [0, 1]) await part({ id: 'old', index }, partInput(index, index));
      for (const index of [0, 1, 2]) await part({ id: 'new', index }, partInput(index, 10 + index));
      const { error, lines } = await tryPart({ id: 'old', index: 2 }, partInput(2, 2));
      assert.match(String(error), /"users" was replaced by another run after the run "old" had begun/u);
      assert.deepEqual(
        [both(), lines],
        [
          [
            [10, 11, 12],
            [10, 11, 12],
          ],
          [],
        ],
      );
    });

    test('may not shrink the table by more than max_shrink_percent, over all parts', async () => {
      const config = { max_shrink_percent: 50 };
      if (name !== 'the batch destination') return;
      await write(server, [partInput(0, 1, 2, 3, 4, 5, 6)], { catalog });
      for (const index of [0, 1]) await part({ id: 'r', index }, partInput(index, index), config);
      const { error } = await tryPart({ id: 'r', index: 2 }, partInput(2), config);
      assert.match(String(error), /would shrink from 6 rows to 2/u);
      assert.deepEqual(ids('users'), [1, 2, 3, 4, 5, 6]);
      await part({ id: 'r', index: 2 }, '', { max_shrink_percent: 80 });
      assert.deepEqual(ids('users'), [0, 1]);
    });

    test('ends an earlier generation of what is appended with its commit, and adds to its own', async () => {
      const generation = (id: number) => catalogJson({ ...visits, generation_id: id, minimum_generation_id: id });
      const visit = (index: number, ...ids_: readonly number[]) => {
        const rows = ids_.map((id) => recordLine('visits', { id })).join('');
        return rows + stateLine('visits', { index }) + statusLine('visits', 'COMPLETE');
      };
      const run = async (id: string, streams: Json, ...inputs: readonly (readonly number[])[]) => {
        const before = ids('visits');
        for (const [index, rows] of inputs.entries()) {
          assert.deepEqual(ids('visits'), before);
          await part({ id, index, count: inputs.length }, visit(index, ...rows), {}, streams);
        }
      };
      await run('a', generation(7), [1], [2]);
      assert.deepEqual(ids('visits'), [1, 2]);
      await run('b', generation(8), [3], [4]);
      assert.deepEqual(ids('visits'), [3, 4]);
      await run('c', generation(8), [5], []);
      assert.deepEqual(ids('visits'), [3, 4, 5]);
      await run('d', generation(9), [], []);
      assert.deepEqual(ids('visits'), []);
    });

    test('is judged by the rejected records of all parts', async () => {
      const bad = Array.from({ length: 150 }, (_, id) => recordLine('users', `"text ${id}"`)).join('');
      const many = (from: number, count: number) =>
        partInput(0, ...Array.from({ length: count }, (_, id) => from + id));
      await part({ id: 'few', index: 0 }, bad + partInput(0));
      await part({ id: 'few', index: 1 }, many(0, 700));
      await part({ id: 'few', index: 2 }, many(700, 700));
      assert.equal(ids('users').length, 1400);
      await part({ id: 'many', index: 0 }, bad + partInput(0));
      await part({ id: 'many', index: 1 }, partInput(1, 1));
      const { error } = await tryPart({ id: 'many', index: 2 }, partInput(2, 2));
      assert.match(
        String(error),
        /150 of 152 records of the stream "users" were rejected in all parts of the run "many"/u,
      );
      assert.equal(ids('users').length, 1400);
    });

    test('is left alone by the cleanup of other runs and of single writers of the same worker', async () => {
      await part({ id: 'r', index: 0 }, partInput(0, 1));
      const waiting = keysInStaging(server);
      assert.equal(waiting.length, 2);
      await write(server, [partInput(0, 7)], { catalog: catalogJson(visits), config: { worker_id: '0' } });
      for (const index of [0, 1, 2]) await part({ id: 's', index }, partInput(index), {}, catalogJson(visits));
      assert.deepEqual(keysInStaging(server), waiting);
    });

    test('refuses a part that names a file of another table, or a file twice, and touches nothing', async () => {
      for (const index of [0, 1]) await part({ id: 'r', index }, partInput(index, index));
      const key = 'permutive/_runs/r/parts/0.json';
      const real = server.object(bucket, key)?.body.toString() ?? '';
      const other = server.object(bucket, 'permutive/_runs/r/parts/1.json')?.body.toString() ?? '';
      const forged = [
        [
          real.replaceAll(folderOf('users'), folderOf('accounts')),
          /names ".*", which is not a file of this connector/u,
        ],
        [real.replaceAll('permutive/', 'permutive/../'), /which is not a file of this connector/u],
        [real.replace('"name":"users","files"', '"name":"accounts","files"'), /does not fill/u],
        [other.replace('"index":1', '"index":0'), /as another part does/u],
        [other, /is of the part 1/u],
        [real.replaceAll('"run":"r"', '"run":"s"'), /is of the run/u],
        [real.replace(/"bytes":\d+/u, '"bytes":1'), /is not what was written there/u],
        [real.replace(/"states":\["/u, '"states":["{}\\n","'), /not a document that this version reads/u],
        ['{', /not a document that this version reads/u],
      ] as const;
      for (const [number, [body, message]] of forged.entries()) {
        assert.notEqual(body, real, String(number));
        server.seed(bucket, key, body);
        const before = server
          .objects(bucket, 'permutive/')
          .filter(({ key: k }) => !k.includes('_runs/') && !k.includes('_staging/'));
        const { error, lines } = await tryPart({ id: 'r', index: 2 }, partInput(2, 2));
        assert.match(String(error), message, String(number));
        const after = server
          .objects(bucket, 'permutive/')
          .filter(({ key: k }) => !k.includes('_runs/') && !k.includes('_staging/'));
        assert.deepEqual([after.map((o) => o.key), lines], [before.map((o) => o.key), []], String(number));
      }
      server.seed(bucket, key, real);
      await part({ id: 'r', index: 2 }, '');
      assert.deepEqual(both(), [
        [0, 1, 2],
        [0, 1, 2],
      ]);
    });
  });
}
