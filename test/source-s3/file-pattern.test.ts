// Globs on the path below a table.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { globPattern } from '../../source-s3/src/file-pattern.ts';

suite('a glob', () => {
  const cases: readonly (readonly [glob: string, matches: readonly string[], others: readonly string[]])[] = [
    ['*.parquet', ['a.parquet', 'year=2026/month=1/a.parquet'], ['a.parquet/x.csv', 'a.PARQUET', 'aparquet']],
    ['part-?.pq', ['part-1.pq', 'x/part-é.pq', 'x/part-😀.pq'], ['part-12.pq', 'part-/.pq', 'part-.pq']],
    ['/a.pq', ['a.pq'], ['x/a.pq']],
    ['*/a.pq', ['x/a.pq'], ['a.pq', 'x/y/a.pq']],
    ['**/a.pq', ['a.pq', 'x/a.pq', 'x/y/a.pq'], ['x/ba.pq']],
    ['x/**', ['x/a', 'x/y/a'], ['y/a', 'xx/a']],
    ['**', ['a', 'x/y/a'], []],
    ['x/**/a.pq', ['x/a.pq', 'x/1/2/a.pq'], ['x1/a.pq', 'x/1a.pq']],
    ['x**y/a', ['xy/a', 'x1y/a'], ['x/y/a']],
    [
      'year=2026/**/*.{pq,parquet}',
      ['year=2026/a.pq', 'year=2026/m=1/a.parquet'],
      ['year=2025/a.pq', 'year=2026/a.csv'],
    ],
    ['{a,b{1,2}}.pq', ['a.pq', 'b1.pq', 'b2.pq'], ['b.pq', 'a,b1.pq']],
    ['{a/*,b}/c', ['a/x/c', 'b/c'], ['a/c']],
    ['[a-c]*.pq', ['abc.pq', 'c.pq'], ['d.pq', 'A.pq']],
    ['[!a]/x', ['b/x'], ['a/x', '//x']],
    ['[^a]x', ['bx'], ['ax']],
    ['[]]x', [']x'], ['x']],
    ['[a.pq', ['[a.pq'], ['a.pq']],
    ['{a,b', ['{a,b'], ['a', 'b']],
    ['a},b', ['a},b'], ['a']],
    [String.raw`\*.pq`, ['*.pq'], ['a.pq']],
    [String.raw`\{a,b\}`, ['{a,b}'], ['a']],
    ['a+b (1)|^$.pq', ['a+b (1)|^$.pq'], ['aab (1)|^$.pq', 'a+b (1)']],
  ];
  for (const [glob, matches, others] of cases) {
    test(`${glob} means what it means in a shell`, () => {
      const pattern = globPattern(glob);
      assert.deepEqual(
        [...matches, ...others].map((path) => [path, pattern.test(path)]),
        [...matches.map((path) => [path, true]), ...others.map((path) => [path, false])],
      );
    });
  }

  test('of escaped text matches exactly that text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, other) => {
        const pattern = globPattern(`/${text.replace(/[\\*?[\]{},]/gu, String.raw`\$&`)}`);
        assert.ok(pattern.test(text));
        assert.equal(pattern.test(other), other === text);
      }),
    );
  });

  test('with a backward range is a mistake', () => {
    assert.throws(() => globPattern('[z-a]'), SyntaxError);
  });
});
