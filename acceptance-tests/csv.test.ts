// CSV that other people and other writers wrote, in all dialects, against Python's csv module.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { putObject } from './support/account.ts';
import { judge, readTables } from './support/file-tables.ts';
import { ask, judgePrintedLines, type Json, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { administratorConfig, discoverCatalog } from './support/setting.ts';

const data = join(import.meta.dirname, '../node_modules/vega-datasets/data');

test('public CSV files, gzipped or not, are read as Python’s csv module reads them', async () => {
  const place = await administratorConfig();
  const files = globSync(join(data, '*.csv')).sort();
  for (const [index, path] of files.entries()) {
    const body = await readFile(path);
    const key = `exports/${basename(path, '.csv')}/a.csv`;
    const [name, bytes] = index % 2 === 0 ? [key, body] : [`${key}.gz`, gzipSync(body)];
    await putObject(String(place['bucket']), name, bytes);
  }
  const config = {
    ...place,
    schema_prefixes: ['exports'],
    data_format: { format: 'csv' },
    data_partitioning: { mode: 'not_partitioned' },
  };
  const { stdout, exitCode } = await ask('source', 'read', { config, catalog: await discoverCatalog(config) });
  assert.equal(exitCode, 0);
  const compared = JSON.parse(await runScript('compare_csv.py', files, { input: stdout })) as Record<string, number>;
  assert.equal(compared['files'], files.length);
  assert.ok(files.length > 10 && Number(compared['rows']) > 10_000, JSON.stringify(compared));
});

test('CSV of other writers, with all their options, comes out as Python’s csv module reads it', async (context) => {
  const folder = join(await temporaryFolder(), 'csv');
  const { refused } = JSON.parse(await runScript('make_csv.py', [folder])) as { readonly refused: string[] };
  let equal = 0;
  for (const dialect of globSync(join(folder, '*.json')).sort()) {
    const dataFormat = JSON.parse(await readFile(dialect, 'utf8')) as Json;
    const outcome = await readTables(dialect.replace(/\.json$/u, ''), dataFormat);
    assert.ok(Object.values(outcome.compared).every(({ result }) => result !== 'unreadable'));
    equal += judge(outcome, []);
  }
  context.diagnostic(`${equal} files equal; writers refused to make ${refused.join(', ')}`);
  assert.ok(equal > 100, String(equal));
});

judgePrintedLines();
