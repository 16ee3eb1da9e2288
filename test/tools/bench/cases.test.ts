import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseCases } from '../../../tools/bench/cases.ts';

function chosen(...names: readonly string[]): readonly string[] {
  return chooseCases(names).map(({ name }) => name);
}

test('a case that takes long runs only when it is named whole', () => {
  assert.deepEqual(chosen('source-100000-files'), ['source-100000-files']);
  assert.ok(chosen().length > 3 && !chosen().includes('source-100000-files'));
  assert.ok(chosen('source').length > 1 && !chosen('source').includes('source-100000-files'));
  assert.throws(() => chosen('sauce'), /There is no case "sauce"/u);
});
