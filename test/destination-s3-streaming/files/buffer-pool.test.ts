import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BufferPool } from '../../../destination-s3-streaming/src/files/buffer-pool.ts';

const kibibyte = 1024;

suite('the pool of buffers', () => {
  test('gives at least what is asked for and at most a quarter more', () => {
    const pool = new BufferPool(0);
    for (let bytes = 1; bytes <= 2 * 1024 * kibibyte; bytes = Math.ceil(bytes * 1.07)) {
      const { length } = pool.take(bytes);
      assert.ok(length >= bytes && (length <= 4 * kibibyte || length <= bytes * 1.25), `${length} for ${bytes}`);
    }
  });

  test('gives the same memory again, whole, also when a part of it came back', () => {
    const pool = new BufferPool(1024 * kibibyte);
    const first = pool.take(10 * kibibyte);
    pool.give(first.subarray(5, 9));
    assert.equal(pool.idleBytes, first.length);
    const second = pool.take(10 * kibibyte);
    assert.equal(second.buffer, first.buffer);
    assert.equal(second.length, first.length);
    assert.equal(pool.idleBytes, 0);
    assert.notEqual(pool.take(10 * kibibyte).buffer, first.buffer);
  });

  test('never takes memory that is not its own, nor any twice', () => {
    const pool = new BufferPool(1024 * kibibyte);
    pool.give(Buffer.from('shared with all small buffers of Node'));
    pool.give(Buffer.alloc(8 * kibibyte));
    assert.equal(pool.idleBytes, 0);
    const own = pool.take(8 * kibibyte);
    pool.give(own);
    pool.give(own);
    assert.equal(pool.idleBytes, own.length);
  });

  test('keeps no more than it may', () => {
    const pool = new BufferPool(8 * kibibyte);
    const buffers = Array.from({ length: 4 }, () => pool.take(1));
    for (const buffer of buffers) pool.give(buffer);
    assert.equal(pool.idleBytes, 8 * kibibyte);
    const large = pool.take(2 * 1024 * kibibyte);
    assert.equal(large.length, 2 * 1024 * kibibyte);
  });
});
