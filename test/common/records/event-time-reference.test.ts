// The hand-written reader of times against a plain one with regular expressions and Date, over texts that are nearly times.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { emittedAt, eventTime } from '@s3-connectors/common/records/event-time.ts';

const now = Date.UTC(2026, 10, 22, 12);
const day = 86_400_000;

function read(json: string, nowMs = now): number {
  const bytes = Buffer.from(`,${json},5`);
  return eventTime(bytes, 1, bytes.length - 2, nowMs);
}

function emitted(json: string): number {
  const bytes = Buffer.from(`5${json}5`);
  return emittedAt(bytes, 1, bytes.length - 1);
}

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|z| UTC|[+-]\d\d(?::?\d\d)?)?)?$/u;

/** NaN for anything but a time, in any year. */
function plainIso(text: string): number {
  const [match, year, month, date, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] =
    iso.exec(text) ?? [];
  if (match === undefined) return Number.NaN;
  const midnight = new Date(Date.UTC(2000, Number(month) - 1, Number(date)));
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(date)) return Number.NaN;
  if (Number(minute) > 59 || Number(second) > 60) return Number.NaN; // A minute may have a leap second.
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/u.exec(zone) ?? [];
  if (Number(hours ?? 0) > 23 || Number(minutes) > 59) return Number.NaN;
  const offset = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes)) * 60_000;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const sinceMidnight = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + ms;
  const isInDay = Number(hour) < 24 || sinceMidnight === day; // A day ends at 24:00:00.
  return isInDay ? midnight.getTime() + sinceMidnight - offset : Number.NaN;
}

function inRange(ms: number, nowMs = now): number {
  return ms >= Date.UTC(2000, 0, 1) && ms <= nowMs + day ? ms : Number.NaN;
}

const digits = (length: number): fc.Arbitrary<string> =>
  fc.nat({ max: 10 ** length - 1 }).map((value) => String(value).padStart(length, '0'));
/** Usually below the last two. */
const two = (max: number): fc.Arbitrary<string> => fc.nat({ max }).map((value) => String(value).padStart(2, '0'));
const year = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('1999', '2000', '2004', '2023', '2024', '2026') },
  { weight: 1, arbitrary: digits(4) },
);
const fraction = fc.oneof(
  fc.constant(''),
  fc.tuple(fc.constantFrom('.', ','), fc.integer({ min: 1, max: 9 }).chain(digits)).map((parts) => parts.join('')),
);
const sign = fc.constantFrom('+', '-');
const zone = fc.oneof(
  fc.constantFrom('', 'Z', 'z', ' UTC', ' UTS', ' ITC', ' UUC', 'UTC', 'ZZ', '+', '+5', '+:00', '+00:'),
  fc.tuple(sign, two(25)).map((parts) => parts.join('')),
  fc.tuple(sign, two(25), fc.constantFrom('', ':', '-'), two(61)).map((parts) => parts.join('')),
);
const clock = fc
  .tuple(fc.constantFrom('T', 't', ' ', '_'), two(25), two(61), fc.option(fc.tuple(two(61), fraction)), zone)
  .map(([separator, hour, minute, seconds, zone]) => {
    return `${separator}${hour}:${minute}${seconds === null ? '' : `:${seconds.join('')}`}${zone}`;
  });
const date = fc.tuple(year, two(13), two(32)).map((parts) => parts.join('-'));
const text = fc.tuple(date, fc.oneof(fc.constant(''), clock)).map((parts) => parts.join(''));
/** With one character removed, doubled or replaced. */
const damagedText = fc
  .tuple(text, fc.nat(), fc.constantFrom('', '0', ':', '.', '.', ' ', '-', 'T', '/', '+'), fc.nat({ max: 1 }))
  .map(([text, at, character, dropped]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + character + text.slice(place + dropped);
  });

