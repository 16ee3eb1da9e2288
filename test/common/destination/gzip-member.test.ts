import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { createGunzip, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { GzipMember } from '@s3-connectors/common/destination/gzip-member.ts';
import { Lanes } from '@s3-connectors/common/streams/lanes.ts';

const lanes = new Lanes(3);

async function member(chunks: readonly Uint8Array[], tail: Uint8Array, level = 6): Promise<Buffer> {
  const gzip = new GzipMember({ level, lanes });
  await Promise.all(chunks.map((chunk) => gzip.add(chunk)));
  const parts = await gzip.finish(tail);
  const whole = Buffer.concat(parts);
  assert.equal(whole.length, gzip.compressedBytes);
  return whole;
}

const rows = Buffer.from(
  Array.from({ length: 20_000 }, (_, index) => `{"n":${index},"x":"row ${index % 7}"}\n`).join(''),
);
const thirds = [rows.subarray(0, 100_000), rows.subarray(100_000, 300_001)];

suite('a gzip member of chunks', () => {
  test('is one member: a reader that stops after the first reads all rows', async () => {
    const whole = await member(thirds, rows.subarray(300_001));
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
    const whole = await member(thirds, rows.subarray(300_001), 1);
    const options = { input: whole, maxBuffer: 10_000_000 };
    assert.ok(execFileSync('zcat', options).equals(rows));
    const script = 'import gzip,sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))';
    assert.ok(execFileSync('python3', ['-c', script], options).equals(rows));
  });

  test('holds any bytes in any chunks, empty ones too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array()),
        fc.uint8Array(),
        fc.integer({ min: 1, max: 9 }),
        async (chunks, tail, level) => {
          const whole = await member(chunks, tail, level);
          assert.ok(gunzipSync(whole).equals(Buffer.concat([...chunks, tail])));
        },
      ),
    );
  });

  test('has equal bytes for equal rows and chunks', async () => {
    const [one, two] = await Promise.all([member(thirds, rows), member(thirds, rows)]);
    assert.ok(one.equals(two));
  });
});
