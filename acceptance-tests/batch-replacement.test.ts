// The built batch destination, killed with SIGKILL at every call of S3 of a run that replaces tables: at each call once in each
// regime, the moment and the format drawn by a seed.
import assert from 'node:assert/strict';
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';

import * as fc from 'fast-check';

import { judgeBroken, judgeRecovered } from '../test/support/crash/batch-crash-judge.ts';
import {
  acknowledgedBy,
  layOut,
  leftBy,
  scenarioCatalog,
  scenarioConfig,
  scenarioInput,
  type Scenario,
} from '../test/support/crash/batch-crash-scenario.ts';
import { breakAt } from '../test/support/crash/break-at.ts';
import { type Ended, startProgram } from '../test/support/program.ts';
import type { S3TestServer, StoredObject } from '../tools/s3-server/types.ts';
import { executables, jsonFile, temporaryFolder } from './support/programs.ts';
import { serverWith } from '../test/support/crash/scenario-server.ts';

const seed = 6;
const formats: readonly Scenario['format'][] = ['parquet', 'json'];
/** As many calls as a run has, and some for the case that it has more. */
const regimes = [
  { regime: 'legacy', most: 96 },
  { regime: 'modern', most: 112 },
] as const;

type Attempt = { readonly set: number; readonly spool: string; readonly areVisitsStored: boolean };

async function write(
  server: S3TestServer,
  scenario: Scenario,
  { set, spool, areVisitsStored }: Attempt,
  started: (kill: () => void) => void = () => undefined,
): Promise<Ended> {
  const config = await jsonFile(scenarioConfig(server.endpoint, scenario, spool));
  const catalog = await jsonFile(scenarioCatalog(scenario, set));
  await using program = startProgram(executables.batch, ['write', '--config', config, '--catalog', catalog]);
  started(() => program.child.kill('SIGKILL'));
  program.child.stdin.end(scenarioInput(scenario, set, areVisitsStored));
  return await program.ended();
}

async function newSpool(): Promise<string> {
  return join(await mkdtemp(join(await temporaryFolder(), 'run-')), 'spool');
}

for (const { regime, most } of regimes) {
  suite(`the built batch destination, killed while it replaces (${regime})`, { concurrency: 2 }, () => {
    const left = new Map<Scenario['format'], readonly StoredObject[]>();
    const calls = new Map<Scenario['format'], number>();
    before(async () => {
      for (const format of formats) {
        const scenario = { format, regime };
        await using server = await serverWith([]);
        layOut(server, []);
        await write(server, scenario, { set: 1, spool: await newSpool(), areVisitsStored: false });
        await judgeRecovered(server, scenario, 1);
        left.set(format, leftBy(server));
        layOut(server, leftBy(server));
        server.counts.reset();
        await write(server, scenario, { set: 2, spool: await newSpool(), areVisitsStored: false });
        calls.set(format, server.counts.total.requests);
      }
    });

    test('has as many calls as are broken here', () => {
      for (const count of calls.values()) assert.ok(count > 60 && count <= most, `${count} calls`);
    });

    const draws = fc.record({ format: fc.constantFrom(...formats), moment: fc.constantFrom('onRequest', 'onAnswer') });
    for (const [number, { format, moment }] of fc.sample(fc.noBias(draws), { seed, numRuns: most }).entries()) {
      const index = number + 1;
      test(`${moment} of call ${index} (${format}, seed ${seed}): nothing acknowledged is lost, and the next run recovers all`, async () => {
        const scenario = { format, regime };
        await using server = await serverWith([]);
        layOut(server, left.get(format) ?? []);
        const spool = await newSpool();
        const broken = await write(server, scenario, { set: 2, spool, areVisitsStored: false }, (kill) =>
          breakAt(server, moment, index, kill),
        );
        assert.equal(broken.signal, index <= (calls.get(format) ?? 0) ? 'SIGKILL' : null);
        server.setHooks({});
        await judgeBroken(server, broken.stdout, scenario, 1);
        const areVisitsStored = acknowledgedBy(broken.stdout).has('visits');
        const recovered = await write(server, scenario, { set: 3, spool, areVisitsStored });
        assert.equal(recovered.exitCode, 0, recovered.stdout);
        await judgeRecovered(server, scenario, 3);
        assert.deepEqual(await readdir(spool), []);
      });
    }
  });
}
