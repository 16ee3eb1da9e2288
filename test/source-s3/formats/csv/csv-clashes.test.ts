// Columns that are both in folder names and in CSV files: one column, and the log reports in how many rows they differ.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { readHere, serverWith, type Json } from '../../support/source.ts';

async function saidOf(objects: Readonly<Record<string, string>>, format: Json = {}): Promise<readonly string[]> {
  const config = { data_format: { format: 'csv', ...format }, data_partitioning: { mode: 'partitioned' } };
  await using server = await serverWith(objects);
  const { said, failures } = await readHere(server, { config });
  assert.deepEqual(failures, []);
  return said.filter((line) => line.includes('both in folder names and in files'));
}

suite('a column both in folders and in CSV files', () => {
  test('is compared as text, and a null value only agrees with a null folder', async () => {
    const said = await saidOf({
      'lake/t/country=DE/a.csv': 'id,Country\n1,DE\n2,"DE"\n',
      'lake/t/country=FR/b.csv': 'id,Country\n3,DE\n4,\n5,FR\n',
      'lake/t/country=__HIVE_DEFAULT_PARTITION__/c.csv': 'id,Country\n6,\n7,x\n',
    });
    assert.deepEqual(said, [
      'WARN lake.t: columns both in folder names and in files: "Country" differs in 3 of 7 rows, first in "lake/t/country=FR/b.csv"; the folder’s value is used',
    ]);
  });

  test('is compared as the type that is declared for the file’s column', async () => {
    const objects = { 'lake/t/month=01/a.csv': 'id,month\n1,1\n2,01\n' };
    const declared = { column_types: [{ name: 'month', type: 'integer' }] };
    assert.match((await saidOf(objects)).join(), /"month" differs in 1 of 2 rows/u);
    assert.match((await saidOf(objects, declared)).join(), /"month" agrees in all 2 rows/u);
  });
});
