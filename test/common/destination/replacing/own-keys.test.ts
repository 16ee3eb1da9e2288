// The closed list of forms that a key must have before this connector deletes or copies its object.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createHash } from 'node:crypto';

import {
  attemptKey,
  ownKey,
  ownRunKey,
  parseAttemptKey,
  parseStagedKey,
  stagedKey,
  tellApart,
} from '@s3-connectors/common/destination/replacing/own-keys.ts';

const exportId = '20260115T143000123Z-1a2b3c4d-0';
const hash = '0123456789abcdef';
const file = `1768462200000-${hash}-0.jsonl.gz`;
const date = 'year=2026/month=01/day=15/';
const uuid = '123e4567-e89b-12d3-a456-426614174000';

const dataFiles = [
  `type=users/${file}`,
  `type=users/${date}${file}`,
  `type=users/${date}hour=07/${file}`,
  `data/users/year=2026/month=1/day=5/${file}`,
  `data/ü b/-62135596800000-${hash}-worker_1.snappy.parquet`,
  `data/users/0-${hash}-${'w'.repeat(32)}.json.gz`,
  `data/users/${'1'.repeat(16)}-${hash}-A.json.gz`,
];
const others = [
  `_staging/${exportId}/type=users/${file}`,
  `_staging/${exportId}/data/users/${date}${file}`,
  `_staging/nightly-7/3-${hash}/type=users/${file}`,
  `_staging/manual__2026-01-15T14:30:00+00:00/65535-${hash}/data/users/${date}${file}`,
  '_runs/nightly-7/run.json',
  '_runs/nightly-7/commit.json',
  '_runs/nightly-7/parts/0.json',
  `_manifests/users/${exportId}.json`,
  '_manifests/ü b/generations/7.json',
  '_manifests/users/generations/-7.json',
  `_connection-check-${uuid}`,
  `_connection-check-${uuid}-copy`,
];
const strangers = [
  '',
  '_runs/run.json',
  '_runs/../run.json',
  '_runs/.x/run.json',
  '_runs/a/b/run.json',
  '_runs/a/parts/x.json',
  '_runs/a/parts/123456.json',
  '_runs/a/latest.json',
  `_staging/nightly/type=users/${file}`,
  `_staging/nightly/x-${hash}/type=users/${file}`,
  `_staging/nightly/3-${hash}/users/${file}`,
  `_staging/nightly/3-${hash}/_runs/a/run.json`,
  `_staging/nightly/3-${hash}0/type=users/${file}`,
  'users',
  file,
  `users/${file}`,
  `type=/${file}`,
  `type=a/b/${file}`,
  `Type=users/${file}`,
  `xtype=users/${file}`,
  `x/type=users/${file}`,
  `data/${file}`,
  `data/users/old/${file}`,
  `data/users/year=2026/${file}`,
  `data/users/year=26/month=01/day=15/${file}`,
  `data/users/year=2026/month=001/day=15/${file}`,
  `data/users/year=2026/month=01/day=155/${file}`,
  `data/users/${date}hour=7/${file}`,
  `data/users/hour=07/${file}`,
  `data/users/${date}${date}${file}`,
  `data/users/${file.replace('jsonl.gz', 'csv.gz')}`,
  `data/users/${file.replace('jsonl.gz', 'parquet')}`,
  `data/users/${file.replace('.jsonl.gz', '.jsonlxgz')}`,
  `data/users/${file.replace('.jsonl.gz', 'xjsonl.gz')}`,
  `data/users/${file}.bak`,
  `data/users/${file}\n`,
  `data/users/x${file}`,
  `data/users/${file.replace(hash, hash.slice(1))}`,
  `data/users/${file.replace(hash, `${hash}0`)}`,
  `data/users/${file.replace('abcdef', 'ABCDEF')}`,
  `data/users/${file.replace('-0.', `-${'w'.repeat(33)}.`)}`,
  `data/users/${file.replace('-0.', '-.')}`,
  `data/users/${file.replace('-0.', '-a-b.')}`,
  `data/users/${'1'.repeat(17)}-${hash}-A.json.gz`,
  `data/users/--1-${hash}-A.json.gz`,
  `data/../${file}`,
  `data/./${file}`,
  `data//${file}`,
  `data/a\u0000/${file}`,
  `data/\ud800/${file}`,
  `_staging/${file}`,
  `_staging/type=users/${file}`,
  `_staging/${exportId}/users/${file}`,
  `_staging/${exportId}/${exportId}/type=users/${file}`,
  `_staging/${exportId}/notes.txt`,
  `_staging/${exportId}`,
  `_staging/2026/type=users/${file}`,
  '_manifests/users/latest.json',
  `_manifests/${exportId}.json`,
  `_manifests/a/b/${exportId}.json`,
  `_manifests/users/${exportId}.json.bak`,
  `_manifests/users/${exportId}xjson`,
  '_manifests/users/generations/.json',
  '_manifests/users/generations/seven.json',
  `_manifests/users/generations/${'1'.repeat(17)}.json`,
  '_schemas/users.json',
  '_connection-check-',
  `_connection-check-${uuid}-copy2`,
  `_connection-check-${uuid.toUpperCase()}`,
  `x_connection-check-${uuid}`,
];
const unexpected = { code: 'UNEXPECTED', message: /has no form that this connector writes/u };

