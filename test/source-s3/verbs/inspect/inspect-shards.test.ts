// inspect --shards: how the files of a table would be divided among several readers.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { parquet } from '../../../support/parquet.ts';
import { configJson, runOperatorVerb, serverWith } from '../../support/source.ts';
import { inspectHere, reportOf, tableOf } from './support.ts';

let file: Buffer;
let other: Buffer;
before(async () => {
  file = await parquet('SELECT i AS id FROM range(10) t(i)');
  other = await parquet('SELECT i::DOUBLE AS id, now() AS time FROM range(20) t(i)');
});

suite('the shards of a table', () => {
  const files = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`lake/t/${at}.parquet`, at]));

  test('are reported with their files, bytes and rows, and with the largest file', async () => {
    await using server = await serverWith(
      Object.fromEntries(Object.entries(files).map(([key, at]) => [key, at === 7 ? other : file])),
    );
    const { shards, bytes, rows } = tableOf(await reportOf(server, {}, { shards: '4' }), 't');
    assert.ok(shards !== null && shards.count === 4);
    const sum = (name: 'files' | 'bytes' | 'rows') => shards.shards.reduce((all, shard) => all + (shard[name] ?? 0), 0);
    assert.deepEqual([sum('files'), sum('bytes')], [12, bytes]);
    assert.ok(Math.abs(sum('rows') - (rows.count ?? 0)) <= 4);
    const largest = other.length > file.length ? 'lake/t/7.parquet' : 'lake/t/0.parquet';
    assert.deepEqual(shards.largest_file, { key: largest, bytes: Math.max(other.length, file.length) });
    const text = await runOperatorVerb('inspect', configJson(server), ['--shards', '4']);
    assert.match(
      text.stdout.replaceAll(/\s+/gu, ' '),
      /shards 4: .*the smallest .* about \d+ rows, the largest .* the largest file has/u,
    );
  });

  test('are reported empty where there are more of them than files', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': file });
    const text = await inspectHere(server, {}, { shards: '64' });
    assert.match(text.replaceAll(/\s+/gu, ' '), /shards 64: 63 without a file; the smallest/u);
  });

  for (const count of ['0', 'four', '-1', '65537', '1.5']) {
    test(`are refused by the option --shards=${count}`, async () => {
      await using server = await serverWith({ 'lake/t/a.parquet': file });
      const { exitCode, stderr } = await runOperatorVerb('inspect', configJson(server), [`--shards=${count}`]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /--shards must be a whole number from 1 to 65536\. \(USAGE_INVALID\)/u);
    });
  }
});
