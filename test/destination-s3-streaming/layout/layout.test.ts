import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { beginContentHash, FileNames } from '@s3-connectors/common/destination/files/file-names.ts';
import { encodeValue, maxKeyBytes } from '@s3-connectors/common/destination/files/key-part.ts';
import { layout as batch } from '../../../destination-s3-batch/src/layout/layout.ts';
import { fileExtension as extension, layout } from '../../../destination-s3-streaming/src/layout/layout.ts';

suite('the key of a file', () => {
  test('is laid out by type and hour, zero-padded, in UTC', () => {
    const timestamp = Date.UTC(2026, 0, 5, 9, 59);
    const folder = layout.place('permutive/', 'events').folder + layout.folders(layout.periodOf(timestamp));
    const content = beginContentHash(Buffer.from('{"at":1}'));
    assert.equal(
      new FileNames().key({ folder, timestamp, workerId: '0', extension }, content),
      'permutive/type=events/year=2026/month=01/day=05/hour=09/1767607140000-a27e0e4d11df025e-0.jsonl.gz',
    );
    assert.equal(layout.place('', 'segment').folder, 'type=segment/');
    assert.equal(layout.rejectedFolder('permutive/', 'a/b'), 'permutive/_rejected/type=a%2Fb/');
  });

  test('of a table is laid out by day, not padded, in UTC', () => {
    const day = batch.folders(batch.periodOf(Date.UTC(2026, 0, 5, 23, 59)));
    assert.equal(batch.place('permutive/', 'a/b').folder + day, 'permutive/data/a%2Fb/year=2026/month=1/day=5/');
    assert.equal(batch.rejectedFolder('', 'users'), '_rejected/users/');
  });

  test('is in the folder of its own hour or day, whatever the time (1,000 times)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
        const [year = '', month = '', day = '', hour = ''] = new Date(ms).toISOString().split(/[-T:]/u);
        const hourly = layout.folders(layout.periodOf(ms));
        assert.equal(hourly, `year=${year}/month=${month}/day=${day}/hour=${hour}/`);
        const daily = batch.folders(batch.periodOf(ms));
        assert.equal(daily, `year=${year}/month=${Number(month)}/day=${Number(day)}/`);
      }),
      { seed: 20_260_115, numRuns: 1000 },
    );
  });

  const values = [
    ['events', 'events'],
    ['a/b', 'a%2Fb'],
    ['a=b%3D', 'a%3Db%253D'],
    ['with space:!', 'with%20space%3A%21'],
    ['..', '..'],
    ['a\u0000b\n', 'a%00b%0A'],
    ['größe 日本 🎉', 'größe%20日本%20🎉'],
    ['c1\u0085ls\u2028', 'c1%C2%85ls%E2%80%A8'],
  ] as const;
  for (const [value, encoded] of values) {
    test(`writes the type ${JSON.stringify(value)} as ${encoded}`, () => {
      assert.equal(encodeValue(value), encoded);
    });
  }

  test('keeps any type in one folder from which it can be read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const encoded = encodeValue(value);
        assert.equal(decodeURIComponent(encoded), value);
        assert.doesNotMatch(encoded, /[/=\s:!"#&'*?\\\p{Cc}]/u);
      }),
    );
  });

  test('has no form for half a surrogate pair', () => {
    assert.throws(() => encodeValue('\ud800'), RangeError);
  });

  test('is within the limit of S3 for every folder that fits', () => {
    const staging = '_staging/20260115T143000123Z-1a2b3c4d-/'.length + 32;
    const name = `253402300799999-${'f'.repeat(16)}-${'w'.repeat(32)}`;
    const longest = Date.UTC(2026, 11, 31, 23);
    for (const [{ fits, folders, periodOf }, ending] of [
      [layout, extension],
      [batch, '.snappy.parquet'],
    ] as const) {
      const rest = folders(periodOf(longest)) + name + ending;
      for (let more = 0; more < 100; more += 1) {
        const folder = 'é'.repeat(410) + 'x'.repeat(more);
        assert.equal(fits(folder), Buffer.byteLength(folder + rest) + staging <= maxKeyBytes);
      }
    }
  });
});
