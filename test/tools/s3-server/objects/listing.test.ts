import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { compareKeys } from '../../../../tools/s3-server/objects/keys.ts';
import {
  fromToken,
  listKeys,
  type Listing,
  type ListQuery,
  toToken,
} from '../../../../tools/s3-server/objects/listing.ts';

const letters = fc.constantFrom('a', 'b', '/', 'é', '\uFF5E', '\u{1F600}');
const word = fc.array(letters, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
const bucketKeys = fc.uniqueArray(word, { maxLength: 30 }).map((keys) => keys.sort(compareKeys));

test('keys are ordered as their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const byBytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      assert.equal(Math.sign(compareKeys(a, b)), byBytes);
    }),
  );
});

test('pages of any size show what a walk over all keys shows, in its order', () => {
  const query = fc.record({
    prefix: fc.oneof(fc.constant(''), word),
    delimiter: fc.constantFrom('', '/', 'ab'),
    maxKeys: fc.integer({ min: 1, max: 9 }),
    startAfter: fc.option(word),
  });
  fc.assert(
    fc.property(bucketKeys, query, (keys, { startAfter, ...rest }) => {
      const after = startAfter === null ? undefined : ({ kind: 'key', at: startAfter } as const);
      const pages = allPages(keys, { ...rest, after });
      const shown = keys.filter((key) => key.startsWith(rest.prefix) && !isHidden(key));
      const expected = walk(
        shown.filter((key) => startAfter === null || compareKeys(key, startAfter) > 0),
        rest,
      );
      assert.deepEqual(
        pages.flatMap((page) => page.keys),
        expected.keys,
      );
      assert.deepEqual(
        pages.flatMap((page) => page.folders),
        expected.folders,
      );
      for (const page of pages.slice(0, -1)) assert.equal(page.keys.length + page.folders.length, rest.maxKeys);
    }),
  );
});

test('an invalid token is refused', () => {
  assert.throws(() => fromToken('nonsense'), { code: 'InvalidArgument' });
});

function isHidden(key: string): boolean {
  return key.endsWith('b/');
}

function allPages(keys: readonly string[], query: ListQuery): readonly Listing[] {
  const pages = [listKeys(keys, query, isHidden)];
  for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
    pages.push(listKeys(keys, { ...query, after: fromToken(toToken(next)) }, isHidden));
  }
  return pages;
}

function walk(keys: readonly string[], { prefix, delimiter }: { prefix: string; delimiter: string }) {
  const folders = new Set<string>();
  const plain = keys.filter((key) => {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end >= 0) folders.add(key.slice(0, end + delimiter.length));
    return end < 0;
  });
  return { keys: plain, folders: [...folders] };
}
