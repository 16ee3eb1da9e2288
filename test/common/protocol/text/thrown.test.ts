import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';

import { toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { framesOf, thrownText } from '@s3-connectors/common/protocol/text/thrown.ts';
import * as fc from 'fast-check';

const canary = 'alice@example.org';

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const cases: readonly (readonly [what: string, thrown: unknown, told: string])[] = [
  ['a JSON parser', thrownBy(() => JSON.parse(canary)), 'SyntaxError'],
  [
    'a missing member',
    thrownBy(() => (undefined as unknown as Record<string, unknown>)[canary]),
    'TypeError: Cannot read properties of undefined',
  ],
  ['the file system', thrownBy(() => readFileSync(`/nowhere/${canary}`)), 'Error ENOENT (open)'],
  ['a text', canary, 'a value of the type string was thrown'],
  ['nothing', null, 'a value of the type null was thrown'],
  ['an error with a name of its own', Object.assign(new Error(canary), { name: canary, code: canary }), 'Error'],
];

suite('an unexpected thrown value', () => {
  for (const [what, thrown, told] of cases) {
    test(`is described without its text: ${what}`, () => {
      assert.equal(thrownText(thrown), told);
      assert.ok(!toConnectorError(thrown).message.includes(canary));
      if (thrown instanceof Error) assert.ok(!(framesOf(thrown) ?? '').includes(canary));
    });
  }

  test('is described by its stack frames, whatever its text looks like', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\n', '    at ', canary, ' (file.ts:1:1)', 'Error: ')), (parts) => {
        const error = new TypeError(parts.join(''));
        const frames = framesOf(error) ?? '';
        assert.ok(!frames.includes(canary) && frames.includes('thrown.test.ts'), frames);
      }),
      { numRuns: 1000, seed: 14 },
    );
  });

  test('has no frames if its text was changed afterwards', () => {
    const error = new Error(`${canary}\n    at ${canary}`);
    assert.match(error.stack ?? '', /alice/u); // From here on the stack stays.
    error.message = 'another';
    assert.equal(framesOf(error), undefined);
  });
});
