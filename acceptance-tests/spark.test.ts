// The recipe examples/spark by the real Spark: RDD.pipe runs the parts of a run, whose writers are killed, and the driver publishes it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { isFile, isPart, isStaged, openFaults } from './support/parted-faults.ts';
import { filesOfTable, idsOf, parts, startTable } from './support/parted-table.ts';
import { runnerProgram } from './support/python.ts';

const root = join(import.meta.dirname, '..');
const recipe = join(root, 'examples/spark');

test('Spark’s tasks replace a table exactly, though readers and writers are killed, and the driver prints all states', async () => {
  await using table = await startTable({ sync: 'full_refresh' });
  const faults = openFaults(table);
  table.write(1);
  await copyFile(join(recipe, 'part.sh'), join(table.folder, 'part.sh'));
  faults.plan([
    { whom: 'writer', index: 1, operation: 'PutObject', key: isStaged(1), moment: 'onRequest' },
    { whom: 'reader', index: 4, operation: 'GetObject', key: isFile(4), moment: 'onAnswer' },
    { whom: 'writer', index: 6, operation: 'PutObject', key: isPart(6), moment: 'onAnswer' },
  ]);
  const env = {
    ...process.env,
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
    PYSPARK_PYTHON: runnerProgram('readers', 'python'),
    S3_PARTS_FOLDER: table.folder,
  };
  const settings = ['spark.ui.enabled=false', 'spark.driver.host=127.0.0.1', 'spark.driver.bindAddress=127.0.0.1'];
  const args = ['--master', 'local[2,4]', ...settings.flatMap((setting) => ['--conf', setting])];
  const submit = runnerProgram('readers', 'spark-submit');
  const { stdout } = await promisify(execFile)(submit, [...args, join(recipe, 'parts.py'), String(parts)], {
    env,
    maxBuffer: Infinity,
  });
  assert.deepEqual([table.ids(), faults.left(), table.keys('_staging/')], [idsOf(filesOfTable), 0, []]);
  assert.equal(stdout.match(/^\{"type":"STATE"/gmu)?.length, parts);
  await table.sees(1);
});
