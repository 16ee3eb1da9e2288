// Broken at every call of S3: acknowledged rows are stored, the replaced table is never half complete, and the next run leaves
// exactly the new one. These breaks take S3 away from the run in this process, which has the same effect as a kill.
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { breakAt } from '../../support/crash/break-at.ts';
import { judgeBroken, scenarioInput } from '../../support/crash/crash-scenario.ts';
import { afterOneRun, indexes, recover, run } from '../support/broken-runs.ts';

suite('the streaming destination, broken at every call of S3', { concurrency: 2 }, () => {
  const { serverAsLeft } = afterOneRun();

  for (const moment of ['onRequest', 'onAnswer'] as const) {
    for (const index of indexes) {
      test(`dead at ${moment} of call ${index}`, async () => {
        await using server = await serverAsLeft();
        const stop = new AbortController();
        breakAt(server, moment, index, () => stop.abort(new ConnectorError('OUTPUT_CLOSED', 'dead')));
        const { lines } = await run(server, scenarioInput(2), stop.signal);
        judgeBroken(server, lines.join(''), 1);
        await recover(server, lines.join(''));
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
        await recover(server, lines.join(''));
      });
    }
  }
});
