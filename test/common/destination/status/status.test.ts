// status: what it reports about a bucket, for people and for programs, and when it fails.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { bucket } from '../../../support/destination-input.ts';
import { emptyServer } from '../../../support/empty-server.ts';
import {
  batchLayout,
  codesOf,
  dayMs,
  hourMs,
  keyOf,
  now,
  reportOf,
  seedFile,
  streamingLayout,
  taskFor,
} from './support.ts';

const hourStart = Math.floor(now / hourMs) * hourMs;

suite('status of the streaming destination', () => {
  const running = emptyServer();
  const task = () => taskFor(running(), streamingLayout);

  /** A file in each hour of the last days up to now, except those that `isLeftOut` names. */
  function seedHours(name: string, days: number, isLeftOut: (time: number) => boolean = () => false): void {
    for (let time = hourStart - days * dayMs; time <= hourStart; time += hourMs) {
      if (!isLeftOut(time)) seedFile(running(), streamingLayout, { name, time: time + 60_000 });
    }
  }

  test('names the newest hour and object of each type, its age and its delay', async () => {
    seedHours('events', 3);
    const { json, text } = await reportOf(task());
    const [events] = json.places;
    assert.equal(events?.newest, '2026-01-15T12');
    assert.equal(events.oldest, '2026-01-12T12');
    assert.equal(events.newest_object?.key, keyOf(streamingLayout, 'events', hourStart + 60_000));
    assert.equal(events.age_seconds, 35 * 60);
    const median = events.delay?.median_seconds ?? 0;
    assert.ok(median >= 240 && median <= 240 * 1.2, String(median));
    assert.equal(events.delay?.files, 73);
    assert.deepEqual(json.findings, []);
    assert.match(text, /Nothing looks wrong/u);
    assert.match(text, /events +73 +2\.1 kB +2026-01-15T12 +35 min ago +0/u);
  });

  test('tells hours without files from hours that usually have none', async () => {
    const isNight = (time: number): boolean => new Date(time).getUTCHours() < 4;
    const lost = [hourStart - 30 * hourMs, hourStart - 29 * hourMs];
    seedHours('events', 21, (time) => isNight(time) || lost.includes(time));
    const { json, text } = await reportOf(task());
    const [events] = json.places;
    assert.deepEqual(
      events?.gaps.map(({ period }) => period),
      ['2026-01-14T06', '2026-01-14T07'],
    );
    assert.equal(events.quiet_count, 14 * 4);
    assert.deepEqual(codesOf(json), ['gap events']);
    assert.match(text, /gap: .*2 hours that usually have some: 2026-01-14\s+06h to 07h/su);
  });

  test('exits with 1 when the newest file is older than --max-age, and not before', async () => {
    seedHours('events', 3);
    assert.deepEqual((await reportOf(task(), { 'max-age': '36m' })).failures, []);
    const { failures, json } = await reportOf(task(), { 'max-age': '34m' });
    assert.deepEqual(
      failures.map(({ code, failureType }) => [code, failureType]),
      [['DATA_STALE', 'transient_error']],
    );
    assert.equal(json.is_stale, true);
    assert.deepEqual(codesOf(json), ['stale events']);
  });

  test('does not count hours that usually have no files as age', async () => {
    const isNight = (time: number): boolean => new Date(time).getUTCHours() < 6;
    seedHours('events', 21, (time) => isNight(time) || time >= hourStart - 12 * hourMs);
    const morning = hourStart - 12 * hourMs + 7 * hourMs - 20 * 60_000; // 06:40, the last file is of 23:05.
    const at = Math.floor(morning / hourMs) * hourMs + 30 * 60_000;
    const [events] = (await reportOf(task(), {}, at)).json.places;
    assert.equal(events?.quiet_seconds, 6 * 3600);
    assert.deepEqual((await reportOf(task(), { 'max-age': '2h' }, at)).failures, []);
    assert.equal((await reportOf(task(), { 'max-age': '1h' }, at)).failures.length, 1);
  });

  test('judges only the type that is named, and types without dates only if they are named', async () => {
    seedHours('events', 3);
    seedFile(running(), streamingLayout, { name: 'sync_aliases', time: now - 5 * hourMs });
    const { folder } = streamingLayout.place('permutive/', 'segment');
    const old = new Date(now - 9 * dayMs);
    running().seed(bucket, `${folder}${old.getTime()}-0123456789abcdef-0.jsonl.gz`, 'x', { lastModified: old });
    const stale = async (given: Record<string, string>) =>
      codesOf((await reportOf(task(), { 'max-age': '1h', ...given })).json).filter((code) => code.startsWith('stale'));
    assert.deepEqual(await stale({}), ['stale sync_aliases']);
    assert.deepEqual(await stale({ type: 'events' }), []);
    assert.deepEqual(await stale({ type: 'segment' }), ['stale segment']);
    const { json, failures } = await reportOf(task(), { 'max-age': '1h', type: 'eventz' });
    assert.equal(codesOf(json)[0], 'no_data eventz');
    assert.equal(failures.length, 1);
  });

  test('judges the age of types without hours if there are no others, so that a check never passes unjudged', async () => {
    const { folder } = streamingLayout.place('permutive/', 'segment');
    const key = `${folder}${now}-0123456789abcdef-0.jsonl.gz`;
    running().seed(bucket, key, 'x', { lastModified: new Date(now - 2 * hourMs) });
    const judged = async (age: string) => (await reportOf(task(), { 'max-age': age })).json.is_stale;
    assert.deepEqual([await judged('1h'), await judged('3h')], [true, false]);
  });

  test('judges the age of a type whose rows are all of a future time', async () => {
    const time = now + 90 * dayMs;
    seedFile(running(), streamingLayout, { name: 'events', time, lastModified: new Date(now - 2 * hourMs) });
    seedFile(running(), streamingLayout, { name: 'sync_aliases', time: now - hourMs / 2 });
    assert.ok(codesOf((await reportOf(task(), { 'max-age': '1h' })).json).includes('stale events'));
  });

  test('says of an empty prefix that nothing is there, and is stale only if age is asked for', async () => {
    const { json, text, failures } = await reportOf(task());
    assert.deepEqual(codesOf(json), ['no_data']);
    assert.deepEqual(failures, []);
    assert.match(text, /There is no object below "permutive\/"/u);
    assert.equal((await reportOf(task(), { 'max-age': '15m' })).failures.length, 1);
  });

  test('does not call hours gaps whose rows come with the next sync, if syncs run every six hours', async () => {
    const lastSync = hourStart - 5 * hourMs;
    for (let time = hourStart - 20 * dayMs; time < lastSync; time += hourMs) {
      const sync = lastSync - Math.floor((lastSync - time) / (6 * hourMs)) * 6 * hourMs;
      seedFile(running(), streamingLayout, { name: 'events', time, lastModified: new Date(Math.max(sync, time)) });
    }
    assert.deepEqual(codesOf((await reportOf(task())).json), []);
  });

  test('names a type that stopped while others continue, and one that is new', async () => {
    seedHours('events', 10);
    seedHours('sync_aliases', 10, (time) => time > hourStart - 40 * hourMs);
    seedFile(running(), streamingLayout, { name: 'visits', time: now - 2 * hourMs });
    const { json } = await reportOf(task());
    assert.deepEqual(codesOf(json), ['gap sync_aliases', 'missing_event_type sync_aliases', 'new_event_type visits']);
  });

  test('says once that nothing arrives any more, and does not call all types missing', async () => {
    seedHours('events', 10, (time) => time > hourStart - 40 * hourMs);
    seedHours('sync_aliases', 10, (time) => time > hourStart - 30 * hourMs);
    const { json } = await reportOf(task());
    assert.deepEqual(codesOf(json), ['silent', 'gap sync_aliases', 'gap events']);
    assert.match(
      json.findings[0]?.message ?? '',
      /Nothing has arrived in the last 24 hours; the newest file came 1 d 6 h ago/u,
    );
  });

  test('takes data of long ago for what it is, and does not call the hours since then gaps', async () => {
    seedFile(running(), streamingLayout, { name: 'flights', time: Date.UTC(2001, 0, 1), lastModified: new Date(now) });
    const { json } = await reportOf(task(), { 'max-age': '15m' });
    assert.deepEqual(codesOf(json), []);
    assert.deepEqual([json.places[0]?.newest, json.places[0]?.quiet_count], ['2001-01-01T00', 0]);
  });

  test('reports files of hours that have not come, and does not take them for the newest', async () => {
    seedHours('events', 3);
    seedFile(running(), streamingLayout, {
      name: 'events',
      time: now + 3 * dayMs,
      lastModified: new Date(now - 60_000),
    });
    const { json } = await reportOf(task());
    assert.deepEqual(codesOf(json), ['future_time events']);
    assert.equal(json.places[0]?.newest, '2026-01-15T12');
  });

  test('takes objects that consoles write for folders for nothing', async () => {
    seedHours('events', 3);
    for (const key of ['permutive/', 'permutive/type=events/', 'permutive/type=events/year=2026/'])
      running().seed(bucket, key, '');
    assert.deepEqual(codesOf((await reportOf(task())).json), []);
  });

  test('refuses ages and numbers that it does not understand', async () => {
    for (const given of [{ 'max-age': '15' }, { 'max-age': '0m' }, { days: '29' }, { days: '1.5' }, { hours: '0' }]) {
      await assert.rejects(reportOf(task(), given), { code: 'USAGE_INVALID' });
    }
  });
});

