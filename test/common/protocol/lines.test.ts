import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { readLines } from '@s3-connectors/common/protocol/lines.ts';
import * as fc from 'fast-check';

type Seen = { readonly lines: readonly string[]; readonly unterminated: boolean; readonly failure?: string };

/** What a consumer sees, and the line numbers checked on the way. */
async function linesOf(chunks: Iterable<Uint8Array>, maxLineBytes?: number, reuse = false): Promise<Seen> {
  const lines: string[] = [];
  let unterminated = false;
  try {
    for await (const batch of readLines(asyncly(chunks), {
      reuse,
      ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    })) {
      assert.equal(unterminated, false, 'only the last batch may be unterminated');
      assert.equal(batch.firstLine, lines.length + 1);
      let start = 0;
      for (const end of batch.ends) {
        lines.push(batch.bytes.toString('latin1', start, end));
        start = end + 1;
      }
      assert.equal(batch.bytes.length, batch.unterminated ? start - 1 : start, 'no byte outside the lines');
      unterminated = batch.unterminated;
    }
  } catch (error) {
    assert.ok(error instanceof ConnectorError);
    return { lines, unterminated, failure: error.message };
  }
  return { lines, unterminated };
}

async function* asyncly<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** `bytes` cut at the given places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const someText = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom('a', 'é', '{"x":1}', '') }, fc.constant('\n')), {
    maxLength: 40,
  })
  .map((parts) => Buffer.from(parts.join('')));

suite('cutting input into lines', () => {
  test('ignores a byte order mark at the start of the input, and only there', async () => {
    const mark = '\ufeff';
    for (const [text, lines, unterminated] of [
      [`${mark}a\nb\n`, ['a', 'b'], false],
      [`${mark}a`, ['a'], true],
      [`${mark}${mark}a\n${mark}b\n`, [`${mark}a`, `${mark}b`], false],
    ] as const) {
      const bytes = Buffer.from(text);
      const expected = lines.map((line) => Buffer.from(line).toString('latin1'));
      for (const places of [[], [1], [2, 3], [4]]) {
        assert.deepEqual(await linesOf(cut(bytes, places)), { lines: expected, unterminated });
      }
    }
  });

  test('gives the same lines under any chunking', async () => {
    await fc.assert(
      fc.asyncProperty(someText, fc.array(fc.nat(), { maxLength: 12 }), async (bytes, places) => {
        const expected = bytes.toString('latin1').split('\n');
        const last = expected.pop() ?? '';
        for (const reuse of [false, true]) {
          const seen = await linesOf(cut(bytes, places), undefined, reuse);
          assert.deepEqual(seen, { lines: last === '' ? expected : [...expected, last], unterminated: last !== '' });
        }
      }),
    );
  });

  test('refuses the same line as too long, after the same lines, under any chunking', async () => {
    await fc.assert(
      fc.asyncProperty(
        someText,
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        async (bytes, places, limit) => {
          const whole = await linesOf([bytes], limit);
          assert.deepEqual(await linesOf(cut(bytes, places), limit), whole);
          const all = bytes.toString('latin1').split('\n');
          const tooLong = all.findIndex((line) => line.length > limit);
          assert.equal(whole.failure?.includes(`Line ${tooLong + 1} `), tooLong === -1 ? undefined : true);
        },
      ),
    );
  });

  test('yields a cut line at the end of the input, marked as unterminated', async () => {
    assert.deepEqual(await linesOf([Buffer.from('one\n{"ty')]), { lines: ['one', '{"ty'], unterminated: true });
  });

  test('keeps empty lines, so that line numbers match the input', async () => {
    assert.deepEqual(await linesOf([Buffer.from('\n\na\n\n')]), { lines: ['', '', 'a', ''], unterminated: false });
  });

  test('yields nothing for empty input', async () => {
    assert.deepEqual(await linesOf([]), { lines: [], unterminated: false });
    assert.deepEqual(await linesOf([Buffer.alloc(0)]), { lines: [], unterminated: false });
  });

  test('passes a line of 100 MB', async () => {
    const chunk = Buffer.alloc(1_000_000, 'x');
    const batches = await Array.fromAsync(
      readLines(asyncly([...Array<Buffer>(100).fill(chunk), Buffer.from('\nb\n')])),
    );
    assert.deepEqual(
      batches.map(({ ends, firstLine }) => ({ ends, firstLine })),
      [{ ends: [100_000_000, 100_000_002], firstLine: 1 }],
    );
  });

  test('refuses a line that never ends without keeping it in memory', async () => {
    let chunks = 0;
    function* endless(): Generator<Buffer> {
      for (;;) {
        chunks++;
        yield Buffer.alloc(1_000_000, 'x');
      }
    }
    const { failure } = await linesOf(endless(), 10_000_000);
    assert.equal(failure, 'Line 1 of the input is longer than 10000000 bytes. Send smaller records.');
    assert.equal(chunks, 11);
  });

  test('yields the lines before one that is too long', async () => {
    const { lines, failure } = await linesOf([Buffer.from('a\nb\nlonger\nc\n')], 3);
    assert.deepEqual(lines, ['a', 'b']);
    assert.match(failure ?? '', /^Line 3 /u);
  });

  test('closes the input when its consumer stops early', async () => {
    let closed = false;
    async function* input(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.from('a\n');
      } finally {
        closed = true;
      }
    }
    for await (const batch of readLines(input())) if (batch.firstLine > 2) break;
    assert.equal(closed, true);
  });
});
