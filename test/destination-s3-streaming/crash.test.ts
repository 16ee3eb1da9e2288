// Broken at every call of S3, in every way: what was acknowledged is stored, the table that is replaced is never half, and the
// next run leaves exactly the new one. Most breaks are made in this process by taking S3 away from the run, which a kill does
// not do otherwise; a sample of them by killing the program.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { breakAt } from '../support/break-at.ts';
import {
  acknowledgedBy,
  judgeBroken,
  judgeMended,
  judgeUnproven,
  layOut,
  scenarioBucket,
  scenarioCatalog,
  scenarioConfig,
  scenarioInput,
  type Snapshot,
} from '../support/crash-scenario.ts';
import type { S3TestServer } from '../support/s3-server/types.ts';
import { startS3Server } from '../support/s3-server/server.ts';
import { startDestination } from './support/process.ts';
import { runWrite } from './support/streaming.ts';

function run(server: S3TestServer, input: string, signal?: AbortSignal) {
  const options = { config: scenarioConfig(server.endpoint), catalog: scenarioCatalog };
  return runWrite(server, [input], signal === undefined ? options : { ...options, signal });
}

async function mend(server: S3TestServer, stdout: string): Promise<void> {
  server.setHooks({});
  server.clearFaults();
  const { error, failures } = await run(server, scenarioInput(3, acknowledgedBy(stdout).next));
  assert.deepEqual([error, failures], [undefined, []]);
  judgeMended(server, 3);
}

suite('the streaming destination, broken at every call of S3', { concurrency: 2 }, () => {
  let snapshot: Snapshot;
  let calls = 0;

  /** A server of its own, as the run before has left it. */
  async function serverAsLeft(): Promise<S3TestServer> {
    const server = await startS3Server();
    server.createBucket(scenarioBucket);
    layOut(server, snapshot);
    return server;
  }

  before(async () => {
    await using server = await startS3Server();
    server.createBucket(scenarioBucket);
    await run(server, scenarioInput(1));
    snapshot = server.objects(scenarioBucket).filter(({ key }) => !key.startsWith('out/type=events/'));
    layOut(server, snapshot);
    server.counts.reset();
    await run(server, scenarioInput(2));
    judgeMended(server, 2);
    calls = server.counts.total.requests;
  });

  /** As many as the run has calls, and some for the case that it has more. */
  const indexes = Array.from({ length: 34 }, (_, index) => index + 1);

  test('has as many calls as are broken here', () => {
    assert.ok(calls > 25 && calls <= indexes.length, `${calls} calls`);
  });

  for (const moment of ['onRequest', 'onAnswer'] as const) {
    for (const index of indexes) {
      test(`dead at ${moment} of call ${index}`, async () => {
        await using server = await serverAsLeft();
        const stop = new AbortController();
        breakAt(server, moment, index, () => stop.abort(new ConnectorError('OUTPUT_CLOSED', 'dead')));
        const { lines } = await run(server, scenarioInput(2), stop.signal);
        judgeBroken(server, lines.join(''), 1);
        await mend(server, lines.join(''));
      });

      test(`told to stop at ${moment} of call ${index}`, async () => {
        await using server = await serverAsLeft();
        const stop = new AbortController();
        let seen = 0;
        server.setHooks({
          [moment]: () => {
            if ((seen += 1) === index) stop.abort(new Error('SIGTERM'));
          },
        });
        const { lines } = await run(server, scenarioInput(2), stop.signal);
        judgeBroken(server, lines.join(''), 1);
        await mend(server, lines.join(''));
      });
    }
  }

  for (const index of indexes) {
    test(`S3 fails at call ${index} for good, and what came of it is cleared up`, async () => {
      await using server = await serverAsLeft();
      server.inject({ kind: 'error', code: 'AccessDenied', skip: index - 1 });
      const { lines } = await run(server, scenarioInput(2));
      judgeBroken(server, lines.join(''), 1);
      await mend(server, lines.join(''));
    });

    test(`the answer to call ${index} is lost`, async () => {
      await using server = await serverAsLeft();
      const fault = server.inject({ kind: 'drop_answer', skip: index - 1 });
      const { lines, error } = await run(server, scenarioInput(2));
      assert.equal(error, undefined);
      assert.equal(acknowledgedBy(lines.join('')).isReplaced, true);
      judgeMended(server, 2);
      assert.equal(fault.fired, index <= calls ? 1 : 0);
    });
  }

  test('the input ends before the table is complete', async () => {
    await using server = await serverAsLeft();
    const { lines, failures } = await run(server, scenarioInput(2, 0, true));
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['STREAM_INCOMPLETE'],
    );
    judgeUnproven(server, lines.join(''), 1);
    await mend(server, lines.join(''));
  });

  for (const index of indexes.filter((number) => number % 2 === 0)) {
    const moment = index % 4 === 0 ? 'onAnswer' : 'onRequest';
    test(`killed at ${moment} of call ${index}`, async () => {
      await using server = await serverAsLeft();
      const config = scenarioConfig(server.endpoint);
      await using program = await startDestination('write', server, { config, catalog: scenarioCatalog });
      breakAt(server, moment, index, () => program.child.kill('SIGKILL'));
      program.child.stdin.end(scenarioInput(2));
      const { signal, stdout } = await program.ended();
      assert.equal(signal, index <= calls ? 'SIGKILL' : null);
      judgeBroken(server, stdout, 1);
      await mend(server, stdout);
    });
  }
});
