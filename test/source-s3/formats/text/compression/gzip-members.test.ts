// gzip data of several members, with zeros between and after them as tapes and block devices pad: decompressed completely however
// it arrives, or refused.
import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { array, assert as check, asyncProperty, constantFrom, integer, record } from 'fast-check';

import { inflate } from '../../../../../source-s3/src/formats/text/compression/compression.ts';
import { textRows } from '../../../support/text.ts';

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function inflated(bytes: Buffer, pieceBytes: number): Promise<Buffer> {
  return buffer(inflate(inPieces(bytes, pieceBytes), 'gzip'));
}

suite('gzip data', () => {
  const member = record({
    text: constantFrom('', 'x', 'row,row\n'.repeat(3000), String(Math.PI).repeat(40)),
    level: constantFrom(0, 6),
    zeros: constantFrom(0, 0, 1, 511, 2000),
  });

  test('of any members is inflated whole under any cutting', async () => {
    await check(
      asyncProperty(
        array(member, { minLength: 1, maxLength: 4 }),
        integer({ min: 1, max: 100 }),
        async (members, length) => {
          const parts = members.flatMap(({ text, level, zeros }) => [gzipSync(text, { level }), Buffer.alloc(zeros)]);
          const expected = members.map(({ text }) => text).join('');
          for (const pieceBytes of [length, 65_536, Number.MAX_SAFE_INTEGER]) {
            const whole = await inflated(Buffer.concat(parts), pieceBytes);
            assert.ok(whole.equals(Buffer.from(expected)), `${whole.length} bytes, not ${expected.length}`);
          }
        },
      ),
      { numRuns: 40, seed: 14, endOnFailure: true },
    );
  });

  test('with a cut last member, or with other bytes after a member, fails', async () => {
    const one = gzipSync('row,row\n'.repeat(1000));
    const behind = ['text', '\u001f', '\u001f\u008b', '\0text', '\0\u001f', '\0\u001f\u008b\u0008'];
    const bad = behind.map((text) => Buffer.concat([one, Buffer.from(text, 'latin1')]));
    for (const bytes of [one.subarray(0, -1), one.subarray(0, -8), Buffer.concat([one, one.subarray(0, -1)]), ...bad]) {
      for (const length of [1, 7, 1000]) {
        await assert.rejects(inflated(bytes, length), `${bytes.subarray(one.length).toString('latin1')} ${length}`);
      }
    }
  });

  test('is closed with its source when its reader goes away', async () => {
    let closed = false;
    const source = (async function* () {
      try {
        for (;;) yield await Promise.resolve(gzipSync('row,row\n'.repeat(1000)));
      } finally {
        closed = true;
      }
    })();
    for await (const piece of inflate(source, 'gzip')) if (piece.length > 0) break;
    assert.ok(closed);
  });
});

async function readCsv(...parts: readonly Uint8Array[]): ReturnType<typeof textRows> {
  const objects = { 'lake/t/a.csv.gz': gzipSync('id\n'), 'lake/t/b.csv.gz': Buffer.concat(parts) };
  return textRows(objects, { data_format: { format: 'csv' } });
}

test('rows of a member after zeros are read, and anything else after them fails the file', async () => {
  const [first, second] = [gzipSync('id\n1\n'), gzipSync('2\n')];
  const { rows, failures } = await readCsv(first, Buffer.alloc(512), second);
  assert.deepEqual([rows, failures], [[{ id: '1' }, { id: '2' }], []]);
  const bad = await readCsv(first, Buffer.alloc(512), Buffer.from('2\n'));
  assert.match(
    bad.failures.join(),
    /^FILE_UNREADABLE "lake\/t\/b.csv.gz" .*\(what follows a gzip member is not gzip\)/u,
  );
});
