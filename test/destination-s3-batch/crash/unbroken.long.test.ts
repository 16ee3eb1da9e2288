// The same replacing runs as those that are killed, but complete: several in a row, emptying, and cut by the source.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { judgeEmptied, judgeRecovered, judgeUnproven } from '../../support/crash/batch-crash-judge.ts';
import { leftBy, scenarioInput, scenarios } from '../../support/crash/batch-crash-scenario.ts';
import type { StoredObject } from '../../../tools/s3-server/types.ts';
import { foldersOfFile } from '../support/crash.ts';
import { laidOut, replaceWell, runReplacing } from '../support/crash-replacing.ts';

const newFolder = foldersOfFile();

for (const scenario of scenarios) {
  suite(`the batch destination (${scenario.format}, ${scenario.regime})`, { concurrency: 3 }, () => {
    let left: readonly StoredObject[];
    before(async () => {
      await using server = await laidOut([]);
      const spool = await newFolder();
      await replaceWell(server, scenario, { set: 1, input: scenarioInput(scenario, 1, false), spool });
      left = leftBy(server);
    });

    test('replaces three times in a row', async () => {
      await using server = await laidOut([]);
      const spool = await newFolder();
      for (const set of [1, 2, 3]) {
        await replaceWell(server, scenario, { set, input: scenarioInput(scenario, set, set > 1), spool });
        await judgeRecovered(server, scenario, set);
      }
    });

    test('empties what is proven to have no rows', async () => {
      await using server = await laidOut(left);
      const input = scenarioInput(scenario, 2, false, 'empty');
      judgeEmptied(server, await replaceWell(server, scenario, { set: 2, input, spool: await newFolder() }));
    });

    test('keeps what it cannot prove to be complete', async () => {
      await using server = await laidOut(left);
      const spool = await newFolder();
      const cut = scenarioInput(scenario, 2, false, 'cut');
      const { lines, failures } = await runReplacing(server, scenario, { set: 2, input: cut, spool });
      assert.deepEqual(
        failures.map(({ code, failureType }) => [code, failureType]),
        Array.from({ length: 2 }, () => ['STREAM_INCOMPLETE', 'transient_error']),
      );
      await judgeUnproven(server, lines.join(''), [1]);
      await replaceWell(server, scenario, { set: 3, input: scenarioInput(scenario, 3, true), spool });
      await judgeRecovered(server, scenario, 3);
    });
  });
}
