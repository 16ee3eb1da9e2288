// The page that `status --html` writes, in a browser: opened from the disk, with a bucket’s content that would be markup.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { runProgram } from '../test/support/program.ts';
import { startS3Server } from '../tools/s3-server/server.ts';
import { type Browser, startBrowser } from './support/browser.ts';
import { assertReadable } from './support/contrasts.ts';
import { executables, temporaryFolder } from './support/programs.ts';

const bucket = 'publisher-data';
const hourMs = 3_600_000;
const hostile = '<img src=x onerror=document.title=1>"\'&';

let browser: Browser;
let file: string;
let page: string;
let stdout: string;

/** Three weeks of hours with one gap, and things that do not belong there. */
async function writePage(path: string): Promise<string> {
  await using server = await startS3Server();
  server.createBucket(bucket);
  const now = Math.floor(Date.now() / hourMs) * hourMs;
  for (let at = 21 * 24; at > 0; at -= 1) {
    const time = now - at * hourMs;
    if (at === 30) continue;
    const [day = '', rest = ''] = new Date(time).toISOString().split('T');
    const [year, month, date] = day.split('-');
    const folder = `permutive/type=events/year=${year}/month=${month}/day=${date}/hour=${rest.slice(0, 2)}/`;
    server.seed(bucket, `${folder}${time}-0123456789abcdef-0.jsonl.gz`, 'x'.repeat(1 + (at % 500)), {
      lastModified: new Date(time + 240_000),
    });
  }
  server.seed(bucket, `permutive/${hostile}/x`, 'x');
  const config = join(dirname(path), 'status.json');
  const credentials = { auth_type: 'access_key', access_key_id: 'any', secret_access_key: 'canary-secret' };
  await writeFile(
    config,
    JSON.stringify({ bucket, region: 'eu-central-1', prefix: 'permutive', endpoint: server.endpoint, credentials }),
  );
  const ended = await runProgram(executables.destination, ['status', '--config', config, '--html', path]);
  assert.equal(ended.exitCode, 0, ended.stderr);
  return ended.stdout;
}

suite('the page of status', () => {
  before(async () => {
    file = join(await temporaryFolder(), 'status.html');
    await writeFile(file, 'an older page');
    stdout = await writePage(file);
    page = pathToFileURL(file).href;
    browser = await startBrowser();
    await browser.open(page);
  });
  after(() => browser[Symbol.asyncDispose]());

  test('replaces an older one, and leaves nothing next to it', async () => {
    assert.match(await readFile(file, 'utf8'), /^<!doctype html>/u);
    assert.deepEqual(
      (await readdir(dirname(file))).filter((name) => name.endsWith('.part')),
      [],
    );
    assert.match(stdout, /WARNING +gap: /u);
  });

  test('shows the findings first, then volumes, heat maps and sizes', async () => {
    const headings = await browser.evaluate<readonly string[]>(
      '[...document.querySelectorAll("h1, h2, h3")].map((node) => node.textContent)',
    );
    assert.deepEqual(headings.slice(1), ['Findings', 'Volume by type', 'events', 'File sizes']);
    const marked = await browser.evaluate<number>('document.querySelectorAll("svg .gap").length');
    assert.equal(marked, 1);
    const looks = await browser.evaluate<number>(
      'new Set([...document.querySelectorAll("svg rect")].map((node) => getComputedStyle(node).fill)).size',
    );
    assert.ok(looks >= 5, `${looks} colours`);
  });

  test('runs nothing that the bucket holds', async () => {
    const title = await browser.evaluate<string>('document.title');
    assert.equal(title, 'Status of s3://publisher-data/permutive/');
    assert.equal(await browser.evaluate('document.querySelectorAll("img, script").length'), 0);
    assert.ok((await browser.evaluate<string>('document.body.textContent')).includes(hostile));
  });

  test('names its parts and its maps to assistive technology', async () => {
    const parts = await browser.accessible();
    for (const role of ['main', 'heading', 'region', 'table'])
      assert.ok(
        parts.some((part) => part.role === role),
        role,
      );
    const maps = parts.filter(
      ({ role, name }) => /^(?:img|image)$/u.test(role) && /^Bytes by (?:day|hour)/u.test(name),
    );
    assert.equal(maps.length, 2, JSON.stringify(parts.filter(({ role }) => /im/u.test(role))));
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`can be read in ${scheme}: every text has a contrast of 4.5 and more`, async () => {
      await browser.prefer(scheme);
      await assertReadable(browser, scheme);
    });
  }

  test('asks for nothing but itself', () => {
    assert.deepEqual(
      browser.requested.filter((address) => address !== page),
      [],
    );
  });
});
