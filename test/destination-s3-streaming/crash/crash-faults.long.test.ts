// S3 fails at any call, its answer is lost, the input ends early, or the program is killed: as in crash.test.ts, acknowledged rows
// are stored, and the next run leaves exactly the new table.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { breakAt } from '../../support/crash/break-at.ts';
import {
  acknowledgedBy,
  judgeBroken,
  judgeRecovered,
  judgeUnproven,
  scenarioCatalog,
  scenarioConfig,
  scenarioInput,
} from '../../support/crash/crash-scenario.ts';
import { afterOneRun, indexes, recover, run } from '../support/broken-runs.ts';
import { startDestination } from '../support/process.ts';

suite('the streaming destination, failed by S3 at every call, or killed', { concurrency: 2 }, () => {
  const { serverAsLeft, calls } = afterOneRun();

  for (const index of indexes) {
    test(`S3 fails at call ${index} permanently, and its consequences are cleaned up`, async () => {
      await using server = await serverAsLeft();
      server.inject({ kind: 'error', code: 'AccessDenied', skip: index - 1 });
      const { lines } = await run(server, scenarioInput(2));
      judgeBroken(server, lines.join(''), 1);
      await recover(server, lines.join(''));
    });

    test(`the answer to call ${index} is lost`, async () => {
      await using server = await serverAsLeft();
      const fault = server.inject({ kind: 'drop_answer', skip: index - 1 });
      const { lines, error } = await run(server, scenarioInput(2));
      assert.equal(error, undefined);
      assert.equal(acknowledgedBy(lines.join('')).isReplaced, true);
      judgeRecovered(server, 2);
      assert.equal(fault.fired, index <= calls() ? 1 : 0);
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
    await recover(server, lines.join(''));
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
      assert.equal(signal, index <= calls() ? 'SIGKILL' : null);
      judgeBroken(server, stdout, 1);
      await recover(server, stdout);
    });
  }
});
