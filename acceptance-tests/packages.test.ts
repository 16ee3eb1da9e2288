// Data that packages of PyPI and npm carry, made by hundreds of hands: what Python's csv module reads strictly, source-s3
// reads alike.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';

import { judge, readTables } from './support/file-tables.ts';
import { packagesWithData } from './support/packages.ts';
import { judgePrintedLines, temporaryFolder } from './support/programs.ts';

const fewBytes = 100_000;

test('CSV files that packages carry are read as Python’s csv module reads them', async (context) => {
  const tables = join(await temporaryFolder(), 'carried');
  const names = '**/*.{csv,tsv,csv.gz,tsv.gz}';
  const carried = globSync(join(await packagesWithData(), names));
  for (const [index, path] of carried.entries()) {
    if ((await stat(path)).size > fewBytes) continue;
    const folder = join(tables, `table_${index}_${basename(path).replaceAll(/\W/gu, '_')}`);
    await mkdir(folder, { recursive: true });
    await copyFile(path, join(folder, basename(path)));
  }
  const outcome = await readTables(tables, { format: 'csv' });
  const equal = judge(outcome, []);
  const others = Object.entries(outcome.compared).filter(([, { result }]) => result === 'unreadable');
  context.diagnostic(`${equal} files equal; not CSV to Python: ${others.map(([name]) => name).join(', ')}`);
  for (const [name] of others) assert.ok(outcome.refused.has(name), name);
  assert.ok(equal > 150, String(equal));
});

judgePrintedLines();
