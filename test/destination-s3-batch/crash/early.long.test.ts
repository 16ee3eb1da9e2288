// Killed at a call of S3 while the spool is too small for the input: acknowledged rows are stored, and the next run, from the last
// STATE, repeats only others and leaves no files. A sample of the calls, drawn by a seed; the acceptance tests take them all.
import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import * as fc from 'fast-check';
import {
  earlyAcknowledged,
  earlyCatalog,
  earlyConfig,
  earlyInput,
  earlyLeft,
  judgeEarlyBroken,
  judgeEarlyRecovered,
} from '../../support/crash/batch-early-scenario.ts';
import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { runWrite } from '../support/batch.ts';
import { foldersOfFile, killedRun } from '../support/crash.ts';
import { serverWith } from '../../support/crash/scenario-server.ts';

const seed = 6;
/** Spread over the calls of a run. */
const kills = 3;
const format = 'parquet';
const newFolder = foldersOfFile();

async function runWell(server: S3TestServer, set: number, next: number, spool: string): Promise<string> {
  const config = earlyConfig(server.endpoint, format, spool);
  const { error, failures, lines } = await runWrite(server, earlyInput(set, next), {
    config,
    catalog: earlyCatalog,
  });
  assert.deepEqual([error, failures], [undefined, []]);
  return lines.join('');
}

suite('the batch destination with a small spool', { concurrency: 2 }, () => {
  let left: readonly StoredObject[];
  let calls = 0;

  before(async () => {
    await using server = await serverWith([]);
    assert.deepEqual(earlyAcknowledged(await runWell(server, 1, 0, await newFolder())), { next: 2, isReplaced: true });
    await judgeEarlyRecovered(server, 0, 1);
    left = earlyLeft(server);
    calls = server.counts.total.requests; // As many as those that replace it, but for the deletion of the previous ones.
  });

  const places = fc.noBias(fc.record({ percent: fc.nat(99), isAnswered: fc.boolean() }));
  for (const [part, { percent, isAnswered }] of fc.sample(places, { seed, numRuns: kills }).entries()) {
    const moment = isAnswered ? 'onAnswer' : 'onRequest';
    const at = (part + percent / 100) / kills;
    test(`killed ${moment} after ${Math.floor(at * 100)} of a hundred calls of S3 (seed ${seed})`, async (context) => {
      await using server = await serverWith(left);
      const folder = await newFolder();
      const spool = join(folder, 'spool');
      await mkdir(spool);
      const index = 1 + Math.floor(at * calls);
      context.diagnostic(`call ${index} of ${calls}`);
      const config = earlyConfig(server.endpoint, format, spool);
      const program = { config, catalog: earlyCatalog, input: earlyInput(2, 0), folder };
      const { stdout, wasKilled } = await killedRun(server, { moment, index }, program);
      assert.ok(wasKilled, `there was no call ${index}`);
      await judgeEarlyBroken(server, stdout, 1);
      const { next } = earlyAcknowledged(stdout);
      await runWell(server, 3, next, spool);
      await judgeEarlyRecovered(server, next, 3);
      assert.deepEqual(await readdir(spool), []);
    });
  }
});
