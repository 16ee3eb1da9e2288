// The names of files that a `file_pattern` asks for, although their extension is not of the format.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as z from 'zod';

import { vagueExtensions } from '../../../source-s3/src/layout/file-name.ts';
import { checkSelection, resolveSelection, selectionShape } from '../../../source-s3/src/layout/selection.ts';

function asksFor(file_pattern: string | undefined, path: string, extension: string | undefined): boolean {
  return resolveSelection(z.object(selectionShape).parse({ file_pattern })).asksFor(path, extension);
}

const vague = [...vagueExtensions][0] ?? assert.fail();

suite('a file of another extension is asked for', () => {
  for (const [pattern, path, extension, isAsked] of [
    [undefined, 'a/x.bin', 'bin', false],
    ['*', 'a/x.bin', 'bin', false],
    ['**/*.*', 'a/x.bin', 'bin', false],
    ['data/*', 'data/x.bin', 'bin', false],
    ['data/?', 'data/x', undefined, false],
    ['*.bin', 'a/x.bin', 'bin', true],
    ['*.bin', 'a/x.dat2', 'dat2', false],
    ['data/part-*', 'data/part-1.bin', 'bin', true],
    ['data/part-*', 'data/part-1', undefined, true],
    ['part-*', `a/part-1.${vague}`, vague, true],
    // Of another format only if the pattern spells the extension.
    ['part-*', 'a/part-1.csv', 'csv', false],
    ['*.csv', 'a/part-1.csv', 'csv', true],
    ['csv/part-*', 'csv/part-1.csv', 'csv', false],
    ['*.CSV', 'a/part-1.CSV', 'csv', true],
    ['xcsv*', 'xcsv1.csv', 'csv', false],
  ] as const) {
    const what = pattern === undefined ? 'without a pattern' : `by "${pattern}"`;
    test(`${what}: ${path} ${isAsked ? 'is' : 'is not'}`, () => {
      assert.equal(asksFor(pattern, path, extension), isAsked);
    });
  }
});

test('without a pattern all keys of a table are listed', () => {
  assert.equal(resolveSelection(z.object(selectionShape).parse({})).head, '');
});

suite('the bounds of a filter on date folders', () => {
  const schema = z.object({ ...selectionShape, data_partitioning: z.any() }).superRefine(checkSelection);
  const problems = (column: string, pattern: string, from: string) => {
    const data_partitioning = { mode: 'date_folders', pattern, column: 'Day' };
    const parsed = schema.safeParse({ partition_filter: [{ column, from }], data_partitioning });
    return parsed.success ? [] : parsed.error.issues.map(({ message, code }) => `${code}: ${message}`);
  };

  test('are of the type that the pattern gives the column', () => {
    assert.deepEqual(problems('day', 'yyyy/MM/dd', '2026-01-15'), []);
    assert.match(
      problems('day', 'yyyy/MM/dd', 'noon').join('\n'),
      /^custom: "noon" does not fit the declared type date/u,
    );
    assert.match(
      problems('day', 'yyyy/MM/dd/HH', 'noon').join('\n'),
      /^custom: "noon" does not fit the declared type timestamp/u,
    );
    assert.match(
      problems('day', 'no pattern', 'noon').join('\n'),
      /^custom: "noon" does not fit the declared type date/u,
    );
  });

  test('are texts where another column is named', () => assert.deepEqual(problems('other', 'yyyy/MM/dd', 'noon'), []));
});