function escaped(text: string): string {
  return Array.from(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

suite('the time of an event', () => {
  test('is read from ISO texts, and from what is nearly one, as a plain reader does', () => {
    fc.assert(
      fc.property(fc.oneof(text, damagedText), (text) => {
        assert.equal(read(`"${text}"`), inRange(plainIso(text)), text);
      }),
      { numRuns: 10_000, seed: 14 },
    );
  });

  test('is read from every day of four centuries', () => {
    const far = Date.UTC(9999, 0, 1);
    for (let ms = Date.UTC(2000, 0, 1); ms < Date.UTC(2401, 0, 2); ms += day) {
      assert.equal(read(`"${new Date(ms).toISOString().slice(0, 10)}"`, far), ms);
    }
  });

  test('is read from numbers by their digits, as a plain reader does', () => {
    const number = fc.oneof(
      fc.integer({ min: 1, max: 15 }).chain(digits),
      fc.tuple(fc.constantFrom('16', '17', '9', '1', '0', '-16'), digits(8), digits(9)).chain(([head, a, b]) => {
        return fc.nat({ max: 17 }).map((length) => head + (a + b).slice(0, length));
      }),
    );
    const tail = fc.constantFrom('', '.5', '.945', '.9999', 'e0', 'E3', 'e-3', 'x', ' ');
    const units = new Map([
      [10, 1000],
      [13, 1],
      [16, 0.001],
      [19, 0.000001],
    ]);
    fc.assert(
      fc.property(number, tail, fc.boolean(), (number, tail, isText) => {
        const text = number + tail;
        const isPlain = /^\d{1,16}$/u.test(text);
        const isNanoseconds = /^\d{19}$/u.test(text);
        const isSlow = !isText && /^-?\d/u.test(text) && Number(text) >= 1;
        const length = isPlain ? text.length : String(Math.floor(Number(text))).length;
        const unit = isPlain || isSlow ? units.get(length) : undefined;
        const divided = unit === undefined ? Number.NaN : Math.floor(Number(text) / Math.round(1 / unit));
        const scaled = unit === undefined || unit < 1 ? divided : Math.floor(Number(text) * unit);
        const expected = isNanoseconds ? Number(text.slice(0, 13)) : scaled;
        assert.equal(read(isText ? `"${text}"` : text), inRange(expected), text);
      }),
      { numRuns: 10_000, seed: 14 },
    );
  });

  test('may be at both ends of what is believed, and no millisecond beyond', () => {
    for (const ms of [Date.UTC(2000, 0, 1), now + day]) assert.equal(read(`"${new Date(ms).toISOString()}"`), ms);
    for (const ms of [Date.UTC(2000, 0, 1) - 1, now + day + 1]) {
      assert.equal(read(`"${new Date(ms).toISOString()}"`), Number.NaN);
    }
  });

  test('is no time in a number of more than 40 characters', () => {
    assert.equal(read(`1665851625.${'0'.repeat(29)}`), 1_665_851_625_000);
    assert.equal(read(`1665851625.${'0'.repeat(30)}`), Number.NaN);
  });

  test('may have escapes, but none that is a backslash', () => {
    assert.equal(read(`"${escaped('2022-10-15T16:33:45.945+00:00')}"`), Date.UTC(2022, 9, 15, 16, 33, 45, 945));
    assert.equal(read(`"${escaped('1665851625')}"`), 1_665_851_625_000);
    assert.equal(read(String.raw`"2022-10-15\\"`), Number.NaN);
    assert.equal(read(String.raw`"\\2022-10-15"`), Number.NaN);
  });
});

suite('emitted_at', () => {
  test('is read as a plain reader does: seconds below a hundred thousand million, else milliseconds', () => {
    const number = fc.oneof(
      fc.integer({ min: 1, max: 17 }).chain(digits),
      fc
        .tuple(fc.integer({ min: 1, max: 13 }).chain(digits), fc.constantFrom('.5', '.25e3', 'e2', 'e-2'))
        .map((parts) => parts.join('')),
      fc.constantFrom('-1', '-0', '253402300799999', '253402300800000', '99999999999', '100000000000', 'true', '"1"'),
    );
    fc.assert(
      fc.property(number, (text) => {
        const value = /^-?\d/u.test(text) ? Number(text) : Number.NaN;
        const ms = Math.floor(value < 1e11 ? value * 1000 : value);
        assert.equal(emitted(text) + 0, ms >= 0 && ms <= 253_402_300_799_999 ? ms + 0 : Number.NaN, text);
      }),
      { numRuns: 5000, seed: 14 },
    );
  });
});
