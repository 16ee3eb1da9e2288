// Readers of tables that are being replaced, who look between any two calls of S3, more often than a loop could: what they list is
// never empty or half complete, and has both versions only while the replacement of that table is announced. What the manifest
// names is always one version.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  judgeByManifest,
  judgeListing,
  judgeRecovered,
  tablesInReplacement,
  type View,
} from '../../support/crash/batch-crash-judge.ts';
import {
  layOut,
  scenarioCatalog,
  scenarioConfig,
  scenarioInput,
  scenarios,
  type Scenario,
} from '../../support/crash/batch-crash-scenario.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { runWrite } from '../support/batch.ts';
import { scenarioBucket } from '../../support/crash/scenario-server.ts';

/** The current content, whatever happens later. */
function viewOf(server: S3TestServer): View {
  const all = server.objects(scenarioBucket);
  return {
    objects: (_bucket, prefix = '') => all.filter(({ key }) => key.startsWith(prefix)),
    object: (_bucket, wanted) => all.find(({ key }) => key === wanted),
  };
}

suite('readers that look between any two calls of S3', () => {
  let spool = '';
  before(async () => (spool = await mkdtemp(join(tmpdir(), 's3-connectors-readers-'))));
  after(() => rm(spool, { recursive: true }));

  async function write(server: S3TestServer, scenario: Scenario, set: number): Promise<void> {
    const config = scenarioConfig(server.endpoint, scenario, spool);
    const input = [scenarioInput(scenario, set, set > 1)];
    const { error, failures } = await runWrite(server, input, { config, catalog: scenarioCatalog(scenario, set) });
    assert.deepEqual([error, failures], [undefined, []]);
  }

  for (const scenario of scenarios) {
    test(`see one version of each table, or both in its burst (${scenario.format}, ${scenario.regime})`, async () => {
      await using server = await startS3Server();
      server.createBucket(scenarioBucket);
      layOut(server, []);
      await write(server, scenario, 1);
      let looks = 0;
      const looksAtBoth = new Map<string, number>();
      const failures: unknown[] = [];
      const look = async (): Promise<void> => {
        const view = viewOf(server);
        looks += 1;
        try {
          await judgeByManifest(view, [1, 2]);
          const announced = tablesInReplacement(view);
          for (const table of await judgeListing(view, [1, 2])) {
            looksAtBoth.set(table, (looksAtBoth.get(table) ?? 0) + 1);
            assert.ok(announced.includes(table), `both versions of ${table} are there unannounced`);
          }
        } catch (error) {
          failures.push(error);
        }
      };
      server.setHooks({ onRequest: look, onAnswer: look });
      await write(server, scenario, 2);
      server.setHooks({});
      assert.deepEqual(failures, []);
      assert.ok(looks > 120, `${looks} looks`);
      // A table that was empty, or is empty now, never has both.
      assert.deepEqual([...looksAtBoth.keys()].toSorted(), ['pageview_events', 'users']);
      await judgeRecovered(server, scenario, 2);
    });
  }
});
