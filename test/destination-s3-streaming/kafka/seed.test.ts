import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { seedOf, type SeedRules } from '../../../destination-s3-streaming/src/kafka/seed.ts';

const place = { topic: 'events', partition: 3 };
const range = { earliest: 100n, latest: 200n };
const rules: SeedRules = { start: 'earliest', lostMessages: 'fail' };

suite('where a partition is read from', () => {
  const cases = [
    ['without an offset of the group: its first message', undefined, {}, 100n],
    ['without an offset of the group, by choice: its end', undefined, { start: 'latest' }, 200n],
    ['the offset of the group', 150n, {}, 150n],
    ['the offset of the group, at the first message', 100n, {}, 100n],
    ['the offset of the group, at the end', 200n, { start: 'latest' }, 200n],
  ] as const;
  for (const [name, next, more, expected] of cases) {
    test(`is ${name}`, () => {
      assert.deepEqual(seedOf(place, next, range, { ...rules, ...more }), { offset: expected });
    });
  }

  test('is nowhere when messages were deleted before they were read: the error says how many, and where', () => {
    assert.throws(
      () => seedOf(place, 60n, range, rules),
      (error) => {
        assert.ok(error instanceof ConnectorError && error.code === 'KAFKA_OFFSETS_LOST');
        assert.match(error.message, /^40 messages of partition 3 of the topic "events" were deleted/u);
        return true;
      },
    );
  });

  test('is nowhere when the topic ends before the offset of the group', () => {
    assert.throws(() => seedOf(place, 201n, range, rules), { code: 'KAFKA_OFFSETS_LOST' });
  });

  test('is the first message that is left when lost ones may be skipped, with a warning', () => {
    for (const next of [60n, 201n]) {
      const { offset, warning } = seedOf(place, next, range, { start: 'latest', lostMessages: 'skip' });
      assert.equal(offset, 100n);
      assert.match(warning ?? '', /Reading resumes at 100\.$/u);
    }
  });
});
