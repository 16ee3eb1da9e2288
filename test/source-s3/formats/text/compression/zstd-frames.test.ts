// zstd data of several frames, decompressed completely however it arrives.
import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';

import { array, assert as check, asyncProperty, boolean, constantFrom, integer, record } from 'fast-check';

import { inflate } from '../../../../../source-s3/src/formats/text/compression/compression.ts';

const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function inflated(bytes: Buffer, pieceBytes: number): Promise<Buffer> {
  return buffer(inflate(inPieces(bytes, pieceBytes), 'zstd'));
}

suite('zstd data', () => {
  const frame = record({
    text: constantFrom('', 'x', 'row,row\n'.repeat(30_000), String(Math.PI).repeat(40)),
    checksum: boolean(),
    sized: boolean(),
  });

  test('of any frames is inflated whole under any cutting', async () => {
    await check(
      asyncProperty(
        array(frame, { minLength: 1, maxLength: 4 }),
        integer({ min: 1, max: 300 }),
        async (frames, length) => {
          const parts = frames.map(({ text, checksum, sized }) => {
            const params = {
              [constants.ZSTD_c_checksumFlag]: Number(checksum),
              [constants.ZSTD_c_contentSizeFlag]: Number(sized),
            };
            return zstdCompressSync(text, { params });
          });
          const whole = await inflated(Buffer.concat([skippable, ...parts, skippable]), length);
          assert.equal(whole.toString(), frames.map(({ text }) => text).join(''));
        },
      ),
      { numRuns: 60, seed: 14, endOnFailure: true },
    );
  });

  test('with a cut last frame, or with other bytes after a frame, fails', async () => {
    const one = zstdCompressSync('row,row\n'.repeat(1000));
    for (const bad of [
      one.subarray(0, -1),
      Buffer.concat([one, one.subarray(0, 7)]),
      Buffer.concat([one, Buffer.from('text')]),
    ]) {
      for (const length of [1, 1000]) await assert.rejects(inflated(bad, length));
    }
  });
});
