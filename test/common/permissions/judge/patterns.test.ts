import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { matches } from '@s3-connectors/common/permissions/judge/patterns.ts';
import { isSame } from '@s3-connectors/common/permissions/judge/simulate.ts';
import * as fc from 'fast-check';

suite('a pattern of a policy', () => {
  const unit = fc.constantFrom('a', 'b', 'A', '*', '?', '**', '${*}', '${?}', '😀');
  const patterns = fc.array(unit, { maxLength: 8 }).map((parts) => parts.join(''));
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '*', '?', '😀'), maxLength: 8 });

  test('matches what its regular expression matches, for random patterns and texts', () => {
    fc.assert(
      fc.property(patterns, texts, fc.boolean(), (pattern, text, ignoreCase) => {
        const source = pattern.replaceAll(/\$\{(.)\}|\*|\?/gu, (one, literal?: string) => {
          return literal === undefined ? (one === '*' ? '.*' : '.') : `\\${literal}`;
        });
        const expected = new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su').test(text);
        assert.equal(matches(pattern, text, { ignoreCase }), expected, `${pattern} on ${text}`);
      }),
      { seed: 20_260_115, numRuns: 5000 },
    );
  });

  test('of many stars is evaluated fast for a long text that almost matches', () => {
    assert.equal(matches(`${'*a'.repeat(20)}*b`, 'a'.repeat(1000)), false);
    assert.equal(matches('${unknown}a'.repeat(20), 'a'.repeat(1000)), 'unknown');
  });

  test('names the role of a session by its exact name, whatever characters that has', () => {
    const session = {
      arn: 'arn:aws:sts::111122223333:assumed-role/a+b.c/run',
      account: '111122223333',
      kind: 'session',
    };
    const isNamed = (role: string): boolean => isSame(`arn:aws:iam::111122223333:role/${role}`, session as never);
    assert.deepEqual(['a+b.c', 'path/to/a+b.c'].map(isNamed), [true, true]);
    assert.deepEqual(['aab.c', 'a+bxc', 'xa+b.c', 'a+b.c/x'].map(isNamed), [false, false, false, false]);
  });
});
