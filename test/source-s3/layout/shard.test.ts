import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';

import { includes, isInShard, shardIndex } from '../../../source-s3/src/layout/shard.ts';

const count = fc.integer({ min: 1, max: 64 });
const key = fc.string({ unit: 'binary', maxLength: 40 });

suite('shards', () => {
  test('have each key in exactly one of them', () => {
    fc.assert(
      fc.property(key, count, (name, all) => {
        const indexes = Array.from({ length: all }, (_, index) => index);
        assert.equal(indexes.filter((index) => isInShard(name, { index, count: all })).length, 1);
      }),
      { seed: 18, numRuns: 1000 },
    );
  });

  test('are chosen by the first four bytes of the SHA-256 of the key, as a number, so that other programs can know them', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), count, (name, all) => {
        assert.equal(shardIndex(name, all), createHash('sha256').update(name).digest().readUInt32BE(0) % all);
      }),
      { seed: 18, numRuns: 1000 },
    );
  });

  test('include one another exactly if each key of the one is a key of the other', () => {
    const keys = Array.from({ length: 3000 }, (_, at) => `lake/t/part-${at}.parquet`);
    for (const whole of [1, 2, 3, 4]) {
      for (const part of [1, 2, 3, 4, 6, 8]) {
        for (let index = 0; index < whole; index += 1) {
          for (let inner = 0; inner < part; inner += 1) {
            const [a, b] = [
              { index, count: whole },
              { index: inner, count: part },
            ];
            const all = keys.every((one) => !isInShard(one, b) || isInShard(one, a));
            assert.equal(includes(a, b), all, JSON.stringify([a, b]));
          }
        }
      }
    }
  });
});
