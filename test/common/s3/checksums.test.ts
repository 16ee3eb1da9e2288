import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { checksumsOf, isSameBody, md5Of } from '@s3-connectors/common/s3/checksums.ts';
import * as fc from 'fast-check';

suite('the checksums of a body in parts', () => {
  test('are those of the joined body, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), async (parts) => {
        const whole = Buffer.concat(parts);
        const sums = await checksumsOf(parts, ['sha256']);
        assert.equal(sums.size, whole.length);
        assert.equal(Buffer.from(sums.crc32, 'base64').readUInt32BE(), crc32(whole));
        assert.equal(sums.sha256, createHash('sha256').update(whole).digest('hex'));
        assert.equal(await md5Of(parts), createHash('md5').update(whole).digest('hex'));
      }),
    );
  });

  test('are right for parts longer than one slice, and let other work run in between', async () => {
    const body = Buffer.alloc(9_000_001, 'ab');
    let otherWork = false;
    setImmediate(() => (otherWork = true));
    const sums = await checksumsOf([body], []);
    assert.equal(Buffer.from(sums.crc32, 'base64').readUInt32BE(), crc32(body));
    assert.equal(sums.sha256, undefined);
    assert.ok(otherWork);
  });
});

const md5 = () => Promise.resolve('abc');

suite('a stored object has our body', () => {
  const body = { size: 5, crc32: 'AAAAAA==' };
  test('if its size and its CRC32 are ours, whatever its ETag', async () => {
    assert.equal(await isSameBody({ size: 5, etag: '"of-kms"', crc32: 'AAAAAA==' }, body, md5), true);
    assert.equal(await isSameBody({ size: 5, etag: '"abc"', crc32: 'AAAAAQ==' }, body, md5), false);
    assert.equal(await isSameBody({ size: 6, etag: '"abc"', crc32: 'AAAAAA==' }, body, md5), false);
  });

  test('if its ETag is our MD5 and it has no CRC32', async () => {
    assert.equal(await isSameBody({ size: 5, etag: '"abc"' }, body, md5), true);
    assert.equal(await isSameBody({ size: 5, etag: '"abd"' }, body, md5), false);
  });
});
