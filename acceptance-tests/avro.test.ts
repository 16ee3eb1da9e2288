// Avro that other writers made with every codec and type: source-s3 reads what fastavro finds in it, or refuses it by name.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { judge, readTables, type Refusals } from './support/file-tables.ts';
import { judgePrintedLines, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';

const refusals: Refusals = [
  [/_(?:bzip2|xz|lz4)$/u, /its blocks are compressed with "(?:bzip2|xz|lz4)"/u],
  [/^fast_top_/u, /its schema is not a record but/u],
];

test('Avro files of other writers come out value by value as fastavro reads them', async (context) => {
  const tables = join(await temporaryFolder(), 'avro');
  const { refused } = JSON.parse(await runScript('make_avro.py', [tables])) as { readonly refused: string[] };
  const equal = judge(await readTables(tables, { format: 'avro' }), refusals);
  context.diagnostic(`${equal} files equal; writers refused to make ${refused.join(', ')}`);
  assert.ok(equal > 50, String(equal));
});

judgePrintedLines();
