// The page of `status --html`: one file without requests, in which nothing of a bucket is markup.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { htmlWith } from '@s3-connectors/common/program/page/html.ts';
import { scaleOf } from '@s3-connectors/common/program/page/heat-map.ts';
import { oneLine } from '@s3-connectors/common/protocol/text/text.ts';
import { statusPage } from '@s3-connectors/common/destination/status/report/report-page.ts';

import { bucket } from '../../../support/destination-input.ts';
import { emptyServer } from '../../../support/empty-server.ts';
import {
  batchLayout,
  dayMs,
  hourMs,
  keyOf,
  now,
  prefix,
  reportOf,
  seedFile,
  streamingLayout,
  taskFor,
} from './support.ts';

suite('the page of status', () => {
  const running = emptyServer();

  async function pageOf(layout = streamingLayout): Promise<string> {
    const { json } = await reportOf(taskFor(running(), layout));
    return statusPage(json, oneLine);
  }

  test('lets the browser load its very style and nothing else, and has no script', async () => {
    seedFile(running(), streamingLayout, { name: 'events', time: now - hourMs });
    const page = await pageOf();
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(page) ?? [];
    const [, style = ''] = /<style>(.*?)<\/style>/su.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    assert.equal(policy, `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
    assert.doesNotMatch(page, /<script|<link|<img|<iframe| style=| on\w+=|href=|src=|url\(|@import/u);
  });

  test('shows findings before all else, volumes, heat maps and file sizes', async () => {
    for (let at = 30 * 24; at > 0; at -= 1) {
      if (at !== 50) seedFile(running(), streamingLayout, { name: 'events', time: now - at * hourMs });
    }
    const page = await pageOf();
    const headings = Array.from(page.matchAll(/<h[123][^>]*>([^<]*)</gu), ([, text]) => text);
    assert.deepEqual(headings, [
      `Status of s3://${bucket}/${prefix}`,
      'Findings',
      'Volume by type',
      'events',
      'File sizes',
    ]);
    assert.match(page, /warning: gap/u);
    assert.equal(page.match(/class="gap"/gu)?.length, 1);
    assert.match(page, /<title>2026-01-13 10h: no files, unlike most such days<\/title>/u);
    assert.equal(page.match(/<title>2026-01-\d\d \d\dh: 1 file, 29 B<\/title>/gu)?.length, 14 * 24 + 12 - 1);
    assert.match(page, /<title>2026-01-14: 24 files, 696 B<\/title>/u);
  });

  test('of a batch destination has a calendar of days and no hours', async () => {
    for (let day = 1; day < 30; day += 1) seedFile(running(), batchLayout, { name: 'users', time: now - day * dayMs });
    const page = await pageOf(batchLayout);
    assert.match(page, /Volume by table/u);
    assert.match(page, /<title>2026-01-14: 1 file, 29 B<\/title>/u);
    assert.doesNotMatch(page, /Bytes by hour/u);
  });

  test('takes nothing in the bucket for markup', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&amp;`;
    running().seed(bucket, `${prefix}${hostile}/x`, 'x');
    running().seed(bucket, `${prefix}_rejected/${hostile}/x.gz`, 'x', { lastModified: new Date(now) });
    const path = keyOf(streamingLayout, 'events', now).split('/').slice(2).join('/');
    running().seed(bucket, `${prefix}type=${hostile.replaceAll('/', '')}/${path}`, 'x');
    const page = await pageOf();
    assert.doesNotMatch(page, /<script|<img/u);
    assert.ok(page.includes('&lt;script&gt;alert(1)'));
  });

  test('says that nothing is there', async () => {
    assert.match(await pageOf(), /error: no_data/u);
  });

  test('stays small, however many types there are', async () => {
    for (let type = 0; type < 300; type += 1) {
      for (let at = 0; at < 3; at += 1)
        seedFile(running(), streamingLayout, { name: `t${type}`, time: now - at * hourMs });
    }
    assert.ok((await pageOf()).length < 4_000_000);
  });
});

suite('HTML', () => {
  test('escapes every text that is put in, after it was cleaned', () => {
    const markup = htmlWith((text) => text.replaceAll('secret<', '****'));
    assert.equal(
      markup`<p>${'secret<b>&"'}${markup`<b>${1}</b>`}${[markup`<i>1</i>`, markup`<i>2</i>`]}</p>`.text,
      '<p>****b&gt;&amp;&quot;<b>1</b><i>1</i><i>2</i></p>',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(htmlWith((part) => part)`${text}`.text, /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/u);
      }),
      { seed: 19, numRuns: 1000 },
    );
  });
});

suite('the scale of a heat map', () => {
  test('is 0 for nothing, and grows with the value from 1 to 4', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1 }), (values) => {
        const scale = scaleOf(values);
        const levels = values.toSorted((a, b) => a - b).map((value) => [value, scale(value)] as const);
        for (const [at, [value, level]] of levels.entries()) {
          assert.ok(value === 0 ? level === 0 : level >= 1 && level <= 4, `${value} ${level}`);
          assert.ok(level >= (levels[at - 1]?.[1] ?? 0));
        }
      }),
      { seed: 19, numRuns: 1000 },
    );
  });
});
