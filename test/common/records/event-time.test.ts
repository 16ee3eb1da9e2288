import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { emittedAt, eventTime } from '@s3-connectors/common/records/event-time.ts';

const now = Date.UTC(2026, 10, 22, 12);

function timeOf(json: string): number {
  const bytes = Buffer.from(`[${json}]`);
  return eventTime(bytes, 1, bytes.length - 1, now);
}

function emitted(json: string): number {
  const bytes = Buffer.from(`[${json}]`);
  return emittedAt(bytes, 1, bytes.length - 1);
}

suite('the time of an event', () => {
  const at = Date.UTC(2022, 9, 15, 16, 33, 45, 945);
  const whole = Date.UTC(2022, 9, 15, 16, 33, 45);
  const times = [
    ['"1665851625945"', at],
    ['1665851625945', at],
    ['1665851625', whole],
    ['"1665851625"', whole],
    ['1665851625945123', at],
    ['"1665851625945123"', at],
    ['1665851625.945', at],
    ['1.665851625945E12', at],
    ['1665851625945.0', at],
    ['"2022-10-15T16:33:45.945Z"', at],
    ['"2022-10-15T16:33:45.945123Z"', at],
    ['"2022-10-15 16:33:45.945123456"', at],
    ['"2022-10-15 16:33:45.945 UTC"', at],
    ['"2022-10-15t16:33:45z"', whole],
    ['"2022-10-15T16:33:45"', whole],
    ['"2022-10-15T18:33:45+02:00"', whole],
    ['"2022-10-15T18:33:45+0200"', whole],
    ['"2022-10-15T18:33:45\\u002b02"', whole],
    ['"2022-10-15T11:03:45-05:30"', whole],
    ['"2022-10-16T00:33:45+08:00"', whole],
    ['"2022-10-15T16:33"', Date.UTC(2022, 9, 15, 16, 33)],
    ['"2022-10-15"', Date.UTC(2022, 9, 15)],
    ['1665851625945123456', at],
    ['"1665851625945123456"', at],
    ['1.665851625945123e18', at],
    ['"2022-10-15T24:00:00Z"', Date.UTC(2022, 9, 16)],
    ['"2022-10-15T24:00"', Date.UTC(2022, 9, 16)],
    ['"2022-10-15T23:59:60Z"', Date.UTC(2022, 9, 16)],
    ['"2022-10-15T16:33:60.5+02:00"', Date.UTC(2022, 9, 15, 14, 34, 0, 500)],
    ['"2000-01-01"', Date.UTC(2000, 0, 1)],
    ['"2024-02-29T00:00:00.5Z"', Date.UTC(2024, 1, 29, 0, 0, 0, 500)],
    [String(now + 86_400_000), now + 86_400_000],
  ] as const;
  for (const [json, ms] of times) {
    test(`reads ${json}`, () => {
      assert.equal(timeOf(json), ms);
    });
  }

  const none = [
    'null', 'true', '{}', '[]', '""', '"x"', '0', '-1665851625945', '"-1665851625945"', '166585162594', '"16658516259451"',
    '"1665851625.945"', '"1999-12-31T23:59:59Z"', '946684799', String(now + 86_400_001), '"2023-02-29"', '"2022-13-01"',
    '"2022-00-01"', '"2022-10-00"', '"2022-10-32"', '"2022-1-5"', '"2022-10-15T"', '"2022-10-15T24:00:01Z"', '"2022-10-15T24:01Z"',
    '"2022-10-15T16:60:00Z"', '"2022-10-15T16:33:61Z"', '"2022-10-15T25:00:00Z"', '"16658516259451234x6"', '166585162594512345', '"2022-10-15T16:33:4"', '"2022-10-15T16:33:45."', '"2022-10-15T16:33.5"',
    '"2022-10-15T16:33:45.Z"', '"2022-10-15T16:33:45ZZ"', '"2022-10-15T16:33:45+2"', '"2022-10-15T16:33:45+02:"',
    '"2022-10-15T16:33:45+25:00"', '"2022-10-15X16:33:45"', '"2022/10/15"', '"20221015"', '" 2022-10-15"', '"\\\\"', '1e400',
  ]; // prettier-ignore
  for (const json of none) {
    test(`finds no time in ${json}`, () => {
      assert.equal(timeOf(json), Number.NaN);
    });
  }

  test('reads every ISO text that Date writes', () => {
    const dates = fc.date({ min: new Date('2000-01-01'), max: new Date(now), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => assert.equal(timeOf(JSON.stringify(date)), date.getTime())));
  });

  test('reads a text with escapes as the text that they mean', () => {
    const texts = fc.oneof(
      fc
        .date({ min: new Date('1999-12-30'), max: new Date(now + 1e9), noInvalidDate: true })
        .map((date) => date.toISOString()),
      fc.constantFrom('2022-10-15', '2022-10-15 16:33:45.5 UTC', '2022-10-15T18:33:45+02:00', '2022-13-15', 'noon'),
      fc.constantFrom('1665851625', '1665851625945', '1665851625945123', '1665851625945123456', '16658516259451234567'),
    );
    const escaped = fc.tuple(texts, fc.infiniteStream(fc.boolean())).map(([text, choices]) => {
      const spelled = Array.from(text, (char) => {
        return choices.next().value === true ? `\\u00${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char;
      });
      return { plain: JSON.stringify(text), json: `"${spelled.join('')}"` };
    });
    fc.assert(
      fc.property(escaped, ({ plain, json }) => assert.equal(timeOf(json), timeOf(plain), json)),
      { seed: 20_260_301, numRuns: 2000 },
    );
  });

  const emissions = [
    ['1665851625945', 1665851625945],
    ['1665851625', 1665851625000],
    ['1665851625.5', 1665851625500],
    ['1.665851625945e12', 1665851625945],
    ['0', 0],
    ['99999999999', 99_999_999_999_000],
    ['100000000000', 100_000_000_000],
    ['-1', Number.NaN],
    ['null', Number.NaN],
    ['"1665851625945"', Number.NaN],
    ['99999999999999999999', Number.NaN],
  ] as const;
  for (const [json, ms] of emissions) {
    test(`takes an emitted_at of ${json} for ${ms}`, () => {
      assert.equal(emitted(json), ms);
    });
  }
});
