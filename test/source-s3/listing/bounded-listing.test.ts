// Less listing: what options spell limits the listing, counted in requests, and nothing that matches is missed.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { FilePattern, headOf } from '../../../source-s3/src/layout/file-pattern.ts';
import { bucket, readHere, serverWith, catalogJson, type Json } from '../support/source.ts';
import { idsOf } from '../support/text.ts';

const catalog = catalogJson({ t: { id: { type: 'integer' } } });
const jsonl = { data_format: { format: 'jsonl' } };

/** 60 days of 100 files: six pages when the complete table is listed. */
async function days(config: Json, more: Readonly<Record<string, string>> = {}) {
  await using server = await serverWith({});
  for (let day = 1; day <= 60; day++) {
    for (let file = 0; file < 100; file++) {
      const folder = `lake/t/day=${String(day).padStart(2, '0')}/`;
      server.seed(bucket, `${folder}${file}.json`, `{"id":${day * 1000 + file}}\n`, {
        lastModified: new Date(Date.UTC(2026, 0, 1)),
      });
    }
  }
  for (const [key, body] of Object.entries(more)) server.seed(bucket, key, body);
  server.counts.reset();
  const result = await readHere(server, { config: { ...jsonl, ...config }, catalog });
  return { ...result, lists: server.counts.of('ListObjectsV2').requests };
}

suite('file_pattern', () => {
  test('lists only what begins with what it spells before its first wildcard', async () => {
    const whole = await days({ file_pattern: '**/7.json' });
    assert.deepEqual([idsOf(whole.messages).length, whole.lists], [60, 1 + 6]); // The tables, and six pages.
    const one = await days({ file_pattern: 'day=17/*.json' });
    assert.deepEqual([idsOf(one.messages).length, one.lists], [100, 1 + 1 + 2 * 3 + 1]); // One page; three looks in each of two folders; Spark’s log.
    const two = await days({ file_pattern: 'day=1[78]/7.json' });
    assert.deepEqual(
      idsOf(two.messages).toSorted((a, b) => a - b),
      [17_007, 18_007],
    );
  });

  test('still refuses a table format whose log it leaves out', async () => {
    for (const log of ['_delta_log/00.json', '.hoodie/x', 'metadata/v1.metadata.json', 'day=17/_delta_log/00.json']) {
      await using server = await serverWith({ [`lake/t/${log}`]: '{}', 'lake/t/day=17/1.json': '{"id":1}\n' });
      for (const more of [
        {},
        { partition_filter: [{ column: 'day', from: '17' }] },
        { latest_partition_only: ['t'] },
      ]) {
        const config = { ...jsonl, file_pattern: 'day=17/1*.json', ...more };
        const { failures } = await readHere(server, { config, catalog });
        assert.deepEqual(
          failures.map(({ code }) => code),
          ['TABLE_FORMAT_UNSUPPORTED'],
          log,
        );
      }
    }
  });

  test('is combined with partition_filter, which bounds the folders', async () => {
    const config = { file_pattern: 'day=1*/7.json', partition_filter: [{ column: 'day', from: '17', to: '18' }] };
    const { messages, lists } = await days(config);
    assert.deepEqual(
      idsOf(messages).toSorted((a, b) => a - b),
      [17_007, 18_007],
    );
    assert.equal(lists, 1 + 4 + 1 + 2); // The tables, four looks, the folders that begin with "day=1", two of them.
  });

  test('matches no path that does not begin with its head', () => {
    const glob = fc.string({
      unit: fc.constantFrom('a', '/', '*', '?', '[', ']', '{', ',', '}', '\\', '!'),
      minLength: 1,
      maxLength: 10,
    });
    const path = fc.string({ unit: fc.constantFrom('a', '/', 'b', '[', '{', '*', ',', '\\'), maxLength: 10 });
    fc.assert(
      fc.property(glob, path, (pattern, some) => {
        let matcher: FilePattern;
        try {
          matcher = new FilePattern(pattern);
        } catch {
          return;
        }
        const head = headOf(pattern);
        for (const one of [some, head + some])
          if (matcher.test(one)) assert.ok(one.startsWith(head), `${pattern} ${one}`);
      }),
      { numRuns: 20_000, seed: 16 },
    );
  });
});
