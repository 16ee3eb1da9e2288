// Objects come out of the list unchanged, in the order of reading.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { inReadingOrder } from '../../../source-s3/src/progress/reading-order.ts';
import { ListedObjects } from '../../../source-s3/src/listing/listed-objects.ts';

const prefix = 'lake/t/';
const etag = fc.oneof(
  fc.stringMatching(/^"[0-9a-f]{32}"$/u),
  fc.stringMatching(/^"[0-9a-f]{32}-[0-9]{1,5}"$/u),
  fc.string({ maxLength: 70 }),
);
const word = fc.string({ unit: 'grapheme', maxLength: 60 });
const uuid = fc.uuid().map((text) => text.replaceAll(/[01]/gu, 'f')); // With bytes that are marks elsewhere.
const path = fc.array(fc.oneof(word, uuid), { maxLength: 5 }).map((parts) => parts.join(''));
const object = fc.record(
  {
    key: path.map((text) => `${prefix}${text}`),
    size: fc.nat({ max: 5 * 1024 ** 4 }),
    etag,
    lastModified: fc.nat({ max: 3 }).map((seconds) => new Date(Date.UTC(2026, 0, 15, 0, 0, seconds))),
  },
  { noNullPrototype: true },
);

test('objects come out as they went in, by time and then by the bytes of the key', () => {
  fc.assert(
    fc.property(fc.uniqueArray(object, { maxLength: 40, selector: ({ key }) => key }), (objects) => {
      using list = new ListedObjects(prefix);
      for (const entry of objects) list.add(entry);
      assert.deepEqual([...list.sorted()], objects.toSorted(inReadingOrder));
      assert.equal(list.length, objects.length);
      assert.equal(
        list.totalBytes,
        objects.reduce((sum, { size }) => sum + size, 0),
      );
    }),
  );
});

test('a list longer than its cache is complete, with keys as long as they may be', () => {
  const objects = Array.from({ length: 40_000 }, (_, index) => ({
    key: `${prefix}${'k'.repeat(1000)}${index}`,
    size: index,
    etag: `"${index}"`,
    lastModified: new Date((index * 7919) % 5000),
  }));
  using list = new ListedObjects(prefix);
  for (const entry of objects) list.add(entry);
  let place = 0;
  const expected = objects.toSorted(inReadingOrder);
  for (const entry of list.sorted()) assert.deepEqual(entry, expected[place++]);
  assert.equal(place, objects.length);
});

/** Adds and sorts until something fails. */
const program = `
import { ListedObjects } from ${JSON.stringify(import.meta.resolve('../../../source-s3/src/listing/listed-objects.ts'))};
const list = new ListedObjects('');
try {
  for (let index = 0; index < 200_000; index++) {
    list.add({ key: 'k'.repeat(300) + index, size: 1, etag: '"1"', lastModified: new Date(0) });
  }
  [...list.sorted()];
  console.log('all');
} catch ({ code, syscall }) {
  console.log(code, syscall);
}`;

test('a list that the disk does not take fails as the disk does, with the system’s code', () => {
  const limited = `ulimit -f 2048; exec "$0" --input-type=module -e "$1"`;
  const printed = execFileSync('bash', ['-c', limited, process.execPath, program], { encoding: 'utf8' });
  assert.match(printed, /^(?:EIO|ENOSPC) write$/mu);
});
