import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { LineBuffer } from '../../../source-s3/src/records/line-buffer.ts';

/** The text through a buffer, in reads of these sizes in turn. `searched` counts the bytes that were put into it. */
function through(
  text: Buffer,
  sizes: readonly number[],
  buffer = new LineBuffer(),
): { readonly lines: string; readonly rows: number } {
  const taken: string[] = [];
  let rows = 0;
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const space = buffer.space();
    const length = Math.min(space.length, text.length - at, sizes[turn % sizes.length] ?? 1);
    text.copy(space, 0, at, at + length);
    at += length;
    const lines = buffer.take(length);
    taken.push(lines.bytes.toString());
    rows += lines.rows;
  }
  return { lines: taken.join(''), rows };
}

suite('lines out of reads', () => {
  test('are whole, in order, and counted, however the reads are cut', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.integer({ min: 1, max: 3_000_000 }).map((n) => 'x'.repeat(n)),
    );
    const clean = line.map((text) => text.replaceAll('\n', ''));
    const size = fc.integer({ min: 1, max: 2 ** 21 });
    fc.assert(
      fc.property(fc.array(clean, { maxLength: 6 }), fc.array(size, { minLength: 1, maxLength: 5 }), (lines, sizes) => {
        const text = lines.map((one) => `${one}\n`).join('');
        const large = sizes.map((one) => Math.max(one, Math.ceil(text.length / 2000))); // Not a million tiny reads.
        assert.deepEqual(through(Buffer.from(text), large), { lines: text, rows: lines.length });
      }),
      { numRuns: 50 },
    );
  });

  test('begin with what did not come through the pipe, however long it is and however the reads are cut', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(1, 2 ** 20, 2_500_000).map((n) => 'x'.repeat(n)),
    );
    const clean = text.map((one) => one.replaceAll('\n', ''));
    const size = fc.integer({ min: 1, max: 2 ** 21 });
    const query = fc.record({ beginning: clean, line: clean, size, isCut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(query, { minLength: 1, maxLength: 4 }), (queries) => {
        const buffer = new LineBuffer();
        for (const { beginning, line, size: one, isCut } of queries) {
          buffer.begin(Buffer.from(beginning));
          const sizes = [Math.max(one, Math.ceil(line.length / 2000))];
          const came = Buffer.from(isCut ? line : `${line}\n`);
          const lines = isCut ? '' : `${beginning}${line}\n`;
          assert.deepEqual(through(came, sizes, buffer), { lines, rows: isCut ? 0 : 1 });
          buffer.forget();
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test('take a line of 200 MB in no more than twice its bytes of copying', () => {
    const buffer = new LineBuffer();
    let copied = 0;
    let capacity = 0;
    for (let read = 0; read < 200; read++) {
      const space = buffer.space();
      if (space.buffer.byteLength > capacity) copied += capacity;
      capacity = Math.max(capacity, space.buffer.byteLength);
      space.fill(120);
      assert.equal(buffer.take(space.length).rows, 0);
    }
    assert.ok(copied < 2 * 200 * 2 ** 20, String(copied));
    const space = buffer.space();
    space[0] = 10;
    const { bytes, rows } = buffer.take(1);
    assert.deepEqual([rows, bytes.length], [1, 200 * 2 ** 20 + 1]);
  });
});
