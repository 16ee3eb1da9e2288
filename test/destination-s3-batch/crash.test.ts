// Killed at a call of S3: what was acknowledged is stored, no table that is replaced is ever half, and what it left is
// settled by the next run that proves nothing, and replaced by the next that does, without a trace. A sample of the calls,
// drawn by a seed; the acceptance tests take them all.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import * as fc from 'fast-check';
import { judgeBroken, judgeEmptied, judgeMended, judgeUnproven } from '../support/batch-crash-judge.ts';
import {
  acknowledgedBy,
  layOut,
  leftBy,
  scenarioBucket,
  scenarioCatalog,
  scenarioConfig,
  scenarioInput,
  scenarios,
  type Scenario,
} from '../support/batch-crash-scenario.ts';
import { breakAt, type Moment } from '../support/break-at.ts';
import { buildOnce } from '../support/build-once.ts';
import { startProgram } from '../support/program.ts';
import { startS3Server } from '../support/s3-server/server.ts';
import type { S3TestServer, StoredObject } from '../support/s3-server/types.ts';
import { runWrite, type Ran } from './support/batch.ts';

const seed = 6;
/** Of each scenario, spread over its calls. */
const kills = 8;

let folder = '';
before(async () => (folder = await mkdtemp(join(tmpdir(), 's3-connectors-crash-'))));
after(() => rm(folder, { recursive: true }));

async function serverWith(objects: readonly StoredObject[]): Promise<S3TestServer> {
  const server = await startS3Server();
  server.createBucket(scenarioBucket);
  layOut(server, objects);
  return server;
}

async function runIn(
  spool: string,
  server: S3TestServer,
  scenario: Scenario,
  set: number,
  input: string,
): Promise<Ran> {
  const config = scenarioConfig(server.endpoint, scenario, spool);
  return await runWrite(server, [input], { config, catalog: scenarioCatalog(scenario, set) });
}

async function run(server: S3TestServer, scenario: Scenario, set: number, input: string): Promise<Ran> {
  return await runIn(await mkdtemp(join(folder, 'spool-')), server, scenario, set, input);
}

async function runWell(server: S3TestServer, scenario: Scenario, set: number, input: string): Promise<string> {
  const { error, failures, lines } = await run(server, scenario, set, input);
  assert.deepEqual([error, failures], [undefined, []]);
  return lines.join('');
}

/** The program, killed as it writes version 2. @returns what it printed; undefined if it ended before the call. */
async function killedRun(
  server: S3TestServer,
  scenario: Scenario,
  { moment, index, spool }: { readonly moment: Moment; readonly index: number; readonly spool: string },
): Promise<{ readonly stdout: string; readonly wasKilled: boolean }> {
  const files = { config: scenarioConfig(server.endpoint, scenario, spool), catalog: scenarioCatalog(scenario, 2) };
  const args = ['write'];
  for (const [name, content] of Object.entries(files)) {
    const path = join(spool, '..', `${name}.json`);
    await writeFile(path, JSON.stringify(content));
    args.push(`--${name}`, path);
  }
  await using program = startProgram(await buildOnce('destination-s3-batch'), args);
  breakAt(server, moment, index, () => program.child.kill('SIGKILL'));
  program.child.stdin.end(scenarioInput(scenario, 2, false));
  const { signal, exitCode, stdout } = await program.ended();
  if (signal !== 'SIGKILL') assert.equal(exitCode, 0, stdout);
  server.setHooks({});
  return { stdout, wasKilled: signal === 'SIGKILL' };
}

for (const [number, scenario] of scenarios.entries()) {
  suite(`the batch destination (${scenario.format}, ${scenario.regime})`, { concurrency: 3 }, () => {
    let left: readonly StoredObject[];
    let calls = 0;

    before(async () => {
      await using server = await serverWith([]);
      await runWell(server, scenario, 1, scenarioInput(scenario, 1, false));
      await judgeMended(server, scenario, 1);
      left = leftBy(server);
      server.counts.reset();
      await runWell(server, scenario, 2, scenarioInput(scenario, 2, false));
      calls = server.counts.total.requests;
    });

    test('replaces three times in a row', async () => {
      await using server = await serverWith([]);
      for (const set of [1, 2, 3]) {
        await runWell(server, scenario, set, scenarioInput(scenario, set, set > 1));
        await judgeMended(server, scenario, set);
      }
    });

    test('empties what is proven to have no rows', async () => {
      await using server = await serverWith(left);
      judgeEmptied(server, await runWell(server, scenario, 2, scenarioInput(scenario, 2, false, 'empty')));
    });

    test('keeps what it cannot prove to be complete', async () => {
      await using server = await serverWith(left);
      const { lines, failures } = await run(server, scenario, 2, scenarioInput(scenario, 2, false, 'cut'));
      assert.deepEqual(
        failures.map(({ code, failureType }) => [code, failureType]),
        Array.from({ length: 2 }, () => ['STREAM_INCOMPLETE', 'transient_error']),
      );
      await judgeUnproven(server, lines.join(''), [1]);
      await runWell(server, scenario, 3, scenarioInput(scenario, 3, true));
      await judgeMended(server, scenario, 3);
    });

    const places = fc.noBias(fc.record({ percent: fc.nat(99), isAnswered: fc.boolean() }));
    for (const [part, { percent, isAnswered }] of fc
      .sample(places, { seed: seed + number, numRuns: kills })
      .entries()) {
      const moment = isAnswered ? 'onAnswer' : 'onRequest';
      const at = (part + percent / 100) / kills;
      test(`killed ${moment} after ${Math.floor(at * 100)} of a hundred calls of S3 (seed ${seed})`, async (context) => {
        await using server = await serverWith(left);
        const spool = join(await mkdtemp(join(folder, 'run-')), 'spool');
        const index = 1 + Math.floor(at * calls);
        const { stdout, wasKilled } = await killedRun(server, scenario, { moment, index, spool });
        context.diagnostic(`call ${index} of ${calls}`);
        assert.ok(wasKilled, `there was no call ${index}`);
        await judgeBroken(server, stdout, scenario, 1);
        const cut = scenarioInput(scenario, 3, acknowledgedBy(stdout).has('visits'), 'cut');
        const unproven = await runIn(spool, server, scenario, 3, cut);
        await judgeUnproven(server, unproven.lines.join(''), [1, 2]);
        const { error, failures } = await runIn(spool, server, scenario, 3, scenarioInput(scenario, 3, true));
        assert.deepEqual([error, failures], [undefined, []]);
        await judgeMended(server, scenario, 3);
        assert.deepEqual(await readdir(spool), []);
      });
    }
  });
}
