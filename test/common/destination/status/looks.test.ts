// What status learns from documents and files: exports, fields, event types, reasons of rejected records; and what it never shows.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import {
  formatLatest,
  formatManifest,
  latestKey,
  manifestFolder,
  manifestKey,
} from '@s3-connectors/common/destination/replacing/manifest.ts';
import type { Intent, Manifest } from '@s3-connectors/common/destination/replacing/manifest.ts';
import { stagedKey } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { lookBounds } from '@s3-connectors/common/destination/status/looks/look.ts';
import { sampleBounds } from '@s3-connectors/common/destination/status/looks/text-sample.ts';

import { bucket } from '../../../support/destination-input.ts';
import { emptyServer } from '../../../support/empty-server.ts';
import { asOwn } from '../../../support/s3-connection.ts';
import {
  batchLayout,
  codesOf,
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
} from './support.ts';

type Row = Readonly<Record<string, unknown>>;

const canary = 'CANARY-5f1d';

suite('what status reads', () => {
  const running = emptyServer();
  const streaming = () => taskFor(running(), streamingLayout);
  const batch = () => taskFor(running(), batchLayout);
  const json = async (...given: Parameters<typeof reportOf>) => (await reportOf(...given)).json;

  /** Files of the days before and files of the last hours. */
  function seedRows(name: string, earlier: readonly Row[], recent: readonly Row[]): void {
    for (const age of [3 * dayMs, 2 * dayMs]) {
      seedFile(running(), streamingLayout, { name, time: now - age, body: gzippedLines(earlier) });
    }
    for (const age of [2 * hourMs, hourMs]) {
      seedFile(running(), streamingLayout, { name, time: now - age, body: gzippedLines(recent) });
    }
  }

  test('names fields and event types that come and go, and those that are always null', async () => {
    const row = (event_name: string, more: Row): Row => ({ time: canary, event_name, ...more });
    const earlier = Array.from({ length: 50 }, (_, at) =>
      row(at % 2 === 0 ? 'Pageview' : 'SlotClicked', {
        user_id: canary,
        properties: { url: canary, price: 1 },
        old: 1,
      }),
    );
    const recent = Array.from({ length: 50 }, () =>
      row('Pageview', { user_id: canary, properties: { url: canary, price: null }, fresh: 1 }),
    );
    seedRows('events', earlier, recent);
    const { json: report, text } = await reportOf(streaming());
    const { fields } = report.places[0] ?? {};
    assert.deepEqual([fields?.recent_rows, fields?.earlier_rows], [100, 100]);
    assert.deepEqual(fields?.missing, ['properties.price', 'old']);
    assert.deepEqual(fields.new, ['fresh']);
    assert.deepEqual(fields.missing_event_types, ['slotclicked_events']);
    assert.deepEqual(fields.new_event_types, []);
    assert.deepEqual(codesOf(report), ['missing_event_type events', 'missing_field events', 'new_field events']);
    assert.ok(!`${text}${JSON.stringify(report)}`.includes(canary));
  });

  test('does not call a field missing that is rare', async () => {
    const earlier = Array.from({ length: 400 }, (_, at) => (at === 7 ? { id: 1, rare: 1 } : { id: 1 }));
    seedRows('visits', earlier, [{ id: 1 }, { id: 2 }]);
    assert.deepEqual(codesOf(await json(streaming())), []);
  });

  test('shows no name of a field that could move the cursor, begin a line, or fill the report', async () => {
    const odd = 'a\u{1b}[2J\nb\u{202e}c';
    const names = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`f${at}`, 1]));
    seedRows(
      'events',
      [{ [odd]: 1, __proto__x: 1, [`x${'y'.repeat(5000)}`]: 1, ...names }],
      [{ id: 1 }, { id: 1 }, { id: 1 }],
    );
    const { text, json: report } = await reportOf(streaming());
    for (const part of ['\u{1b}', '\u{202e}', '\nb']) assert.ok(!text.includes(part));
    assert.equal(report.places[0]?.fields?.missing.length, 100);
    assert.ok(text.length < 20_000 && JSON.stringify(report).length < 200_000);
  });

  test('counts rejected records by reason, and shows nothing of the records', async () => {
    seedFile(running(), streamingLayout, { name: 'events', time: now - hourMs, body: gzippedLines([{ id: 1 }]) });
    const rejected = [
      { reason: 'missing_field', field: 'user_id', record: { secret: canary } },
      { reason: 'missing_field', field: 'user_id', record: canary },
      { reason: 'wrong_type', field: 'time', record: { time: canary } },
      { reason: canary, field: canary, record: 1 },
      { other: canary },
    ];
    const key = keyOf(streamingLayout, 'events', now - hourMs).replace('type=', '_rejected/type=');
    running().seed(bucket, key, gzippedLines(rejected), { lastModified: new Date(now - hourMs) });
    const { json: report, text } = await reportOf(streaming());
    const [events] = report.rejected;
    assert.deepEqual([events?.name, events?.files, events?.sampled_records], ['events', 1, 5]);
    assert.deepEqual(events?.reasons, [
      { reason: 'missing_field', field: 'user_id', records: 2 },
      { reason: 'unknown', field: '', records: 2 },
      { reason: 'wrong_type', field: 'time', records: 1 },
    ]);
    assert.deepEqual(codesOf(report), ['rejected events']);
    assert.ok(!`${text}${JSON.stringify(report)}`.includes(canary));
  });

  const exportId = '20260114T020000000Z-1a2b3c4d-0';
  const nextId = '20260115T020000000Z-1a2b3c4d-0';
  const manifest = (id: string, state: Manifest['state']): Manifest => ({
    version: 1,
    export: id,
    state,
    stream: { name: 'users' },
    folder: `${prefix}data/users/`,
    objects: 1,
    rows: 1234,
    bytes: 5,
    min_time: null,
    max_time: null,
    schema: {},
    files: [],
  });
  const seedAt = (key: string, body: Buffer | string, at: number) =>
    running().seed(bucket, key, body, { lastModified: new Date(at) });
  const folder = manifestFolder(prefix, 'users');

  function seedPublished(): void {
    seedFile(running(), batchLayout, { name: 'users', time: now - dayMs });
    const current = manifest(exportId, 'published');
    seedAt(latestKey(folder), formatLatest({ current, earlier: [], revision: 'r' }), now - 34 * hourMs);
    seedAt(manifestKey(prefix, 'users', exportId), formatManifest(current), now - 34 * hourMs);
  }

  test('names the last export of a table and how long ago it was published', async () => {
    seedPublished();
    const report = await json(batch());
    const [users] = report.places;
    assert.deepEqual(users?.last_export, {
      export: exportId,
      began: '2026-01-14T02:00:00.000Z',
      published: new Date(now - 34 * hourMs).toISOString(),
      age_seconds: 34 * 3600,
      rows: 1234,
      objects: 1,
    });
    assert.deepEqual(users.unfinished_exports, []);
    assert.deepEqual(codesOf(report), []);
  });

  test('names exports that are staged, half published, or not cleaned up', async () => {
    seedPublished();
    const staged = stagedKey(prefix, nextId, keyOf(batchLayout, 'users', now - dayMs));
    seedAt(staged, 'x', now - hourMs);
    const states = async () =>
      (await json(batch())).places[0]?.unfinished_exports.map(({ export: id, state, files }) => [id, state, files]);
    assert.deepEqual(await states(), [[nextId, 'staged', 1]]);
    const intent: Intent = { ...manifest(nextId, 'publishing'), previous: [] };
    seedAt(manifestKey(prefix, 'users', nextId), formatManifest(intent), now - hourMs);
    assert.deepEqual(await states(), [[nextId, 'publishing', 0]]);
    const current = manifest(nextId, 'published');
    seedAt(latestKey(folder), formatLatest({ current, earlier: [exportId], revision: 's' }), now - hourMs);
    assert.deepEqual(await states(), [[nextId, 'deleting', 0]]);
    assert.deepEqual(codesOf(await json(batch())), ['unfinished_export users']);
    seedAt(manifestKey(prefix, 'users', nextId), formatManifest(current), now - hourMs);
    running().remove(bucket, staged);
    assert.deepEqual(codesOf(await json(batch())), []);
  });

  test('reports a document of another program, and continues', async () => {
    seedPublished();
    for (const body of ['{', '[]', JSON.stringify({ version: 1, export: canary }), Buffer.alloc(100)]) {
      seedAt(latestKey(folder), body, now);
      const { json: report, text } = await reportOf(batch());
      assert.deepEqual(codesOf(report), ['document_refused']);
      assert.deepEqual(report.findings[0]?.examples, [latestKey(folder)]);
      assert.equal(report.places[0]?.files, 1);
      assert.ok(!text.includes(canary));
    }
  });

  test('does not read documents that are larger than it can hold', async () => {
    seedPublished();
    seedAt(latestKey(folder), Buffer.alloc(5 * 1024 * 1024, 0x20), now - hourMs);
    const report = await json(batch());
    assert.deepEqual(report.places[0]?.last_export, {
      export: null,
      began: null,
      published: new Date(now - hourMs).toISOString(),
      age_seconds: 3600,
      rows: null,
      objects: null,
    });
    assert.equal(running().counts.of('GetObject').bytesOut < 10_000, true);
  });

  test('reads a part of a file, and little of what it would inflate to', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('{"id":1}\n'), Buffer.alloc(64 * 1024 * 1024, 0x20)]));
    seedFile(running(), streamingLayout, { name: 'events', time: now - hourMs, body: bomb });
    const random = Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 7919) % 251));
    const large = gzipSync(Buffer.concat([Buffer.from('{"id":1}\n'), random]), { level: 0 });
    seedFile(running(), streamingLayout, { name: 'events', time: now - 2 * hourMs, body: large });
    const report = await json(streaming());
    assert.equal(report.places[0]?.fields?.recent_rows, 2);
    assert.ok(running().counts.of('GetObject').bytesOut <= 2 * 2 * sampleBounds.compressed);
  });

  test('reports files of this connector with unexpected content', async () => {
    seedFile(running(), streamingLayout, { name: 'events', time: now - hourMs, body: 'not gzip' });
    seedFile(running(), streamingLayout, {
      name: 'events',
      time: now - 2 * hourMs,
      body: gzipSync(`${canary}\n[1]\n{"id":1}\n`),
    });
    const { json: report, text } = await reportOf(streaming());
    const cut = gzipSync('{"id":1}\n'.repeat(1000)).subarray(0, -10);
    seedFile(running(), streamingLayout, { name: 'events', time: now - 3 * hourMs, body: cut });
    const { json: other } = await reportOf(streaming());
    assert.equal(other.findings.length, 3);
    assert.deepEqual(codesOf(report), ['unreadable', 'unreadable']);
    assert.ok(!`${text}${JSON.stringify(report)}`.includes(canary));
  });

  test('says once that objects may not be read, and reports the listing all the same', async () => {
    seedPublished();
    seedFile(running(), batchLayout, { name: 'visits', time: now - hourMs });
    running().inject({ operation: 'GetObject', kind: 'error', code: 'AccessDenied', times: Infinity });
    const report = await json(batch());
    assert.deepEqual(codesOf(report), ['not_allowed']);
    assert.match(report.findings[0]?.message ?? '', /s3:GetObject/u);
    assert.equal(report.places.length, 2);
  });

  test('says plainly that the prefix may not be listed', async () => {
    running().inject({ operation: 'ListObjectsV2', kind: 'error', code: 'AccessDenied', times: Infinity });
    await assert.rejects(reportOf(streaming()), { code: 'S3_ACCESS_DENIED', message: /s3:ListBucket/u });
  });

  test('reads no more files than its bound, however many types and tables there are', async () => {
    const row = gzippedLines([{ id: 1 }]);
    for (let type = 0; type < 60; type += 1) {
      for (let at = 0; at < 8; at += 1) {
        seedFile(running(), streamingLayout, { name: `t${type}`, time: now - at * 12 * hourMs - 1000, body: row });
        const key = keyOf(streamingLayout, `t${type}`, now - at * 12 * hourMs).replace('type=', '_rejected/type=');
        seedAt(key, row, now - at * 12 * hourMs);
      }
      const name = `t${type}`;
      seedAt(latestKey(manifestFolder(prefix, name)), '{}', now);
      seedAt(asOwn(`${manifestFolder(prefix, name)}${exportId}.json`), '{}', now);
    }
    running().counts.reset();
    const report = await json(streaming());
    const { places, manifests, rejected } = lookBounds;
    assert.ok(report.get_requests <= places * 6 + manifests * 2 + rejected * 3, String(report.get_requests));
    assert.equal(report.places.length, 60);
  });
});
