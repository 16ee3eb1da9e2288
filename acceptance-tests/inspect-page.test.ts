// The page that `inspect --html` writes, in a browser: opened from the disk, with a bucket’s content that would be markup.
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { runProgram } from '../test/support/program.ts';
import { startS3Server } from '../tools/s3-server/server.ts';
import { type Browser, startBrowser } from './support/browser.ts';
import { assertReadable } from './support/contrasts.ts';
import { executables, temporaryFolder } from './support/programs.ts';

const bucket = 'publisher-data';
const hostile = '<img src=x onerror=document.title=1>"\'&';

let browser: Browser;
let page: string;

async function writePage(path: string): Promise<void> {
  await using server = await startS3Server();
  server.createBucket(bucket);
  for (let day = 1; day <= 28; day += 1) {
    const folder = `lake/events/day=2026-01-${String(day).padStart(2, '0')}/`;
    server.seed(bucket, `${folder}a.jsonl`, `{"id":${day === 28 ? '"x"' : day}}\n`.repeat(day));
    server.seed(bucket, `${folder}_SUCCESS`, 'x');
  }
  server.seed(bucket, `lake/${hostile}/a.jsonl`, `${JSON.stringify({ [hostile]: 1 })}\n`);
  server.seed(bucket, 'lake/stray.jsonl', '{}\n');
  const config = join(dirname(path), 'inspect.json');
  const json = {
    bucket,
    region: 'eu-central-1',
    endpoint: server.endpoint,
    credentials: { auth_type: 'access_key', access_key_id: 'any', secret_access_key: 'canary-secret' },
    schema_prefixes: ['lake'],
    data_format: { format: 'jsonl' },
    data_partitioning: { mode: 'partitioned' },
  };
  await writeFile(config, JSON.stringify(json));
  const ended = await runProgram(executables.source, ['inspect', '--config', config, '--html', path]);
  assert.equal(ended.exitCode, 0, ended.stderr);
}

suite('the page of inspect', () => {
  before(async () => {
    const file = join(await temporaryFolder(), 'inspect.html');
    await writePage(file);
    page = pathToFileURL(file).href;
    browser = await startBrowser();
    await browser.open(page);
  });
  after(() => browser[Symbol.asyncDispose]());

  test('shows what looks wrong first, then sizes, skips and each table with its days', async () => {
    const headings = await browser.evaluate<readonly string[]>(
      '[...document.querySelectorAll("h1, h2")].map((node) => node.textContent)',
    );
    assert.deepEqual(headings, [`Layout of s3://${bucket}`, 'Findings', 'Size by table', 'Skipped', 'events', hostile]);
    const days = await browser.evaluate<number>('document.querySelectorAll("figure svg rect").length');
    assert.equal(days, 28);
    const maps = (await browser.accessible()).filter(({ name }) => name.startsWith('Bytes by day of "events"'));
    assert.ok(maps.length >= 1);
  });

  test('runs nothing that the bucket holds, and asks for nothing but itself', async () => {
    assert.equal(await browser.evaluate<string>('document.title'), `Layout of s3://${bucket}`);
    assert.equal(await browser.evaluate('document.querySelectorAll("img, script").length'), 0);
    assert.deepEqual(
      browser.requested.filter((address) => address !== page),
      [],
    );
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`can be read in ${scheme}: every text has a contrast of 4.5 and more`, async () => {
      await browser.prefer(scheme);
      await assertReadable(browser, scheme);
    });
  }
});
