// The replacing runs of batch-crash-scenario.ts in this process, and the program killed at some of their calls of S3.
import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import * as fc from 'fast-check';

import { judgeBroken, judgeRecovered, judgeUnproven } from '../../support/crash/batch-crash-judge.ts';
import {
  acknowledgedBy,
  layOut,
  leftBy,
  scenarioCatalog,
  scenarioConfig,
  scenarioInput,
  scenarios,
  type Scenario,
} from '../../support/crash/batch-crash-scenario.ts';
import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { runWrite, type Ran } from './batch.ts';
import { foldersOfFile, killedRun } from './crash.ts';
import { serverWith } from '../../support/crash/scenario-server.ts';

const seed = 6;
/** Kills for each scenario, spread over its calls. */
const kills = 6;

export type RunOptions = { readonly set: number; readonly input: string; readonly spool: string };

/** With what an earlier run left, and the neighbours. */
export async function laidOut(objects: readonly StoredObject[]): Promise<S3TestServer> {
  const server = await serverWith([]);
  layOut(server, objects);
  return server;
}

export async function runReplacing(
  server: S3TestServer,
  scenario: Scenario,
  { set, input, spool }: RunOptions,
): Promise<Ran> {
  const config = scenarioConfig(server.endpoint, scenario, spool);
  return await runWrite(server, [input], { config, catalog: scenarioCatalog(scenario, set) });
}

/** @returns what it printed. */
export async function replaceWell(server: S3TestServer, scenario: Scenario, options: RunOptions): Promise<string> {
  const { error, failures, lines } = await runReplacing(server, scenario, options);
  assert.deepEqual([error, failures], [undefined, []]);
  return lines.join('');
}

/**
 * Registers the tests: the program is killed while it writes version 2. One run that proves nothing follows, then one that does.
 */
export function registerKills(regime: Scenario['regime']): void {
  const newFolder = foldersOfFile();
  for (const [number, scenario] of scenarios.entries()) {
    if (scenario.regime !== regime) continue;
    suite(`the batch destination, killed while it replaces (${scenario.format}, ${regime})`, { concurrency: 3 }, () => {
      let left: readonly StoredObject[];
      let calls = 0;

      before(async () => {
        await using server = await laidOut([]);
        for (const set of [1, 2]) {
          server.counts.reset();
          const input = scenarioInput(scenario, set, false);
          await replaceWell(server, scenario, { set, input, spool: await newFolder() });
          if (set === 1) layOut(server, (left = leftBy(server)));
        }
        calls = server.counts.total.requests;
      });

      const places = fc.noBias(fc.record({ percent: fc.nat(99), isAnswered: fc.boolean() }));
      const sample = fc.sample(places, { seed: seed + number, numRuns: kills });
      for (const [part, { percent, isAnswered }] of sample.entries()) {
        const moment = isAnswered ? 'onAnswer' : 'onRequest';
        const at = (part + percent / 100) / kills;
        test(`${moment} after ${Math.floor(at * 100)} of a hundred calls of S3 (seed ${seed})`, async (context) => {
          await using server = await laidOut(left);
          const folder = await newFolder();
          const spool = join(folder, 'spool');
          await mkdir(spool);
          const index = 1 + Math.floor(at * calls);
          context.diagnostic(`call ${index} of ${calls}`);
          const config = scenarioConfig(server.endpoint, scenario, spool);
          const input = [scenarioInput(scenario, 2, false)];
          const program = { config, catalog: scenarioCatalog(scenario, 2), input, folder };
          const { stdout, wasKilled } = await killedRun(server, { moment, index }, program);
          assert.ok(wasKilled, `there was no call ${index}`);
          await judgeBroken(server, stdout, scenario, 1);
          const cut = scenarioInput(scenario, 3, acknowledgedBy(stdout).has('visits'), 'cut');
          const unproven = await runReplacing(server, scenario, { set: 3, input: cut, spool });
          await judgeUnproven(server, unproven.lines.join(''), [1, 2]);
          await replaceWell(server, scenario, { set: 3, input: scenarioInput(scenario, 3, true), spool });
          await judgeRecovered(server, scenario, 3);
          assert.deepEqual(await readdir(spool), []);
        });
      }
    });
  }
}
