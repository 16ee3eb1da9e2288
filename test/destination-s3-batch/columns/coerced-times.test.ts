// Times in all spellings: what a column of times holds of them, and what is cut off.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { eventTime } from '@s3-connectors/common/records/event-time.ts';
import * as fc from 'fast-check';

import type { TemporalType } from '../../../destination-s3-batch/src/columns/types/field-type.ts';
import { plainTime } from '../../../destination-s3-batch/src/columns/types/temporal-text.ts';
import { typed } from '../support/typed-rows.ts';

const instantSchema = { type: ['null', 'string'], format: 'date-time' };
const two = (most: number): fc.Arbitrary<string> => fc.nat(most).map((number) => String(number).padStart(2, '0'));
const digits = (most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 1, maxLength: most });
const isoTime = fc
  .tuple(fc.constantFrom('T', ' ', 't'), two(25), two(60), fc.option(two(60)), fc.option(digits(12)))
  .map(([separator, hour, minute, second, fraction]) => {
    const seconds = second === null ? '' : `:${second}${fraction === null ? '' : `.${fraction}`}`;
    return `${separator}${hour}:${minute}${seconds}`;
  });
const zone = fc.constantFrom('', 'Z', 'z', ' UTC', '+02:00', '-0530', '+14', '+25:00', '-00:00');
const iso = fc
  .tuple(fc.constantFrom('2001', '2024', '2026'), two(13), two(32), fc.option(fc.tuple(isoTime, zone)))
  .map(([year, month, day, clock]) => JSON.stringify(`${year}-${month}-${day}${clock?.join('') ?? ''}`));
const unix = fc
  .tuple(
    fc.integer({ min: 1_000_000_000, max: 1_768_487_400 }),
    fc.constantFrom('', '123', '123456'),
    fc.option(digits(9)),
    fc.boolean(),
  )
  .map(([seconds, more, fraction, isText]) => {
    const number = `${seconds}${more}${fraction === null ? '' : `.${fraction}`}`;
    return isText && fraction === null ? `"${number}"` : number;
  });
const exponents = fc.integer({ min: 1_000_000_000, max: 1_768_487_400 }).map((seconds) => seconds.toExponential());

suite('every time that chooses the folder of its row', () => {
  test('is in a column of times, with the same millisecond but for rounding (5,000 values)', () => {
    let times = 0;
    const nowMs = Date.UTC(2030, 0, 1);
    fc.assert(
      fc.property(fc.oneof(iso, unix, exponents), (value) => {
        const bytes = Buffer.from(value);
        const ms = eventTime(bytes, 0, bytes.length, nowMs);
        const { fitted } = typed([`{"v":${value}}`], { properties: { v: instantSchema }, asLines: true });
        const { v } = JSON.parse(fitted[0] ?? '') as { readonly v?: string };
        if (Number.isNaN(ms)) return;
        times += 1;
        const inColumn = Date.parse((v ?? '').replace(/(\.\d{3})\d*/u, '$1'));
        // For a fraction of seconds as a number, a double may be slightly less.
        assert.ok(Math.abs(inColumn - ms) <= (/^\d+\./u.test(value) ? 1 : 0), `${value} ${v}`);
      }),
      { seed: 20_260_115, numRuns: 5000 },
    );
    assert.ok(times > 2000, String(times));
  });
});

suite('what is cut off a time', () => {
  const types: readonly TemporalType[] = [
    { kind: 'date' },
    { kind: 'time' },
    { kind: 'timestamp', utc: true },
    { kind: 'timestamp', utc: false },
  ];
  test('is never called complete: two texts with one form in a column mean the same, or one is also in the sibling (5,000 pairs)', () => {
    const value = fc
      .tuple(
        fc.constantFrom('T00:00', 'T00:00:00', ' 10:00:00'),
        fc.constantFrom('', '.0', '.5', '.50', '.1234567', '.123456', '.1234569', '.12345600', '.0000001'),
        fc.constantFrom('', 'Z', '+00:00', '+02:00', '-10:00'),
      )
      .map(([clock, fraction, where]) => `2026-01-15${clock}${clock.length > 6 ? fraction : ''}${where}`);
    let pairs = 0;
    fc.assert(
      fc.property(value, value, fc.constantFrom(...types), (one, other, type) => {
        const [first, second] = [plainTime(type, one), plainTime(type, other)];
        if (first === undefined || second === undefined || first.text !== second.text) return;
        if (first.isWhole && second.isWhole) assert.equal(instant(one), instant(other), `${one} ${other}`);
        pairs += 1;
      }),
      { seed: 20_260_115, numRuns: 5000 },
    );
    assert.ok(pairs > 500, String(pairs));
  });
});

/** To the last digit; no zone is UTC. */
function instant(value: string): string {
  const bytes = Buffer.from(JSON.stringify(value));
  const fraction = /\.(\d+)/u.exec(value)?.[1] ?? '';
  return `${eventTime(bytes, 0, bytes.length, Infinity)} ${fraction.slice(3).replace(/0+$/u, '')}`;
}
