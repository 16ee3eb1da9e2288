// The table of budgets is the code's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { maxKeyBytes } from '@s3-connectors/common/destination/files/key-part.ts';
import {
  maxPartitions,
  maxValueBytes,
  mostPartitions,
} from '@s3-connectors/common/destination/files/partition-folders.ts';
import { REJECTION_REASONS } from '@s3-connectors/common/destination/input/rejections.ts';
import { defaultMaxLineBytes, keptLineBytes } from '@s3-connectors/common/protocol/lines.ts';

import * as budgets from '../../destination-s3-batch/src/config/budgets.ts';
import { catalogShare } from '../../source-s3/src/columns/catalog-size.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/reference/limits.md'), 'utf8');

suite('docs/reference/limits.md', () => {
  test('has every budget of the code with its value, and no other', () => {
    const constants = Object.entries(budgets).filter(([, value]) => typeof value === 'number');
    const expected = {
      ...Object.fromEntries(constants),
      maxKeyBytes,
      maxPartitions,
      maxValueBytes,
      mostPartitions,
      defaultMaxLineBytes,
      keptLineBytes,
      catalogShare,
    };
    const rows = page.matchAll(/^\|[^|]*\|\s*(\d+)\s*\|\s*`(\w+)`\s*\|/gmu);
    assert.deepEqual(Object.fromEntries(Array.from(rows, ([, value, name = '']) => [name, Number(value)])), expected);
  });

  test('says how many fields there are with less memory', () => {
    const fields = [512, 256].map((mb) => budgets.mostFields(mb * 1024 * 1024 * 0.75));
    assert.ok(page.includes(`${fields[0]} with \`max_memory_mb\` 512, ${fields[1]} with 256`), String(fields));
  });

  test('names every reason for which a record is set aside', () => {
    for (const reason of REJECTION_REASONS) assert.ok(page.includes(`\`${reason}\``), reason);
  });
});
