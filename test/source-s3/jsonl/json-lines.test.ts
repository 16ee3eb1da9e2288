// The cutter of JSON lines: the same lines however the text is cut into pieces.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { array, assert as check, constantFrom, integer, property, string } from 'fast-check';

import { JsonLines } from '../../../source-s3/src/jsonl/json-lines.ts';

type Cut = { readonly start: number; readonly text: string };

function cut(pieces: readonly Uint8Array[], origin = 0): readonly Cut[] {
  const lines = new JsonLines({ key: 'k', origin });
  const found: Cut[] = [];
  const take = (): void => {
    while (lines.next()) {
      assert.equal(lines.bytes[lines.to], 0x0a);
      const text = Buffer.from(lines.bytes.subarray(lines.from, lines.to)).toString();
      found.push({ start: lines.start, text });
      assert.ok(lines.hasEscapes || !text.includes('\\u'));
      assert.ok(!lines.isAscii || !text.includes('é'));
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

const text = string({ unit: constantFrom('{', 'é', '\n', '\r\n', ' ', '\\u'), maxLength: 60 });

suite('JSON lines', () => {
  test('are those between the newlines, without the blank ones, under any cutting into pieces', () => {
    check(
      property(text, array(integer({ min: 1, max: 7 }), { maxLength: 60 }), (source, lengths) => {
        const bytes = Buffer.from(source);
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
          assert.equal(bytes.toString('utf8', start, start + Buffer.byteLength(line)), line);
          assert.deepEqual(cut([bytes.subarray(start)], start), found.slice(index));
        }
      }),
    );
  });
});
