// docs/how-to/coming-from.md: every block of settings reads what its writer puts into a bucket by default. Where a real writer made the files of
// another test, the block has the options that read them there.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { writtenFiles } from '../source-s3/formats/csv/written-files.ts';
import { textRows } from '../source-s3/support/text.ts';
import { blocks, page, settingsOf, writers } from './support/writers.ts';

suite('docs/how-to/coming-from.md', () => {
  test('has a block of settings for each writer and format that is tried here, and no other', () => {
    assert.deepEqual([...blocks.keys()].sort(), Object.keys(writers).sort());
    const links = Array.from(page.matchAll(/\]\(#([\w-]+)\)/gu), ([, anchor]) => anchor);
    const titles = Array.from(page.matchAll(/^## (.*)$/gmu), ([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/gu, '')
        .replaceAll(' ', '-'),
    );
    assert.deepEqual(links, titles);
  });

  for (const [name, make] of Object.entries(writers)) {
    test(`has settings that read what the writer puts out by default: ${name}`, async () => {
      const { objects, rows } = await make();
      const placed = Object.entries(objects).map(([key, body]) => [`lake/users/${key}`, body]);
      const found = await textRows(Object.fromEntries(placed) as typeof objects, settingsOf(name));
      assert.deepEqual(found.rows, rows);
      assert.deepEqual([found.said, found.failures], [[], []]);
    });
  }

  test('has the options with which the files of real writers are read', () => {
    const seen = new Set<string>();
    for (const { block, options } of writtenFiles) {
      if (block === undefined) continue;
      const { column_names, column_types, infer_types, format, ...shown } = settingsOf(block).data_format;
      const { column_names: _, ...used } = options;
      assert.deepEqual(shown, used, block);
      assert.deepEqual([format, column_names === undefined], ['csv', options['column_names'] === undefined], block);
      assert.ok(infer_types === true || column_types !== undefined, block);
      seen.add(block);
    }
    assert.deepEqual([...seen].sort(), [
      'athena_text',
      'duckdb',
      'mysql',
      'pandas',
      'postgres_csv',
      'postgres_text',
      'spark_csv',
    ]);
  });
});
