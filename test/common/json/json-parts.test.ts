import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { itemsAt, membersAt } from '../../../common/src/json/json-parts.ts';

const blanks = fc.constantFrom('', ' ', '\t', ' \r ');
const value = fc.json({ maxDepth: 3 });

suite('the parts of an object or list in valid JSON', () => {
  test('are the items that JSON.parse finds in a list, with any blanks between them', () => {
    fc.assert(
      fc.property(fc.array(value), blanks, (items, blank) => {
        const text = `[${blank}${items.join(`${blank},${blank}`)}${blank}]`;
        const bytes = Buffer.from(`${text}\n`);
        const found = itemsAt(bytes, 0).map(
          ({ start, end }) => JSON.parse(bytes.toString('utf8', start, end)) as unknown,
        );
        assert.deepEqual(found, JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('are the members of an object in their order, repeated ones too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), value)), blanks, (members, blank) => {
        const texts = members.map(([name, json]) => `${JSON.stringify(name)}${blank}:${blank}${json}`);
        const bytes = Buffer.from(`{${blank}${texts.join(`${blank},${blank}`)}${blank}}\n`);
        const found = membersAt(bytes, 0).map(({ key, keyEnd, start, end }) => {
          return [JSON.parse(bytes.toString('utf8', key, keyEnd)) as unknown, bytes.toString('utf8', start, end)];
        });
        assert.deepEqual(found, members);
      }),
      { numRuns: 1000 },
    );
  });
});
