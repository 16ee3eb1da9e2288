// JSON lines that other writers made: source-s3 prints the values that Python's own parser finds, down to the digits.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { judge, readTables } from './support/file-tables.ts';
import { judgePrintedLines, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';

test('JSON lines of other writers come out value by value as Python’s json reads them', async (context) => {
  const tables = join(await temporaryFolder(), 'jsonl');
  const { refused } = JSON.parse(await runScript('make_jsonl.py', [tables])) as { readonly refused: string[] };
  const equal = judge(await readTables(tables, { format: 'jsonl' }), []);
  context.diagnostic(`${equal} files equal; writers refused to make ${refused.join(', ')}`);
  assert.ok(equal > 50, String(equal));
});

judgePrintedLines();
