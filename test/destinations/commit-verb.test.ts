// The verb `commit` as a program: it publishes a run whose parts are all there, prints the STATEs of all writers, and aborts runs.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, suite, test } from 'node:test';

import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { configJson as batchConfig, runWrite as writeBatch } from '../destination-s3-batch/support/batch.ts';
import {
  configJson as streamingConfig,
  runWrite as writeStreaming,
} from '../destination-s3-streaming/support/streaming.ts';
import { bucket, type Json } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { runProgram, type Ended } from '../support/program.ts';
import { partInput, runCatalog as catalog } from './contract/shared-run.ts';

const destinations = {
  streaming: { config: streamingConfig, write: writeStreaming, folder: 'type=users/' },
  batch: { config: batchConfig, write: writeBatch, folder: 'data/users/' },
} as const;

for (const [which, { config, write, folder }] of Object.entries(destinations)) {
  suite(`commit of the ${which} destination`, () => {
    const running = emptyServer();
    let server: S3TestServer;
    beforeEach(() => (server = running()));

    async function commit(...options: readonly string[]): Promise<Ended> {
      const files = await mkdtemp(join(tmpdir(), 's3-connectors-commit-'));
      try {
        await writeFile(join(files, 'config.json'), JSON.stringify(config(server)));
        await writeFile(join(files, 'catalog.json'), JSON.stringify(catalog));
        const main = join(import.meta.dirname, `../../destination-s3-${which}/src/main.ts`);
        const given = options.map((option) => (option === 'CATALOG' ? join(files, 'catalog.json') : option));
        return await runProgram(main, ['commit', '--config', join(files, 'config.json'), ...given]);
      } finally {
        await rm(files, { recursive: true });
      }
    }
    async function part(run: Json, input: string): Promise<void> {
      const { error, failures } = await write(server, [input], { catalog, config: { run: { count: 2, ...run } } });
      assert.deepEqual([error, failures], [undefined, []]);
    }
    const keys = (below: string) => server.objects(bucket, `permutive/${below}`).map(({ key }) => key);
    const publish = ['--catalog', 'CATALOG', '--run', 'r'];

    test('names the parts that are missing, and prints the STATEs of a run that is committed, each time', async () => {
      await part({ id: 'r', index: 1 }, partInput(1, 1));
      const early = await commit(...publish);
      assert.deepEqual([early.exitCode, early.stdout], [1, '']);
      assert.match(early.stderr, /1 of its 2 parts is missing \(index 0\)\. .*\(STREAM_INCOMPLETE\)/u);
      await part({ id: 'r', index: 0 }, partInput(0, 0));
      const [first, second] = [await commit(...publish), await commit(...publish)];
      assert.deepEqual([first.exitCode, second.exitCode], [0, 0]);
      assert.equal(first.stdout.trim().split('\n').length, 4);
      assert.equal(first.stdout, second.stdout);
      assert.doesNotMatch(early.stderr + first.stderr, /Part \d+ of/u, 'it is not a writer');
      assert.equal(keys(folder).length, 2);
    });

    test('takes over from a commit that was not brought to its end, and publishes what it had not', async () => {
      for (const index of [0, 1]) await part({ id: 'r', index }, partInput(index, index));
      const whole = keys(folder);
      const document = 'permutive/_runs/r/commit.json';
      const outcome = JSON.parse(server.object(bucket, document)?.body.toString() ?? '') as Json;
      assert.equal(outcome['state'], 'committed');
      await part({ id: 's', index: 0 }, partInput(0, 5));
      server.seed(
        bucket,
        'permutive/_runs/s/commit.json',
        JSON.stringify({ ...outcome, run: 's', state: 'committing' }),
      );
      await part({ id: 's', index: 1 }, partInput(1, 6));
      assert.deepEqual(keys(folder), whole); // Another process is committing.
      const { exitCode, stdout } = await commit('--catalog', 'CATALOG', '--run', 's');
      assert.deepEqual([exitCode, stdout.trim().split('\n').length, keys('_staging/')], [0, 4, []]);
      assert.equal(keys(folder).filter((key) => whole.includes(key)).length, 0);
    });

    test('gives a run up: its files go, and nothing can be added to it or published of it any more', async () => {
      await part({ id: 'r', index: 0 }, partInput(0, 1));
      await part({ id: 'other', index: 0 }, partInput(0, 1));
      const others = keys('_staging/other/');
      const { exitCode, stderr } = await commit('--abort', '--run', 'r');
      assert.equal(exitCode, 0, stderr);
      assert.deepEqual([keys('_staging/'), keys('_runs/r/')], [others, ['permutive/_runs/r/commit.json']]);
      const { error } = await write(server, [partInput(1, 2)], {
        catalog,
        config: { run: { id: 'r', index: 1, count: 2 } },
      });
      assert.match(String(error), /The run "r" was aborted by "commit --abort"/u);
      const late = await commit(...publish);
      assert.match(late.stderr, /was aborted .*\(CONFIG_INVALID\)/u);
      assert.deepEqual([late.exitCode, keys(folder)], [1, []]);
    });

    test('does not abort a run that is committed or does not exist', async () => {
      for (const index of [0, 1]) await part({ id: 'r', index }, partInput(index, index));
      const committed = await commit('--abort', '--run', 'r');
      assert.match(committed.stderr, /The run "r" is committed: it cannot be aborted/u);
      const unknown = await commit('--abort', '--run', 'nobody');
      assert.match(unknown.stderr, /There is no run "nobody"/u);
      assert.deepEqual([committed.exitCode, unknown.exitCode, keys(folder).length], [1, 1, 2]);
    });

    test('removes what is kept of runs that are old, and leaves those to which something was added since', async () => {
      for (const index of [0, 1]) await part({ id: 'done', index }, partInput(index, index));
      await part({ id: 'open', index: 0 }, partInput(0, 7));
      const young = await commit('--abort', '--max-age', '1h');
      assert.deepEqual([young.exitCode, keys('_runs/').length > 0], [0, true]);
      const old = new Date(Date.now() - 2 * 3_600_000);
      for (const { key, body } of server.objects(bucket, 'permutive/_')) {
        if (/_(?:runs|staging)\//u.test(key)) server.seed(bucket, key, body, { lastModified: old });
      }
      await part({ id: 'young', index: 0 }, partInput(0, 8));
      const { exitCode, stderr } = await commit('--abort', '--max-age', '1h');
      assert.equal(exitCode, 0, stderr);
      const left = [...keys('_runs/'), ...keys('_staging/')];
      assert.ok(
        left.length >= 3 && left.every((key) => /^permutive\/_(?:runs|staging)\/young\//u.test(key)),
        left.join(),
      );
      assert.equal(keys(folder).length, 2);
    });

    test('says what is wrong with its options', async () => {
      for (const [options, message] of [
        [['--run', 'r'], /--catalog is missing/u],
        [['--catalog', 'CATALOG'], /--run is missing: name the run/u],
        [['--abort'], /--run is missing: name the run/u],
        [['--abort', '--run', '../x'], /is not a valid name of a run/u],
        [['--run', 'r', '--catalog', 'CATALOG', '--max-age', '7d'], /--max-age needs --abort/u],
        [['--abort', '--max-age', 'week'], /--max-age is "week"/u],
      ] as const) {
        const { exitCode, stderr } = await commit(...options);
        assert.equal(exitCode, 1);
        assert.match(stderr, message);
      }
    });
  });
}
