import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';

import { beginContentHash, FileNames, renamedKey } from '@s3-connectors/common/destination/files/file-names.ts';
import { isMarked, markedHash } from '@s3-connectors/common/destination/files/partition-folders.ts';

const state = Buffer.from('{"at":1}');
const rows = Buffer.from('{"a":1}\n');

function hash(names: FileNames, place = 'p/1-', position = state): string {
  return names.hash(place, beginContentHash(position).update(rows));
}

/** Bytes of heap in use. */
function used(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function placeOf(n: number): string {
  return ['permutive/', 'type=pages/', 'year=2026/', 'month=01/', 'day=15/', `${n}-`].reduce((a, b) => a + b);
}

suite('the hash in a file’s name', () => {
  test('is SHA-256 over the preceding stream_state and the rows, its first 16 hex digits', () => {
    const expected = createHash('sha256').update(state).update(rows).digest('hex').slice(0, 16);
    assert.equal(hash(new FileNames()), expected);
  });

  test('is another one after another state, and for equal rows again in one run', () => {
    const names = new FileNames();
    const hashes = [hash(names), hash(names), hash(names), hash(names, 'p/1-', Buffer.from('{"at":2}'))];
    assert.equal(new Set(hashes).size, 4);
  });

  test('keeps the mark of its partition folders when a run gives the file another hash (1,000 names)', () => {
    const digit = fc.constantFrom(...Array.from({ length: 16 }, (_, value) => value.toString(16)));
    const hex = fc.array(digit, { minLength: 16, maxLength: 16 });
    const folders = fc.string().map((text) => (text === '' ? '' : `country=${encodeURIComponent(text)}/`));
    fc.assert(
      fc.property(hex, folders, fc.string(), (digits, partition, salt) => {
        const first = markedHash(digits.join(''), partition);
        const key = renamedKey(`p/data/t/${partition}17-${first}-0.json.gz`, salt);
        const [, hash = ''] = /\/17-([0-9a-f]{16})-0\.json\.gz$/u.exec(key) ?? [];
        assert.ok(isMarked(hash, partition) && hash !== first, key);
      }),
      { numRuns: 1000, seed: 18 },
    );
  });

  test('repeats in another run that sees the same, and in another place', () => {
    const [one, two] = [new FileNames(), new FileNames()];
    assert.deepEqual([hash(one), hash(one)], [hash(two), hash(two)]);
    assert.equal(hash(one, 'q/1-'), hash(new FileNames()));
  });

  test('stays unlike all before it however many names a run gives', () => {
    const names = new FileNames();
    const hashes = Array.from({ length: 45_000 }, (_, index) => hash(names, index % 20_000 < 5 ? 'p/' : `p/${index}-`));
    const inPlace = hashes.filter((_, index) => index % 20_000 < 5);
    assert.equal(new Set(inPlace).size, 15);
  });

  test('takes little memory for many names', () => {
    const names = new FileNames();
    const before = used();
    for (let n = 0; n < 19_000; n += 1) names.hash(placeOf(n), beginContentHash(Buffer.from(String(n))));
    const bytes = used() - before;
    assert.ok(bytes < 4e6, `${bytes} bytes`);
    names.hash('', beginContentHash(Buffer.alloc(0))); // It is still in use.
  });

  test('is another one under another name, which vouches for the same folders', () => {
    const folder = 'data/visits/country=DE/plan=%2F/';
    const key = new FileNames().key(
      { folder: 'data/visits/', partition: 'country=DE/plan=%2F/', timestamp: 1, workerId: '0', extension: '.json.gz' },
      beginContentHash(state).update(rows),
    );
    const renamed = renamedKey(key, 'salt');
    assert.notEqual(renamed, key);
    const hashOf = (name: string): string => name.slice(folder.length).split('-')[1] ?? '';
    assert.ok(isMarked(hashOf(renamed), 'country=DE/plan=%2F/'));
    assert.ok(!isMarked(hashOf(renamed), 'country=FR/plan=%2F/'));
  });
});
