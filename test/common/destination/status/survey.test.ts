// The survey of a listing: its counts are exact, and it holds no more than its bounds, whatever is listed.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { FileCandidates } from '@s3-connectors/common/destination/status/survey/file-candidates.ts';
import { LogHistogram } from '@s3-connectors/common/destination/status/survey/histogram.ts';
import { PeriodRing } from '@s3-connectors/common/destination/status/survey/period-ring.ts';
import { PrefixSurvey, surveyBounds } from '@s3-connectors/common/destination/status/survey/prefix-survey.ts';
import { missingPeriods } from '@s3-connectors/common/destination/status/report/periods.ts';

import { bucket } from '../../../support/destination-input.ts';
import { batchLayout, dayMs, hourMs, keyOf, now, prefix, streamingLayout } from './support.ts';

const million = 1_000_000;
const times = { now, recentFrom: now - dayMs, windowFrom: now - 14 * dayMs };
const surveyOf = (layout = streamingLayout) => new PrefixSurvey({ bucket, prefix, layout }, times);

/** Everything that is held: entries of the maps, their examples, and candidate files. */
function held(survey: PrefixSurvey): number {
  const maps = [survey.places, survey.rejected, survey.staged, survey.manifests, survey.misplaced];
  const entries = maps.reduce((sum, { size }) => sum + size, survey.schemas.size);
  const counts = [...survey.rejected.values(), ...survey.staged.values(), ...survey.misplaced.values(), survey.beyond];
  const examples = counts.reduce((sum, count) => sum + count.examples.length, 0);
  const sampled = [...survey.places.values(), ...survey.rejected.values()];
  return sampled.reduce(
    (sum, { candidates }) => sum + candidates.recent.length + candidates.earlier.length,
    entries + examples,
  );
}

const object = (key: string, at: number, size = 100) => ({ key, size, etag: '"e"', lastModified: new Date(at) });

suite('the survey of a million keys', () => {
  test('counts a year of hours exactly', () => {
    const survey = surveyOf();
    const end = Math.floor(now / hourMs) * hourMs;
    const hours = 365 * 24;
    const lost = end - 50 * hourMs;
    for (let at = 0; at < million; at += 1) {
      const time = end - (hours - 1 - (at % hours)) * hourMs + Math.floor(at / hours) * 1000;
      if (Math.floor(time / hourMs) * hourMs === lost) continue;
      survey.see(object(keyOf(streamingLayout, 'events', time), time + 240_000));
    }
    const events = survey.places.get('events');
    const left = million - Math.ceil((million - (hours - 51)) / hours);
    assert.equal(events?.files, left);
    assert.equal(events.bytes, left * 100);
    assert.equal(survey.objects, left);
    const ring = events.hours ?? assert.fail();
    const from = Math.floor((now - 14 * dayMs) / hourMs);
    assert.deepEqual(
      missingPeriods(ring, 'hour', [from, end / hourMs]).gaps.map(({ period }) => period),
      [lost / hourMs],
    );
    assert.equal([...events.days.cells()].length, 366);
    assert.ok(held(survey) < 20);
  });

  const hostile: Readonly<Record<string, (at: number) => string>> = {
    'each of a type of its own': (at) => keyOf(streamingLayout, `t${at}`, now - at),
    'each in a folder of its own': (at) => `${prefix}f${at}/x`,
    'each below a prefix of its own': (at) =>
      `${prefix}f${at}/${keyOf(streamingLayout, 'events', now).slice(prefix.length)}`,
    'each in a foreign folder of a type of its own': (at) => `${prefix}type=t${at}/dt=1/x`,
    'each of a rejected stream of its own': (at) => `${prefix}_rejected/type=t${at}/x.jsonl.gz`,
    'each of an export of its own': (at) =>
      `${prefix}_staging/20260114T020000000Z-${at.toString(16).padStart(8, '0')}-0/x`,
    'each of a manifest of its own': (at) => `${prefix}_manifests/t${at}/latest.json`,
    'each of a schema of its own': (at) => `${prefix}_schemas/t${at}.json`,
    'each of a year of its own': (at) =>
      `${prefix}type=events/year=${String(at % 10_000).padStart(4, '0')}/month=01/day=01/hour=00/${at}-0123456789abcdef-0.jsonl.gz`,
  };
  const { places, manifests, rejected, exports, misplaced, examples } = surveyBounds;
  const bound =
    places.hour * (1 + 6) + manifests * 2 + (rejected + exports + misplaced) * (1 + examples) + rejected * 6 + examples;
  for (const [which, keyFor] of Object.entries(hostile)) {
    test(`holds no more than its bounds of keys ${which}`, () => {
      const survey = surveyOf();
      const count = million / 10;
      for (let at = 0; at < count; at += 1) survey.see(object(keyFor(at), now - at));
      assert.equal(survey.objects, count);
      assert.ok(held(survey) <= bound, String(held(survey)));
      const counted = [...survey.places.values()].reduce((sum, { files }) => sum + files, survey.beyond.count);
      const others = [...survey.rejected.values(), ...survey.staged.values(), ...survey.misplaced.values()];
      const sum = others.reduce((total, count) => total + count.count, counted);
      if (survey.manifests.size === 0 && survey.schemas.size === 0) assert.equal(sum, count);
    });
  }

  test('tells its reasons apart also when there are more folders than it holds', () => {
    const survey = surveyOf();
    for (let at = 0; at < 1000; at += 1) survey.see(object(`${prefix}f${at}/x`, now));
    survey.see(object(`${prefix}/x`, now));
    survey.see(object(`${prefix}${bucket}/x`, now));
    const reasons = new Set([...survey.misplaced.values()].map(({ why }) => why));
    assert.deepEqual(reasons, new Set(['foreign', 'leading_slash', 'bucket_in_prefix']));
    assert.ok(survey.misplaced.size <= misplaced);
  });
});

