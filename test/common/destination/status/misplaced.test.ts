// Objects that are not where the layout has them, each with the setting that would explain it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { keyKind } from '@s3-connectors/common/destination/status/survey/key-kind.ts';

import { bucket } from '../../../support/destination-input.ts';
import { emptyServer } from '../../../support/empty-server.ts';
import { batchLayout, codesOf, keyOf, now, prefix, reportOf, seedFile, streamingLayout, taskFor } from './support.ts';

const events = keyOf(streamingLayout, 'events', now).slice(prefix.length);
const users = keyOf(batchLayout, 'users', now).slice(prefix.length);

suite('a key below the prefix', () => {
  const where = { bucket, prefix, layout: streamingLayout };
  const cases: readonly (readonly [path: string, why: string, folder: string])[] = [
    [`/${events}`, 'leading_slash', 'type=events/'],
    [`s3://${bucket}/${events}`, 'leading_slash', 's3:/'],
    [`${bucket}/${events}`, 'bucket_in_prefix', `${bucket}/`],
    [`${prefix}${events}`, 'doubled_prefix', prefix],
    [`worker-1/${events}`, 'other_prefix', 'worker-1/'],
    [`a/b/${users}`, 'other_prefix', 'a/b/'],
    [events.replace('month=01', 'month=1'), 'other_folders', 'type=events/'],
    [events.replace(/year.*hour=\d\d/u, 'dt=2026-01-15'), 'other_folders', 'type=events/'],
    [events.replace(/[^/]*$/u, 'part-0.jsonl.gz'), 'other_files', 'type=events/'],
    ['type=events/readme.txt', 'other_files', 'type=events/'],
    ['readme.txt', 'foreign', ''],
    ['logs/readme.txt', 'foreign', 'logs/'],
    ['_staging/readme.txt', 'foreign', '_staging/'],
  ];
  for (const [path, why, folder] of cases) {
    test(`"${path}" is ${why}`, () => {
      assert.deepEqual(keyKind(prefix + path, where), { kind: 'misplaced', why, folder });
    });
  }

  test('of the other destination, or written next to the data, is in its place', () => {
    const id = '20260114T020000000Z-1a2b3c4d-0';
    for (const path of [users, '', `_connection-check-0`, `_manifests/users/generations/7.json`])
      assert.equal(keyKind(prefix + path, where).kind, 'known', path);
    assert.equal(keyKind(`${prefix}_staging/${id}/${events}`, where).kind, 'staged');
    assert.equal(keyKind(`${prefix}_manifests/users/latest.json`, where).kind, 'manifest');
    assert.equal(keyKind(`${prefix}_schemas/users.json`, where).kind, 'schema');
    assert.equal(keyKind(`${prefix}_rejected/_unknown_stream/${events}`, where).kind, 'rejected');
  });

  test('is read back as it was written, whatever a stream is called and whenever its rows are', () => {
    const times = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), times, fc.boolean(), (name, time, isHourly) => {
        const layout = isHourly ? streamingLayout : batchLayout;
        const kind = keyKind(keyOf(layout, name, time), { bucket, prefix, layout });
        const encoded = layout.place('', name).folder.slice(layout.parent.length, -1);
        assert.deepEqual(kind, { kind: 'data', name: encoded, period: layout.periodOf(time), timestamp: time });
      }),
      { seed: 19, numRuns: 1000 },
    );
  });

  test('is of some kind, whatever it is, and soon', () => {
    const parts = fc.constantFrom(
      'type=',
      'data/',
      '/',
      'events',
      '_staging',
      '_manifests',
      'year=2026',
      'month=13',
      '%',
      '\u{1b}',
      'x'.repeat(200),
      '0-0123456789abcdef-0.jsonl.gz',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 60 }), (path) => {
        assert.ok(keyKind(prefix + path.join(''), where).kind !== undefined);
      }),
      { seed: 19, numRuns: 2000 },
    );
  });
});

suite('status of a bucket with misplaced data', () => {
  const running = emptyServer();
  const task = () => taskFor(running(), streamingLayout);

  test('counts what is misplaced by its reason, with the setting to change', async () => {
    seedFile(running(), streamingLayout, { name: 'events', time: now - 600_000 });
    for (const path of [`/${events}`, `${prefix}${events}`, `worker-1/${events}`, 'readme.txt'])
      running().seed(bucket, prefix + path, 'x');
    const { json, text } = await reportOf(task());
    assert.deepEqual(codesOf(json), ['leading_slash', 'doubled_prefix', 'other_prefix', 'foreign']);
    assert.match(text, /other_prefix: 1 object.*prefix ends with\s+"worker-1\/"/su);
    assert.match(text, /foreign: 1 object \(1 B\) was not written by/u);
  });

  test('finds data that a slash or the bucket’s name led away from the prefix', async () => {
    running().seed(bucket, `/${prefix}${events}`, 'x');
    running().seed(bucket, `${bucket}/${prefix}${events}`, 'x');
    const { json } = await reportOf(task());
    assert.deepEqual(codesOf(json), ['no_data', 'leading_slash', 'bucket_in_prefix']);
    assert.match(json.findings[1]?.message ?? '', /write "prefix": "permutive"/u);
  });

  test('finds the prefix that data is below, if it is another one', async () => {
    running().seed(bucket, `production/${events}`, 'x');
    running().seed(bucket, events, 'x');
    const { json } = await reportOf(task());
    assert.deepEqual(codesOf(json), ['no_data', 'found_elsewhere', 'found_elsewhere']);
    assert.deepEqual(
      json.findings.slice(1).map(({ examples }) => examples),
      [[events], [`production/${events}`]],
    );
  });

  test('says of a foreign bucket that nothing in it is of this connector', async () => {
    for (let at = 0; at < 50; at += 1) running().seed(bucket, `${prefix}logs/${at}.txt`, 'x');
    const { json } = await reportOf(task());
    assert.deepEqual(codesOf(json), ['no_data', 'foreign']);
    assert.match(json.findings[0]?.message ?? '', /50 objects .* no data file/u);
  });

  test('shows no key that could move the cursor or begin a line', async () => {
    const name = 'a\u{1b}[2J\nb\u{202e}c';
    running().seed(bucket, `${prefix}${name}/x`, 'x');
    running().seed(bucket, `${prefix}type=${name}/${events.split('/').slice(1).join('/')}`, 'x');
    running().seed(bucket, `${prefix}_rejected/${name}/x.gz`, 'x', { lastModified: new Date(now) });
    const { text } = await reportOf(task());
    for (const odd of ['\u{1b}', '\u{202e}']) assert.ok(!text.includes(odd));
    for (const line of text.split('\n')) assert.doesNotMatch(line, /^b/u);
  });
});
