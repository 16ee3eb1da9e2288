import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { AwsChunkedDecoder } from '../../../../tools/s3-server/wire/aws-chunked.ts';
import { parseRange } from '../../../../tools/s3-server/objects/range.ts';

test('an aws-chunked body is the same in whatever pieces it comes', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 17 }), fc.boolean(), (chunks, pieceBytes, isSigned) => {
      const signature = isSigned ? `;chunk-signature=${'0'.repeat(64)}` : '';
      const body = Buffer.concat([
        ...chunks.flatMap((chunk) => [
          Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`),
          chunk,
          Buffer.from('\r\n'),
        ]),
        Buffer.from(`0${signature}\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`),
      ]);
      const decoder = new AwsChunkedDecoder();
      const payload: Buffer[] = [];
      for (let at = 0; at < body.length; at += pieceBytes)
        payload.push(...decoder.push(body.subarray(at, at + pieceBytes)));
      decoder.end();
      assert.deepEqual(Buffer.concat(payload), Buffer.concat(chunks));
      assert.deepEqual([...decoder.trailers], [['x-amz-checksum-crc32', 'AAAAAA==']]);
    }),
  );
});

test('an aws-chunked body that ends early or is malformed is refused', () => {
  const cut = new AwsChunkedDecoder();
  cut.push(Buffer.from('5\r\nhello\r\n0\r\n'));
  assert.throws(() => cut.end(), { code: 'IncompleteBody' });
  for (const text of ['xyz\r\n', '1\r\nab\r\n', 'f'.repeat(9000)]) {
    assert.throws(() => new AwsChunkedDecoder().push(Buffer.from(text)), { code: 'InvalidRequest' });
  }
});

const ranges = [
  [undefined, 10, undefined],
  ['bytes=0-0', 10, [0, 1]],
  ['bytes=3-', 10, [3, 10]],
  ['bytes=-4', 10, [6, 10]],
  ['bytes=5-50', 10, [5, 10]],
  ['bytes=-50', 10, [0, 10]],
  ['bytes=4-3', 10, undefined],
  ['bytes=0-1,3-4', 10, undefined],
  ['items=0-1', 10, undefined],
  ['bytes=-', 10, undefined],
  ['bytes=10-', 10, 'InvalidRange'],
  ['bytes=-0', 10, 'InvalidRange'],
  ['bytes=0-0', 0, 'InvalidRange'],
] as const;
for (const [header, size, expected] of ranges) {
  test(`${header} of ${size} bytes is ${String(expected)}`, () => {
    if (expected === 'InvalidRange') assert.throws(() => parseRange(header, size), { code: 'InvalidRange' });
    else assert.deepEqual(parseRange(header, size), expected && { start: expected[0], end: expected[1] });
  });
}