suite('status of the batch destination', () => {
  const running = emptyServer();
  const task = () => taskFor(running(), batchLayout);

  test('names the newest day of each table and the days that are missing', async () => {
    for (let day = 30; day >= 2; day -= 1) {
      if (day !== 9) seedFile(running(), batchLayout, { name: 'aliases', time: now - day * dayMs });
    }
    seedFile(running(), batchLayout, { name: 'domains', time: now - dayMs });
    const { json } = await reportOf(task());
    const byName = Object.fromEntries(json.places.map((place) => [place.name, place]));
    assert.equal(byName['aliases']?.newest, '2026-01-13');
    assert.deepEqual(
      byName['aliases']?.gaps.map(({ period }) => period),
      ['2026-01-06'],
    );
    assert.equal(byName['domains']?.gap_count, 0);
    assert.deepEqual(codesOf(json), ['gap aliases', 'new_event_type domains']);
  });

  test('does not expect a weekly table every day', async () => {
    for (let day = 60; day >= 1; day -= 1) {
      seedFile(running(), batchLayout, { name: 'visits', time: now - day * dayMs });
      if (day % 7 === 5) seedFile(running(), batchLayout, { name: 'weekly', time: now - day * dayMs });
    }
    assert.deepEqual(codesOf((await reportOf(task())).json), []);
    assert.deepEqual(codesOf((await reportOf(task(), { 'max-age': '30h' })).json), []);
    const { json } = await reportOf(task(), { 'max-age': '30h' }, now + 4 * dayMs);
    assert.deepEqual(codesOf(json), [
      'stale visits',
      'stale weekly',
      'gap visits',
      'gap weekly',
      'missing_event_type visits',
    ]);
  });
});
