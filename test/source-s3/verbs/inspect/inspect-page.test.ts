// The page of `inspect --html`: the content of the report, with the same parts as that of `status`, and nothing of the bucket as
// markup.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';
import { oneLine } from '@s3-connectors/common/protocol/text/text.ts';

import { dayOf, DayVolumes } from '../../../../source-s3/src/verbs/inspect/day-volumes.ts';
import { inspectPage } from '../../../../source-s3/src/verbs/inspect/report-page.ts';
import { configJson, runOperatorVerb, serverWith } from '../../support/source.ts';
import { reportOf } from './support.ts';

const jsonl = { data_format: { format: 'jsonl' } };

async function pageWith(paths: Readonly<Record<string, string>>): Promise<string> {
  const objects = Object.entries(paths).map(([path, body]) => [`lake/${path}`, body] as const);
  await using server = await serverWith(Object.fromEntries(objects));
  return inspectPage(await reportOf(server, jsonl), oneLine);
}

suite('the page of inspect', () => {
  test('shows findings, sizes, skips, days and columns that differ', async () => {
    const page = await pageWith({
      'events/day=2026-01-14/a.jsonl': '{"id":1}\n',
      'events/day=2026-01-16/a.jsonl': '{"id":"x"}\n',
      'events/day=2026-01-16/_SUCCESS': 'x',
      'events/day=2099-12-31/a.jsonl': '{"id":1}\n',
      'users/a.jsonl': '{"id":1}\n',
      'stray.jsonl': '{"id":1}\n',
    });
    const headings = Array.from(page.matchAll(/<h[123][^>]*>([^<]*)</gu), ([, text]) => text);
    assert.deepEqual(headings.slice(1), [
      'Findings',
      'Size by table',
      'Skipped',
      'events',
      'Columns that differ from file to file',
      'users',
    ]);
    assert.match(page, /warning: files_in_no_table/u);
    assert.match(page, /<title>2026-01-14: 1 file, 9 B<\/title>/u);
    assert.match(page, /<title>2026-01-15: no files<\/title>/u);
    assert.match(page, /hidden: name or folder starts with/u);
    assert.doesNotMatch(page, /<script|<link|<img| style=|href=|src=/u);
  });

  test('takes nothing in the bucket for markup', async () => {
    const hostile = '<img src=x onerror=alert(1)>"\'&';
    const page = await pageWith({
      [`${hostile}/${hostile}=${hostile}/a.jsonl`]: `${JSON.stringify({ [hostile]: 1 })}\n`,
      [`${hostile}.jsonl`]: '{}\n',
    });
    assert.doesNotMatch(page, /<script|<img/u);
    assert.ok(page.includes('&lt;img src=x'));
  });

  test('is written to the named file, in addition to the report on standard output', async () => {
    await using server = await serverWith({ 'lake/users/a.jsonl': '{"id":1}\n' });
    const folder = await mkdtemp(join(tmpdir(), 's3-connectors-inspect-'));
    try {
      const file = join(folder, 'report.html');
      const { stdout, exitCode } = await runOperatorVerb('inspect', configJson(server, jsonl), ['--html', file]);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^s3:/u);
      assert.match(await readFile(file, 'utf8'), /^<!doctype html>/u);
      const missing = join(folder, 'none/report.html');
      const failed = await runOperatorVerb('inspect', configJson(server, jsonl), ['--html', missing]);
      assert.equal(failed.exitCode, 1);
      assert.match(failed.stderr, /The page cannot be written to ".*none\/report.html": .*ENOENT.*\(USAGE_INVALID\)/u);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

suite('the day that folders name', () => {
  const of = (path: string): number | undefined =>
    dayOf(path.split('/').map((part) => ({ column: part.split('=')[0] ?? '', value: part.split('=')[1] ?? null })));

  test('is recognised in each of its usual forms', () => {
    const day = Date.UTC(2026, 0, 5) / 86_400_000;
    for (const path of [
      'day=2026-01-05',
      'DT=20260105',
      'date=2026-01-05T07',
      'ds=2026-01-05 00:00:00',
      'year=2026/month=1/day=5',
      'country=de/year=2026/month=01/day=05/hour=07',
    ])
      assert.equal(of(path), day, path);
  });

  test('is none where there is none', () => {
    for (const path of [
      'day=5',
      'year=2026/month=1',
      'day=2026-02-30',
      'year=2026/month=13/day=1',
      'id=20260105',
      'day=',
      'date=9999-01-01',
    ])
      assert.equal(of(path), undefined, path);
  });

  test('is counted for the newest 420 days, in whatever order they come', () => {
    const lists = fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 2500 });
    fc.assert(
      fc.property(lists, (days) => {
        const volumes = new DayVolumes();
        // A day that is repeated after it was dropped is older than all that are kept.
        for (const day of days) volumes.add(day, 2);
        const expected = [...new Set(days)].toSorted((a, b) => a - b).slice(-420);
        assert.deepEqual(
          volumes.all.map(({ day, files, bytes }) => [Date.parse(day) / 86_400_000, files, bytes]),
          expected.map((day) => {
            const files = days.filter((other) => other === day).length;
            return [day, files, files * 2];
          }),
        );
      }),
      { seed: 19, numRuns: 200 },
    );
    const volumes = new DayVolumes();
    for (let day = 47_000; day > 0; day--) volumes.add(day, 1);
    assert.equal(volumes.all.length, 420);
    assert.equal(volumes.all.at(-1)?.day, new Date(47_000 * 86_400_000).toISOString().slice(0, 10));
  });
});
