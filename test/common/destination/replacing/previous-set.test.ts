import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { keysWithout, tellApart } from '@s3-connectors/common/destination/replacing/own-keys.ts';

const extensions = ['.jsonl.gz', '.snappy.parquet'];
const place = { folder: 'p/type=users/', extensions };
const hash = fc.stringMatching(/^[0-9a-f]{16}$/u);
const worker = fc.stringMatching(/^[A-Za-z0-9_]{1,32}$/u);
const date = fc.constantFrom('', 'year=2026/month=1/day=15/', 'year=2026/month=01/day=15/hour=07/');
const file = fc
  .tuple(date, fc.integer({ min: 0, max: 253_402_300_799_999 }), hash, worker, fc.constantFrom(...extensions))
  .map(([folders, time, content, by, extension]) => `${folders}${time}-${content}-${by}${extension}`);

suite('the previous set', () => {
  test('is all that we ever wrote into the folder', () => {
    fc.assert(
      fc.property(file, (name) => {
        assert.deepEqual(tellApart('p/', place, [`p/type=users/${name}`]).others, []);
      }),
    );
  });

  test('is nothing else: no neighbour, no stranger, no other name', () => {
    const name = '1700000000000-0123456789abcdef-0.jsonl.gz';
    const strangers = [
      `p/type=users_archive/${name}`,
      `p/type=users/old/${name}`,
      `p/type=users/year=2026/${name}`,
      `p/type=users/YEAR=2026/month=01/day=15/${name}`,
      `p/type=users/${name}.bak`,
      `p/type=users/${name.replace('.jsonl.gz', '.jsonlXgz')}`,
      `p/type=users/${name.replace('abcdef', 'ABCDEF')}`,
      `p/type=users/${name.replace('-0.', '.')}`,
      'p/type=users/',
      'p/type=users/notes.txt',
      `q/p/type=users/${name}`,
    ];
    assert.deepEqual(tellApart('p/', place, strangers), { ours: [], others: strangers });
  });

  test('holds no key that the folder does not, whatever lies about', () => {
    const anywhere = fc.oneof(
      fc.string(),
      fc.tuple(fc.string(), file).map(([before, name]) => before + name),
    );
    fc.assert(
      fc.property(fc.array(anywhere), (keys) => {
        const { ours, others } = tellApart('p/', place, keys);
        assert.deepEqual([...ours, ...others].toSorted(), keys.toSorted());
        for (const key of ours) assert.ok(key.startsWith('p/type=users/'));
      }),
    );
  });

  test('without what is written again is what is deleted', () => {
    assert.deepEqual(keysWithout(['a', 'b', 'c'], ['b'], ['d', 'c']), ['a']);
  });
});
