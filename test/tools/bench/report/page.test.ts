import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { pageWith } from '../../../../tools/bench/report/page.ts';

const order = ['first', 'second', 'third'];

suite('the page of benchmarks', () => {
  test('keeps the sections of cases that were not measured again, in the order of the cases', () => {
    const third = pageWith('', new Map([['third', '## third\n\nold\n']]), order);
    const both = pageWith(third, new Map([['first', '## first\n\nnew\n']]), order);
    assert.match(both, /^# Benchmarks\n[^]*## first\n\nnew\n\n## third\n\nold\n$/u);
  });

  test('replaces a section, and drops that of a case which is no more', () => {
    const before = pageWith('', new Map([['second', '## second\n\nold\n']]), order);
    const after = pageWith(before, new Map([['second', '## second\n\nnew\n']]), order);
    assert.equal(after, before.replace('old', 'new'));
    assert.doesNotMatch(pageWith(before, new Map(), ['first']), /## second/u);
  });
});
