// The setup page, as published, in a browser: opened from the disk, used by keyboard, and its policies against those that the
// programs print.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { runProgram } from '../test/support/program.ts';
import { type Browser, startBrowser } from './support/browser.ts';
import { assertReadable } from './support/contrasts.ts';
import { executables, temporaryFolder } from './support/programs.ts';

const page = pathToFileURL(join(import.meta.dirname, '../docs/setup/index.html')).href;
const user = 'arn:aws:iam::111122223333:user/connector';
let browser: Browser;

const shown = (id: string): Promise<string> => browser.evaluate(`document.getElementById('${id}').textContent`);
const set = (id: string, value: string): Promise<unknown> =>
  browser.evaluate(
    `(() => { const field = document.getElementById('${id}'); field.value = ${JSON.stringify(value)}; field.dispatchEvent(new Event('input', { bubbles: true })); })()`,
  );

suite('the setup page', () => {
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser[Symbol.asyncDispose]());
  beforeEach(() => browser.open(page));

  test('shows the policy that the programs print', async () => {
    const connection = {
      bucket: 'publisher-data',
      region: 'eu-central-1',
      credentials: { auth_type: 'default_chain' },
    };
    const reading = {
      schema_prefixes: ['exports'],
      data_format: { format: 'parquet' },
      data_partitioning: { mode: 'partitioned' },
    };
    const sides = [
      ['source', executables.source, { ...connection, ...reading }],
      ['streaming', executables.destination, { ...connection, prefix: 'exports' }],
    ] as const;
    for (const [connector, program, config] of sides) {
      const file = join(await temporaryFolder(), `${connector}.json`);
      await writeFile(file, JSON.stringify(config));
      await set('connector', connector);
      for (const kind of ['bucket', 'iam'] as const) {
        await set('kind', kind);
        const { stdout } = await runProgram(program, ['policy', '--config', file, '--principal', user, '--kind', kind]);
        assert.equal(`${await shown('policy')}\n`, stdout);
      }
    }
  });

  test('follows what is typed by keyboard alone, and every field can be reached', async () => {
    const reached: string[] = [];
    for (let at = 0; at < 16; at += 1) {
      await browser.press('Tab');
      const id = await browser.evaluate<string>('document.activeElement.id');
      if (id === 'bucket') {
        await browser.evaluate('document.activeElement.select()');
        await browser.type('another-bucket');
      }
      reached.push(id);
    }
    const fields = [
      'connector',
      'bucket',
      'region',
      'prefix',
      'principal',
      'owner',
      'kind',
      'external-id',
      'full',
      'policy',
      'copy',
      'pasted',
    ];
    assert.deepEqual(reached.filter((id) => id !== '').slice(0, fields.length), fields);
    assert.match(await shown('policy'), /arn:aws:s3:::another-bucket\/exports\/\*/u);
  });

  test('says what is wrong with a field, and shows no policy then', async () => {
    await set('bucket', 's3://publisher-data/exports');
    await set('region', 'EU');
    assert.match(
      await shown('problems'),
      /Bucket is an address.*write "publisher-data".*Region is not a specific region/u,
    );
    assert.equal(await shown('policy'), '');
  });

  test('explains a policy that is pasted, and corrects it', async () => {
    const policy = await shown('policy');
    await set('pasted', policy);
    assert.match(await shown('verdict'), /The policy allows everything that is needed.*allowed by statement 1/u);
    await set('pasted', policy.replace(':::', '::'));
    assert.match(await shown('verdict'), /The policy is insufficient\..*ARN_COLONS at line 14, column \d+/u);
    await browser.evaluate("document.getElementById('fix').focus()");
    await browser.press('Enter');
    assert.deepEqual(JSON.parse(await shown('fixed')), JSON.parse(policy));
    await set('pasted', '{ "Version": ');
    assert.match(await shown('verdict'), /JSON_INVALID at line 1/u);
    await browser.evaluate("document.getElementById('fix').click()");
    assert.match(await shown('notes'), /not JSON\. This policy is new/u);
    await browser.evaluate("document.getElementById('copy-fixed').click()");
    await setTimeout(100);
    assert.match(await shown('copied-fixed'), /Copied|Selected/u);
  });

  test('tells where in the console of AWS each kind of policy belongs', async () => {
    const places = new Set<string>();
    for (const kind of ['bucket', 'iam', 'kms', 'trust']) {
      await set('kind', kind);
      places.add(await shown('where'));
    }
    assert.equal(places.size, 4);
    for (const place of places) assert.match(place, /console of AWS: (?:S3|IAM|KMS) → /u);
  });

  test('fits on a phone, whatever is typed', async () => {
    await browser.resize(360);
    await set('bucket', `https://${'long'.repeat(50)}.s3.amazonaws.com/${'x'.repeat(300)}`);
    await set(
      'pasted',
      JSON.stringify({
        Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${'y'.repeat(300)}/*` }],
      }),
    );
    await set('bucket', 'z'.repeat(63));
    const sizes = 'JSON.stringify([document.documentElement.scrollWidth, document.documentElement.clientWidth])';
    const [content = 0, window = 0] = JSON.parse(await browser.evaluate<string>(sizes)) as readonly number[];
    await browser.resize(undefined);
    assert.ok(content <= window && window < 400, `${content} of ${window}`);
  });

  test('names all its parts to assistive technology', async () => {
    await set('pasted', '{}');
    const parts = await browser.accessible();
    const controls = parts.filter(({ role }) => /^(textbox|combobox|checkbox|button)$/u.test(role));
    assert.ok(controls.length >= 10, JSON.stringify(parts));
    assert.deepEqual(
      controls.filter(({ name }) => name === ''),
      [],
    );
    for (const role of ['main', 'heading', 'region', 'status'])
      assert.ok(
        parts.some((part) => part.role === role),
        role,
      );
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`can be read in ${scheme}: every text has a contrast of 4.5 and more`, async () => {
      await browser.prefer(scheme);
      await set('pasted', '{}');
      await set('bucket', 'x');
      await assertReadable(browser, scheme);
    });
  }

  test('asks for nothing but itself', async () => {
    await set('pasted', '{}');
    const others = browser.requested.filter((address) => address !== page);
    assert.deepEqual(others, []);
  });
});
