import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, suite, test } from 'node:test';
import { createGunzip, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { DeflatePool } from '@s3-connectors/common/destination/files/deflate-pool.ts';
import { GzipMember } from '@s3-connectors/common/destination/files/gzip-member.ts';

const pools = new Map<number, DeflatePool>();
after(() => pools.forEach((pool) => pool.close()));

async function member(chunks: readonly Uint8Array[], level = 6): Promise<Buffer> {
  const pool = pools.get(level) ?? new DeflatePool({ level, atOnce: 3 });
  pools.set(level, pool);
  const gzip = new GzipMember(pool);
  await Promise.all(chunks.map((chunk) => gzip.add(chunk)));
  const whole = Buffer.concat(await gzip.finish());
  assert.equal(whole.length, gzip.compressedBytes);
  return whole;
}

const rows = Buffer.from(
  Array.from({ length: 20_000 }, (_, index) => `{"n":${index},"x":"row ${index % 7}"}\n`).join(''),
);
const thirds = [rows.subarray(0, 100_000), rows.subarray(100_000, 300_001), rows.subarray(300_001)];

suite('a gzip member of chunks', () => {
  test('is one member: a reader that stops after the first reads all rows', async () => {
    const whole = await member(thirds);
    const gunzip = createGunzip();
    const read: Buffer[] = [];
    gunzip.on('data', (data: Buffer) => read.push(data));
    const ended = new Promise((resolve) => gunzip.once('end', resolve));
    gunzip.end(whole);
    await ended;
    assert.ok(Buffer.concat(read).equals(rows));
    assert.equal(gunzip.bytesWritten, whole.length);
  });

  test('is read by zcat and by Python', async () => {
    const whole = await member(thirds, 1);
    const options = { input: whole, maxBuffer: 10_000_000 };
    assert.ok(execFileSync('zcat', options).equals(rows));
    const script = 'import gzip,sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))';
    assert.ok(execFileSync('python3', ['-c', script], options).equals(rows));
  });

  test('holds any bytes in any chunks, empty ones too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), fc.integer({ min: 1, max: 9 }), async (chunks, level) => {
        const whole = await member(chunks, level);
        assert.ok(gunzipSync(whole).equals(Buffer.concat(chunks)));
      }),
    );
  });

  test('has equal bytes for equal rows and chunks', async () => {
    const [one, two] = await Promise.all([member(thirds), member(thirds)]);
    assert.ok(one.equals(two));
  });
});