suite('a ring of periods', () => {
  test('has the newest periods exactly, in whatever order they come', () => {
    const periods = fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 9 })), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(periods, fc.integer({ min: 1, max: 50 }), (added, size) => {
        const ring = new PeriodRing(size);
        const model = new Map<number, { period: number; files: number; bytes: number }>();
        for (const [period, bytes] of added) {
          ring.add(period, bytes);
          const cell = model.get(period) ?? { period, files: 0, bytes: 0 };
          model.set(period, { period, files: cell.files + 1, bytes: cell.bytes + bytes });
        }
        const newest = Math.max(...model.keys());
        const expected = [...model.values()].filter(({ period }) => period > newest - size);
        assert.deepEqual(
          [...ring.cells()],
          expected.sort((a, b) => a.period - b.period),
        );
        assert.equal(ring.oldest, Math.min(...model.keys()));
      }),
      { seed: 19, numRuns: 2000 },
    );
  });
});

suite('a histogram', () => {
  test('gives quantiles that are at most a fifth too large', () => {
    const values = fc.array(fc.integer({ min: 1, max: 2 ** 39 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.99, 1), (added, share) => {
        const histogram = new LogHistogram();
        for (const value of added) histogram.add(value);
        const exact = added.toSorted((a, b) => a - b)[Math.ceil(added.length * share) - 1] ?? 0;
        const found = histogram.quantile(share) ?? 0;
        assert.ok(found >= exact * 0.999_999 && found <= exact * 1.2, `${found} for ${exact}`);
        assert.equal(
          histogram.doublings().reduce((sum, { count }) => sum + count, 0),
          added.length,
        );
      }),
      { seed: 19, numRuns: 1000 },
    );
  });
});

suite('files that are worth a look', () => {
  test('are the newest, and some of the earlier ones, each once', () => {
    const ages = fc.uniqueArray(fc.integer({ min: 0, max: 20 * 24 }), { maxLength: 60 });
    fc.assert(
      fc.property(ages, (hours) => {
        const candidates = new FileCandidates(times.recentFrom, times.windowFrom);
        for (const age of hours) candidates.see(object(String(age), now - age * hourMs));
        const recent = hours.filter((age) => age <= 24).toSorted((a, b) => a - b);
        assert.deepEqual(
          candidates.recent.map(({ key }) => Number(key)),
          recent.slice(0, 3),
        );
        const earlier = hours.filter((age) => age > 24 && age <= 14 * 24);
        const taken = candidates.earlier.map(({ key }) => Number(key));
        assert.equal(taken.length, Math.min(3, earlier.length));
        assert.ok(taken.every((age) => earlier.includes(age)) && new Set(taken).size === taken.length);
      }),
      { seed: 19, numRuns: 1000 },
    );
  });
});

suite('days and hours without files', () => {
  const weekly = (has: (day: number) => boolean, days: number): PeriodRing => {
    const ring = new PeriodRing(400);
    for (let day = 1000; day < 1000 + days; day += 1) if (has(day)) ring.add(day, 1);
    return ring;
  };
  const gapsOf = (ring: PeriodRing, to: number) =>
    missingPeriods(ring, 'day', [1000, to]).gaps.map(({ period }) => period - 1000);

  test('are no gaps at weekends, if weekends never have any', () => {
    assert.deepEqual(
      gapsOf(
        weekly((day) => day % 7 < 5 && day !== 1043, 70),
        1072,
      ),
      [43, 71],
    );
  });

  test('are gaps at the end, however long it lasts', () => {
    const ring = weekly(() => true, 30);
    assert.equal(gapsOf(ring, 1060).length, 30);
  });

  test('are not judged where there is nothing to compare them with', () => {
    assert.deepEqual(
      gapsOf(
        weekly((day) => day === 1000, 1),
        1010,
      ),
      [],
    );
    assert.deepEqual(missingPeriods(new PeriodRing(10), 'day', [0, 100]), { gaps: [], quiet: 0 });
  });
});

test('a table that is laid out by day is counted by day', () => {
  const survey = surveyOf(batchLayout);
  for (let day = 0; day < 20; day += 1) survey.see(object(keyOf(batchLayout, 'users', now - day * dayMs), now));
  assert.equal([...(survey.places.get('users')?.days.cells() ?? [])].length, 20);
});