suite('a key of our own', () => {
  for (const prefix of ['', 'p/', 'p/q r/']) {
    const where = prefix === '' ? 'without a prefix' : `below "${prefix}"`;
    test(`has one of the forms that we write, ${where}`, () => {
      for (const rest of [...dataFiles, ...others]) assert.equal(ownKey(prefix, prefix + rest), prefix + rest);
    });

    test(`is none of any other form, ${where}`, () => {
      for (const rest of strangers) assert.throws(() => ownKey(prefix, prefix + rest), unexpected, rest);
    });
  }

  test('is none outside the prefix', () => {
    for (const rest of [...dataFiles, ...others]) {
      for (const key of [rest, `q/${rest}`, `x/p/${rest}`, `p${rest}`, `/p/${rest}`]) {
        assert.throws(() => ownKey('p/', key), unexpected, key);
      }
    }
  });
});

suite('what a folder holds', () => {
  test('is ours with an extension of the place alone', () => {
    const place = { folder: 'p/data/users/', extensions: ['.json.gz', '.snappy.parquet'] };
    const keys = dataFiles.map((rest) => `p/${rest}`);
    const ours = keys.filter((key) => key.startsWith(place.folder) && !key.endsWith('.jsonl.gz'));
    assert.equal(ours.length, 2);
    assert.deepEqual(tellApart('p/', place, keys), { ours, others: keys.filter((key) => !ours.includes(key)) });
  });

  test('is of others where the folder itself is none that we write to', () => {
    const keys = [`p/users/${file}`, `q/type=users/${file}`];
    for (const folder of ['p/users/', 'q/type=users/']) {
      assert.deepEqual(tellApart('p/', { folder, extensions: ['.jsonl.gz'] }, keys), { ours: [], others: keys });
    }
  });
});

suite('a staged key', () => {
  test('is parsed into its export and the key that it is for', () => {
    for (const rest of dataFiles) {
      for (const prefix of ['', 'p/']) {
        const staged = stagedKey(prefix, exportId, prefix + rest);
        assert.equal(staged, `${prefix}_staging/${exportId}/${rest}`);
        assert.deepEqual(parseStagedKey(prefix, staged), { staged, exportId, key: prefix + rest });
      }
    }
  });

  test('is none of any other form, however much it is our own', () => {
    for (const rest of [...dataFiles, ...others.slice(2), ...strangers]) {
      assert.equal(parseStagedKey('p/', `p/${rest}`), undefined, rest);
    }
    assert.equal(parseStagedKey('p/', `_staging/${exportId}/type=users/${file}`), undefined);
    assert.equal(parseStagedKey('', `p/_staging/${exportId}/type=users/${file}`), undefined);
  });

  test('is made for data files alone', () => {
    for (const rest of [...others, 'notes.txt']) {
      assert.throws(() => stagedKey('p/', exportId, `p/${rest}`), unexpected, rest);
    }
    assert.throws(() => stagedKey('p/', 'latest', `p/type=users/${file}`), unexpected);
  });
});

