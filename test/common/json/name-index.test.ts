import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { createNameIndex, indexOfName } from '@s3-connectors/common/json/name-index.ts';
import * as fc from 'fast-check';

const plain = (character: string): string => JSON.stringify(character).slice(1, -1);
const escaped = (character: string): string => {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
};

/** A name, and one way to write it in JSON. */
const written = fc
  .array(fc.tuple(fc.constantFrom('a', 'n', '\n', '\\', '/', '"', 'é', '😀', 'u'), fc.constantFrom(plain, escaped)), {
    maxLength: 4,
  })
  .map((parts) => ({
    name: parts.map(([character]) => character).join(''),
    key: parts.map(([character, write]) => write(character)).join(''),
  }));

function numberOf(names: readonly string[], key: string): number {
  const bytes = Buffer.from(`"${key}"`);
  return indexOfName(createNameIndex(names), bytes, 1, bytes.length - 1);
}

suite('the number of a name', () => {
  test('is found for every way to write it, among few names and many', () => {
    for (const others of [[], Array.from({ length: 300 }, (_, at) => `name${at}`)]) {
      fc.assert(
        fc.property(fc.array(written, { maxLength: 20 }), written, (some, { name, key }) => {
          const names = [...others, ...some.map((one) => one.name)];
          assert.equal(numberOf(names, key), names.indexOf(name), `${key} among ${JSON.stringify(names)}`);
        }),
        { numRuns: 2000, seed: 14 },
      );
    }
  });

  test('differs from a name with a backslash and the letters of an escape', () => {
    assert.equal(numberOf(['\\n'], '\\n'), -1);
    assert.equal(numberOf(['\\n', '\n'], '\\n'), 1);
    assert.equal(numberOf(['\\/'], '\\/'), -1);
  });
});
