// Whatever keys a bucket has: status counts each of them once, and none of them moves the cursor, begins a line, or is markup.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { buildReport } from '@s3-connectors/common/destination/status/report/build-report.ts';
import { statusOptions } from '@s3-connectors/common/destination/status/report/options.ts';
import { statusPage } from '@s3-connectors/common/destination/status/report/report-page.ts';
import { statusText } from '@s3-connectors/common/destination/status/report/report-text.ts';
import type { StatusReport } from '@s3-connectors/common/destination/status/report/report.ts';
import { PrefixSurvey } from '@s3-connectors/common/destination/status/survey/prefix-survey.ts';
import { oneLine, plainJson } from '@s3-connectors/common/protocol/text/text.ts';
import { createCounters } from '@s3-connectors/common/s3/connection/counters.ts';

import { bucket } from '../../../support/destination-input.ts';
import { batchLayout, dayMs, hourMs, keyOf, now, prefix, streamingLayout } from './support.ts';

const odd = fc.constantFrom(
  '\u{1b}[2J',
  '\n',
  '\r',
  '\u{202e}',
  '\u{2028}',
  '<script>',
  '"',
  "'",
  '%0A',
  '%ZZ',
  '&lt;',
  '..',
  'é',
  '\u{0}',
);
const part = fc.oneof(
  odd,
  fc.string({ maxLength: 8, unit: 'binary' }),
  fc.constantFrom(
    'type=',
    'data/',
    '/',
    '_staging/',
    '_manifests/',
    '_rejected/',
    '_schemas/',
    'events',
    'latest.json',
    '20260114T020000000Z-1a2b3c4d-0',
    'year=2026/month=01/day=15/hour=07/',
    '1-0123456789abcdef-0.jsonl.gz',
    prefix,
    bucket,
  ),
);
const odds = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => prefix + parts.join(''));
const ages = fc.integer({ min: -30 * 24, max: 500 * 24 });
const own = fc
  .tuple(fc.string({ minLength: 1, maxLength: 6, unit: 'binary' }), ages, fc.boolean())
  .map(([name, age, isHourly]) => keyOf(isHourly ? streamingLayout : batchLayout, name, now - age * hourMs));
const objects = fc.array(fc.record({ key: fc.oneof(odds, own), size: fc.integer({ min: 0, max: 5e12 }), age: ages }), {
  maxLength: 30,
});

function reportOn(
  layout: typeof streamingLayout,
  listed: readonly { key: string; size: number; age: number }[],
): StatusReport {
  const times = { now, recentFrom: now - dayMs, windowFrom: now - 14 * dayMs };
  const survey = new PrefixSurvey({ bucket, prefix, layout }, times);
  for (const { key, size, age } of listed) {
    survey.see({ key, size, etag: '"e"', lastModified: new Date(now - age * hourMs) });
  }
  const held = [...survey.places.values()].reduce((sum, { files }) => sum + files, survey.known);
  const counts = [...survey.misplaced.values(), ...survey.rejected.values(), ...survey.staged.values(), survey.beyond];
  const counted = counts.reduce((sum, { count }) => sum + count, held);
  assert.ok(counted <= listed.length && counted >= listed.length - manifestsAmong(listed), 'each object counts once');
  const about = { destination: 'destination-s3-streaming', layout, connection: { bucket }, prefix };
  const nothing = { exports: new Map(), fields: new Map(), rejected: [], findings: [], counters: createCounters() };
  return buildReport(about, { options: statusOptions({ 'max-age': '15m' }, layout.noun), survey, now, ...nothing });
}

const manifestsAmong = (listed: readonly { key: string }[]): number =>
  listed.filter(({ key }) => /^permutive\/_(?:manifests|schemas)\//u.test(key)).length;

suite('status of whatever a bucket holds', () => {
  for (const [name, layout] of Object.entries({ streaming: streamingLayout, batch: batchLayout })) {
    test(`says it in lines of its own, and in JSON and a page that nothing breaks (${name})`, () => {
      fc.assert(
        fc.property(objects, (listed) => {
          const report = reportOn(layout, listed);
          const text = statusText(report);
          assert.equal(text.split('\n').map(oneLine).join('\n'), text);
          for (const line of text.split('\n'))
            assert.match(line, /^(?:$| {2}|permutive\/(?:type=|data\/)|s3:\/\/|\d|Nothing|rejected)/u);
          assert.deepEqual(JSON.parse(plainJson(JSON.stringify(report))), JSON.parse(JSON.stringify(report)));
          const page = statusPage(report, oneLine);
          assert.doesNotMatch(
            page.replace(/<style>.*<\/style>/su, ''),
            /<script|<(?!\/?(?:!doctype|html|head|meta|title|body|main|h[123]|p|section|ol|ul|li|strong|code|div|table|thead|tbody|tr|th|td|svg|rect|text|figure|figcaption|dl|dt|dd)\b)/u,
          );
          for (const { message } of report.findings) assert.notEqual(message, '');
        }),
        { seed: 19, numRuns: 400, endOnFailure: true },
      );
    });
  }
});
