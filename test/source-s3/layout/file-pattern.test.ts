// Globs on the path below a table.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { FilePattern } from '../../../source-s3/src/layout/file-pattern.ts';

/** The meaning of the pattern as a regular expression: exact, but with alternatives that multiply. */
function reference(glob: string): RegExp {
  const texts = { '?': '[^/]', '{': '(?:', '}': ')', ',': '|', '[!a]': '[^/a]' } as Readonly<Record<string, string>>;
  const tokens = /(?<=^|\/)(\*\*\/)|(?<=^|\/)(\*\*$)|\*+|\?|\[!a\]|[{},]/gu;
  const text = (glob.includes('/') ? glob : `**/${glob}`).replaceAll(tokens, (one, folders, rest) => {
    return folders !== undefined ? '(?:.*/)?' : rest !== undefined ? '.*' : (texts[one] ?? '[^/]*');
  });
  return new RegExp(`^${text}$`, 'su');
}

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
      const pattern = new FilePattern(glob);
      assert.deepEqual(
        [...matches, ...others].map((path) => [path, pattern.test(path)]),
        [...matches.map((path) => [path, true]), ...others.map((path) => [path, false])],
      );
    });
  }

  test('of escaped text matches exactly that text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, other) => {
        const pattern = new FilePattern(`/${text.replace(/[\\*?[\]{},]/gu, String.raw`\$&`)}`);
        assert.ok(pattern.test(text));
        assert.equal(pattern.test(other), other === text);
      }),
    );
  });

  test('with a backward range is a mistake', () => {
    assert.throws(() => new FilePattern('[z-a]'), SyntaxError);
  });

  const parts = fc.constantFrom(
    'a',
    'b',
    '/',
    '*',
    '**',
    '**/',
    '/**/',
    '?',
    '[!a]',
    '{a,b}',
    '{a/*,*b{,b}}',
    '{,a*}',
    '*a',
  );
  const globs = fc.array(parts, { minLength: 1, maxLength: 9 }).map((list) => list.join(''));
  const paths = fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 9 });

  test('matches what its regular expression matches, for random patterns and paths', () => {
    let matches = 0;
    fc.assert(
      fc.property(globs, fc.array(paths, { minLength: 20, maxLength: 20 }), (glob, some) => {
        fc.pre(!glob.startsWith('/'));
        const [pattern, expected] = [new FilePattern(glob), reference(glob)];
        for (const path of some) {
          matches += Number(expected.test(path));
          assert.equal(pattern.test(path), expected.test(path), `${glob} on ${path}`);
        }
      }),
      { seed: 20_260_115, numRuns: 2000 },
    );
    assert.ok(matches > 1000);
  });

  test('looks at a place at most twice for each character of a path, however many stars it has', () => {
    const hostile = [
      ['*a*a*a*a*a*a*a*a*b', 'a'.repeat(1000)],
      ['**/**/**/**/**/**/**/**/x', 'a/'.repeat(500)],
      [`${'{a,a}'.repeat(40)}b`, 'a'.repeat(60)],
      [`${'{*,**}'.repeat(40)}b`, 'a'.repeat(200)],
      [`${'{'.repeat(2000)}*${'}'.repeat(2000)}b`, 'a'.repeat(200)],
    ] as const;
    const random = fc.sample(
      fc.tuple(globs, fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 200 })),
      1000,
    );
    for (const [glob, path] of [...hostile, ...random]) {
      const pattern = new FilePattern(glob);
      pattern.test(path);
      assert.ok(pattern.looks <= 2 * pattern.size * (path.length + 2), glob);
      assert.ok(pattern.size <= 2 * glob.length + 10, glob);
    }
  });
});
