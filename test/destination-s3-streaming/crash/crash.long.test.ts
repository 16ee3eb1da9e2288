// Broken at every call of S3: what was acknowledged is stored, the table that is replaced is never half, and the next run leaves
// exactly the new one. These breaks are made in this process by taking S3 away from the run, which a kill does not do otherwise.
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
