import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';

import {
  eventMark,
  isOwner,
  otherOwner,
  withOwner,
  type Owners,
} from '../../../../destination-s3-batch/src/columns/registry/table-owners.ts';

const streams = ['events', 'a.events', 'b.events', 'users'].map((label) => {
  const [name = '', namespace] = label.split('.').toReversed();
  return namespace === undefined ? { name } : { name, namespace };
});

test('the owners of a table show it to be of one stream exactly if no other stream has written to it', () => {
  const writers = fc.array(fc.constantFrom(...streams), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(writers, (wrote) => {
      let owners: Owners | undefined;
      for (const stream of wrote) owners = withOwner(owners, stream);
      assert.ok(owners !== undefined);
      for (const stream of streams) {
        const isAlone = wrote.every((writer) => writer === stream);
        assert.equal(otherOwner(owners, stream) === undefined, isAlone);
        if (isOwner(owners, stream)) assert.ok(wrote.includes(stream));
      }
    }),
    { seed: 8, numRuns: 1000 },
  );
});

test('the mark of an event tells names apart that UTF-8 does not, and none by its case', () => {
  assert.notEqual(eventMark('a\ud800'), eventMark('a\ud801'));
  assert.equal(eventMark('Pageview'), eventMark('PAGEVIEW'));
});
