// The recipe examples/airflow by the real Airflow: mapped tasks write the parts of a run, and the last task publishes it.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { openAirflow, type Airflow } from './support/airflow.ts';
import { isPart, isStaged, openFaults } from './support/parted-faults.ts';
import { filesOfTable, idsOf, keyOfShard, startTable } from './support/parted-table.ts';

suite('the DAG of the recipe', () => {
  let airflow: Airflow;
  before(async () => {
    airflow = await openAirflow();
  });

  test('replaces a table as a whole: exactly though writers are killed, and not at all while a part fails', async (context) => {
    await using table = await startTable({ sync: 'full_refresh' });
    const faults = openFaults(table);
    table.write(1);
    faults.plan([
      { whom: 'writer', index: 2, operation: 'PutObject', key: isStaged(2), moment: 'onRequest' },
      { whom: 'writer', index: 3, operation: 'PutObject', key: isPart(3), moment: 'onAnswer' },
    ]);
    const first = await airflow.run(table);
    assert.ok(first.succeeded, first.log);
    assert.deepEqual([table.ids(), faults.left(), table.keys('_staging/')], [idsOf(filesOfTable), 0, []]);
    await table.sees(1);

    table.write(2);
    const prefix = keyOfShard('users', 5);
    table.server.inject({ kind: 'error', code: 'AccessDenied', operation: 'GetObject', prefix, times: Infinity });
    const second = await airflow.run(table);
    assert.ok(!second.succeeded && /The source failed: .*S3_ACCESS_DENIED/u.test(second.log), second.log);
    await table.sees(1);
    context.diagnostic(`${table.looks()} looks of a reader`);
  });
});
