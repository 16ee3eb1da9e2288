import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';
import { isWholeText } from '../../../../destination-s3-batch/src/columns/types/whole-text.ts';

test('a text is whole if a parser makes a well-formed string without the zero character of it (2,000 texts)', () => {
  const unit = fc.oneof(
    fc.nat({ max: 0xffff }),
    fc.constantFrom(0, 0x22, 0x5c, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xabcd),
  );
  const escape = fc.tuple(unit, fc.boolean()).map(([code, isUpper]) => {
    const digits = code.toString(16).padStart(4, '0');
    return `\\u${isUpper ? digits.toUpperCase() : digits}`;
  });
  const plain = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text).slice(1, -1));
  const piece = fc.oneof(escape, plain, fc.constantFrom('\\\\', '\\"', '\\/', '\\n', 'u0000', '\\ud83d\\ude00'));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('');
      const bytes = Buffer.from(`x"${text}",\n`);
      const parsed = String(parseJson(`"${text}"`));
      const expected = parsed.isWellFormed() && !parsed.includes('\u0000');
      assert.equal(isWholeText(bytes, 2, bytes.length - 3), expected, text);
    }),
    { numRuns: 2000 },
  );
});
