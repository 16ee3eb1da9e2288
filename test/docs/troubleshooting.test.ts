// docs/troubleshooting.md: each entry that `status` answers, on a bucket that is broken in that way. What the document shows is what
// the verb prints, before and after the fix.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import type { Layout } from '@s3-connectors/common/destination/layout/layout.ts';
import {
  formatLatest,
  formatManifest,
  latestKey,
  manifestFolder,
  manifestKey,
} from '@s3-connectors/common/destination/replacing/manifest.ts';
import type { Manifest } from '@s3-connectors/common/destination/replacing/manifest.ts';
import { stagedKey } from '@s3-connectors/common/destination/replacing/own-keys.ts';

import {
  batchLayout,
  dayMs,
  gzippedLines,
  hourMs,
  keyOf,
  now,
  prefix,
  reportOf,
  seedFile,
  streamingLayout,
  taskFor,
} from '../common/destination/status/support.ts';
import { bucket } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';

const document = readFileSync(join(import.meta.dirname, '../../docs/troubleshooting.md'), 'utf8');
const minuteMs = 60_000;

type Row = Readonly<Record<string, unknown>>;

suite('docs/troubleshooting.md', () => {
  const running = emptyServer();

  /** The findings, as far as the document shows the report. */
  async function shows(layout: Layout, options: string, codes: readonly string[]): Promise<void> {
    const given = Object.fromEntries(
      Array.from(options.matchAll(/--([\w-]+) (\S+)/gu), ([, name = '', value = '']) => [name, value]),
    );
    const { text, json } = await reportOf(taskFor(running(), layout), given);
    assert.deepEqual(
      json.findings.map(({ code }) => code),
      codes,
    );
    const name = layout === streamingLayout ? 'streaming' : 'batch';
    const end = text.indexOf('\n\n', text.indexOf('\n\n') + 1);
    const block = `$ destination-s3-${name} status --config destination.json${options}\n${text.slice(0, end)}\n…\n`;
    assert.ok(document.includes(`\`\`\`\n${block}\`\`\`\n`), block);
  }

  test('says what to do when no data appears from the streaming destination', async () => {
    const seed = (from: number, to: number): void => {
      for (let time = from; time < to; time += hourMs)
        seedFile(running(), streamingLayout, { name: 'events', time, body: gzippedLines([{ id: 1 }]) });
    };
    const start = now - 21 * dayMs - 8 * minuteMs;
    seed(start, now - 5 * hourMs);
    await shows(streamingLayout, ' --max-age 15m', ['stale', 'gap']);
    seed(now - 5 * hourMs - 8 * minuteMs, now);
    await shows(streamingLayout, ' --max-age 15m', []);
  });

  test('says what to do when no data appears from the batch destination', async () => {
    const manifest = (id: string): Manifest => ({
      version: 1,
      export: id,
      state: 'published',
      stream: { name: 'users' },
      folder: `${prefix}data/users/`,
      objects: 1,
      rows: 48_210,
      bytes: 1,
      min_time: null,
      max_time: null,
      schema: {},
      files: [],
    });
    const seedPublished = (id: string, time: number): void => {
      const options = { lastModified: new Date(time) };
      const body = formatLatest({ current: manifest(id), earlier: [], revision: 'r' });
      running().seed(bucket, latestKey(manifestFolder(prefix, 'users')), body, options);
      running().seed(bucket, manifestKey(prefix, 'users', id), formatManifest(manifest(id)), options);
      seedFile(running(), batchLayout, { name: 'users', time: time - 4 * minuteMs });
    };
    const id = '20260115T020000000Z-1a2b3c4d-0';
    for (let day = 20; day >= 1; day -= 1) {
      if (day !== 3) seedFile(running(), batchLayout, { name: 'visits', time: now - day * dayMs });
    }
    seedPublished('20260114T020000000Z-5e6f7a8b-0', now - 34 * hourMs);
    const staged = stagedKey(prefix, id, keyOf(batchLayout, 'users', now));
    running().seed(bucket, staged, 'x', { lastModified: new Date(now - 10 * hourMs) });
    await shows(batchLayout, ' --max-age 30h', ['stale', 'unfinished_export', 'gap']);
    running().remove(bucket, staged);
    seedPublished(id, now - 10 * minuteMs);
    seedFile(running(), batchLayout, { name: 'visits', time: now - 3 * dayMs });
    await shows(batchLayout, ' --max-age 30h', []);
  });

  test('says what to do when files are in the wrong place', async () => {
    const key = keyOf(streamingLayout, 'events', now - 10 * minuteMs);
    const body = gzippedLines([{ id: 1 }]);
    running().seed(bucket, `/${key}`, body, { lastModified: new Date(now) });
    await shows(streamingLayout, '', ['no_data', 'leading_slash']);
    running().remove(bucket, `/${key}`);
    running().seed(bucket, key, body, { lastModified: new Date(now) });
    await shows(streamingLayout, '', []);
  });

  test('says what to do when event types or fields are missing', async () => {
    const row = (event_name: string, more: Row): Row => ({
      event_name,
      user_id: 'u',
      properties: { url: 'x', ...more },
    });
    const earlier = Array.from({ length: 50 }, (_, at) =>
      row(at % 2 === 0 ? 'Pageview' : 'SlotClicked', { referrer: 'x' }),
    );
    const broken = Array.from({ length: 50 }, () => row('Pageview', {}));
    const seed = (ages: readonly number[], rows: readonly Row[]): void => {
      for (const age of ages)
        seedFile(running(), streamingLayout, { name: 'events', time: now - age * hourMs, body: gzippedLines(rows) });
    };
    seed([70, 50, 30], earlier);
    seed([2, 1, 0.2], broken);
    const rejected = keyOf(streamingLayout, 'events', now - hourMs).replace('type=', '_rejected/type=');
    const line = { reason: 'missing_field', field: 'user_id', record: {} };
    running().seed(bucket, rejected, gzippedLines([line, line]), { lastModified: new Date(now - hourMs) });
    await shows(streamingLayout, '', ['rejected', 'missing_event_type', 'missing_field']);
    seed([2, 1, 0.2], earlier);
    running().remove(bucket, rejected);
    await shows(streamingLayout, '', []);
  });
});
