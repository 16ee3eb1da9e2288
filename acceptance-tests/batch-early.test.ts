// The built batch destination, killed with SIGKILL at every call of S3 of a run whose spool is too small for its input: at each
// call once, the moment and the format drawn by a seed.
import assert from 'node:assert/strict';
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
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
  type Format,
} from '../test/support/crash/batch-early-scenario.ts';
import { breakAt } from '../test/support/crash/break-at.ts';
import { type Ended, startProgram } from '../test/support/program.ts';
import type { S3TestServer, StoredObject } from '../tools/s3-server/types.ts';
import { executables, jsonFile, temporaryFolder } from './support/programs.ts';
import { serverWith } from '../test/support/crash/scenario-server.ts';

const seed = 6;
const formats: readonly Format[] = ['parquet', 'json'];
/** As many calls as a run has, and some for the case that it has more. */
const most = 44;
/** On a loaded machine files are converted at other moments, so that there are a few calls more, like those before. */
const mostUnbroken = 20;

/** Of each broken run: what was acknowledged. */
const told: string[] = [];

type Attempt = { readonly format: Format; readonly set: number; readonly next: number; readonly spool: string };

async function write(
  server: S3TestServer,
  { format, set, next, spool }: Attempt,
  started: (kill: () => void) => void = () => undefined,
): Promise<Ended> {
  const config = await jsonFile(earlyConfig(server.endpoint, format, spool));
  const catalog = await jsonFile(earlyCatalog);
  await using program = startProgram(executables.batch, ['write', '--config', config, '--catalog', catalog]);
  started(() => program.child.kill('SIGKILL'));
  Readable.from(earlyInput(set, next), { objectMode: false }).pipe(program.child.stdin);
  return await program.ended();
}

async function newSpool(): Promise<string> {
  return join(await mkdtemp(join(await temporaryFolder(), 'run-')), 'spool');
}

suite('the built batch destination, killed while its spool is too small', { concurrency: 2 }, () => {
  const left = new Map<Format, readonly StoredObject[]>();
  const calls = new Map<Format, number>();
  before(async () => {
    for (const format of formats) {
      await using server = await serverWith([]);
      await write(server, { format, set: 1, next: 0, spool: await newSpool() });
      await judgeEarlyRecovered(server, 0, 1);
      left.set(format, earlyLeft(server));
      await using other = await serverWith(earlyLeft(server));
      await write(other, { format, set: 2, next: 0, spool: await newSpool() });
      calls.set(format, other.counts.total.requests);
    }
  });

  test('has hardly more calls than are broken here', () => {
    for (const count of calls.values()) assert.ok(count > 30 && count <= most + mostUnbroken, `${count} calls`);
  });

  const draws = fc.record({ format: fc.constantFrom(...formats), moment: fc.constantFrom('onRequest', 'onAnswer') });
  for (const [number, { format, moment }] of fc.sample(fc.noBias(draws), { seed, numRuns: most }).entries()) {
    const index = number + 1;
    test(`${moment} of call ${index} (${format}, seed ${seed}): nothing acknowledged is lost or doubled`, async () => {
      await using server = await serverWith(left.get(format) ?? []);
      const spool = await newSpool();
      const broken = await write(server, { format, set: 2, next: 0, spool }, (kill) =>
        breakAt(server, moment, index, kill),
      );
      assert.equal(broken.signal, index <= (calls.get(format) ?? 0) ? 'SIGKILL' : null);
      server.setHooks({});
      await judgeEarlyBroken(server, broken.stdout, 1);
      const { next, isReplaced } = earlyAcknowledged(broken.stdout);
      told.push(`${next} ${isReplaced}`);
      const recovered = await write(server, { format, set: 3, next, spool });
      assert.equal(recovered.exitCode, 0, recovered.stdout);
      await judgeEarlyRecovered(server, next, 3);
      assert.deepEqual(await readdir(spool), []);
    });
  }
});

test('runs were broken before anything was acknowledged, on the way, and after the input', () => {
  for (const state of ['0 false', '1 false', '2 false']) assert.ok(told.includes(state), state);
});
