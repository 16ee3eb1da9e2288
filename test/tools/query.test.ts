import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { temporaryFolder } from '../support/temp-folder.ts';

const program = join(import.meta.dirname, '../../tools/query.ts');

test('tools/query.ts runs the statements of several files in one database, and prints the rows of each query', async () => {
  await using folder = await temporaryFolder();
  const [tables, questions] = [join(folder.path, 'tables.sql'), join(folder.path, 'questions.sql')];
  await writeFile(tables, 'CREATE VIEW a AS SELECT 1 AS one;\n');
  await writeFile(
    questions,
    "-- First:\nSELECT one, 'x' AS name FROM a;\nSELECT sum(one) AS sum, NULL AS nothing FROM a;\n",
  );
  const { stdout } = await promisify(execFile)(process.execPath, [program, tables, questions]);
  assert.equal(
    stdout,
    '| one | name |\n| --- | ---- |\n| 1   | x    |\n\n| sum | nothing |\n| --- | ------- |\n| 1   | null    |\n\n',
  );
});