suite('a key of an attempt at a part of a run', () => {
  const attempt = { id: 'nightly-7', index: 3, attempt: hash };

  test('is made for data files alone, and tells its run', () => {
    for (const prefix of ['', 'p/']) {
      for (const rest of dataFiles) {
        const key = attemptKey(prefix, attempt, prefix + rest);
        assert.equal(key, `${prefix}_staging/nightly-7/3-${hash}/${rest}`);
        assert.deepEqual(parseAttemptKey(prefix, key), { key, run: 'nightly-7' });
        assert.equal(parseStagedKey(prefix, key), undefined, 'It is of no export.');
      }
    }
    for (const rest of [...others, 'notes.txt']) {
      assert.throws(() => attemptKey('p/', attempt, `p/${rest}`), unexpected, rest);
    }
  });

  test('is none of any other form, and none outside the prefix', () => {
    const key = attemptKey('p/', attempt, `p/type=users/${file}`);
    for (const rest of [
      ...dataFiles,
      ...strangers,
      `_staging/${exportId}/type=users/${file}`,
      '_runs/nightly-7/run.json',
    ]) {
      assert.equal(parseAttemptKey('p/', `p/${rest}`), undefined, rest);
    }
    for (const prefix of ['', 'q/', 'p/q/']) assert.equal(parseAttemptKey(prefix, key), undefined, prefix);
  });
});

suite('a document of a run', () => {
  const documents = ['_runs/nightly-7/run.json', '_runs/nightly-7/commit.json', '_runs/nightly-7/parts/0.json'];

  test('is ours below the prefix alone', () => {
    for (const rest of documents) {
      assert.equal(ownRunKey('p/', `p/${rest}`), `p/${rest}`);
      assert.equal(ownRunKey('', rest), rest);
      for (const key of [rest, `q/${rest}`, `p/p/${rest}`]) assert.equal(ownRunKey('p/', key), undefined, key);
    }
  });

  test('is not another key of this connector', () => {
    for (const rest of [...dataFiles, ...others.filter((one) => !documents.includes(one)), ...strangers]) {
      assert.equal(ownRunKey('p/', `p/${rest}`), undefined, rest);
    }
  });
});

suite('a file in folders of a partition', () => {
  const folders = 'country=DE/plan=pro%2Fyear/';
  const mark = createHash('sha256').update(folders).digest('hex').slice(0, 4);
  const named = (end: string): string => `data/users/${date}${folders}0-${hash.slice(0, 12)}${end}-0.json.gz`;
  const wrong = mark === '0000' ? '1111' : '0000';

  test('is ours if its name has the mark of its folders, also while it waits', () => {
    const own = named(mark);
    assert.equal(ownKey('p/', `p/${own}`), `p/${own}`);
    const staged = stagedKey('p/', exportId, `p/${own}`);
    assert.deepEqual(parseStagedKey('p/', staged)?.key, `p/${own}`);
    const key = attemptKey('p/', { id: 'r', index: 0, attempt: hash }, `p/${own}`);
    assert.deepEqual(parseAttemptKey('p/', key), { key, run: 'r' });
  });

  test('is another’s with any other mark, wherever it is', () => {
    const foreign = named(wrong);
    assert.throws(() => ownKey('p/', `p/${foreign}`), unexpected);
    assert.equal(parseStagedKey('p/', `p/_staging/${exportId}/${foreign}`), undefined);
    assert.equal(parseAttemptKey('p/', `p/_staging/r/0-${hash}/${foreign}`), undefined);
    const place = { folder: 'p/data/users/', extensions: ['.json.gz'] };
    const keys = [`p/${named(mark)}`, `p/${foreign}`];
    assert.deepEqual(tellApart('p/', place, keys), { ours: keys.slice(0, 1), others: keys.slice(1) });
  });
});
