// The cutter of JSON lines: the same lines however the text is cut into pieces.
import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { suite, test } from 'node:test';

import { array, assert as check, constantFrom, integer, property, string } from 'fast-check';

import { JsonLines } from '../../../../source-s3/src/formats/jsonl/json-lines.ts';

type Cut = { readonly start: number; readonly text: string };

function cut(pieces: readonly Uint8Array[], origin = 0): readonly Cut[] {
  const lines = new JsonLines({ key: 'k', origin });
  const found: Cut[] = [];
  const take = (): void => {
    while (lines.next()) {
      assert.equal(lines.bytes[lines.to], 0x0a);
      const bytes = lines.bytes.subarray(lines.from, lines.to);
      const text = Buffer.from(bytes).toString('latin1');
      found.push({ start: lines.start, text });
      assert.ok(lines.hasEscapes || !text.includes('\\u'));
      assert.ok(!lines.isText || isUtf8(bytes));
    }
  };
  for (const piece of pieces) {
    lines.push(piece);
    take();
  }
  lines.finish();
  take();
  return found;
}

/** Each character is a byte. One of them is never UTF-8. */
const text = string({ unit: constantFrom('{', '\u00C3\u00A9', '\u00FF', '\n', '\r\n', ' ', '\\u'), maxLength: 60 });

suite('JSON lines', () => {
  test('are those between the newlines, without the blank ones, under any cutting into pieces', () => {
    check(
      property(text, array(integer({ min: 1, max: 7 }), { maxLength: 60 }), (source, lengths) => {
        const bytes = Buffer.from(source, 'latin1');
        const pieces: Buffer[] = [];
        let at = 0;
        for (const length of [...lengths, bytes.length]) {
          pieces.push(Buffer.from(bytes.subarray(at, at + length)));
          at += length;
        }
        const found = cut(pieces.filter(({ length }) => length > 0));
        assert.deepEqual(
          found.map((line) => line.text),
          source.split('\n').filter((line) => line.trim() !== ''),
        );
        for (const [index, { start, text: line }] of found.entries()) {
          assert.equal(bytes.toString('latin1', start, start + line.length), line);
          assert.deepEqual(cut([bytes.subarray(start)], start), found.slice(index));
        }
      }),
    );
  });
});
