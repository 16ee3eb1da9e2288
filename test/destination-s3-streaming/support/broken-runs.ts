// What the tests that break the destination at a call of S3 share: a run, the next run that repairs, and the server between them.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import {
  acknowledgedBy,
  judgeRecovered,
  layOut,
  scenarioCatalog,
  scenarioConfig,
  scenarioInput,
  type Snapshot,
} from '../../support/crash/crash-scenario.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { runWrite } from './streaming.ts';
import { scenarioBucket } from '../../support/crash/scenario-server.ts';

export function run(server: S3TestServer, input: string, signal?: AbortSignal) {
  const options = { config: scenarioConfig(server.endpoint), catalog: scenarioCatalog };
  return runWrite(server, [input], signal === undefined ? options : { ...options, signal });
}

export async function recover(server: S3TestServer, stdout: string): Promise<void> {
  server.setHooks({});
  server.clearFaults();
  const { error, failures } = await run(server, scenarioInput(3, acknowledgedBy(stdout).next));
  assert.deepEqual([error, failures], [undefined, []]);
  judgeRecovered(server, 3);
}

/** As many as the run has calls, and a few more in case it has more. */
export const indexes = Array.from({ length: 34 }, (_, index) => index + 1);

export type Left = {
  /** A separate server, as the previous run left it. */
  readonly serverAsLeft: () => Promise<S3TestServer>;
  /** The calls of the run if it is not broken. */
  readonly calls: () => number;
};

/** Call it in a suite. */
export function afterOneRun(): Left {
  let snapshot: Snapshot;
  let calls = 0;

  before(async () => {
    await using server = await startS3Server();
    server.createBucket(scenarioBucket);
    await run(server, scenarioInput(1));
    snapshot = server.objects(scenarioBucket).filter(({ key }) => !key.startsWith('out/type=events/'));
    layOut(server, snapshot);
    server.counts.reset();
    await run(server, scenarioInput(2));
    judgeRecovered(server, 2);
    calls = server.counts.total.requests;
  });

  test('has as many calls as are broken here', () => {
    assert.ok(calls > 25 && calls <= indexes.length, `${calls} calls`);
  });

  return {
    serverAsLeft: async () => {
      const server = await startS3Server();
      server.createBucket(scenarioBucket);
      layOut(server, snapshot);
      return server;
    },
    calls: () => calls,
  };
}
