import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { encodeValue, maxKeyBytes } from '@s3-connectors/common/destination/files/key-part.ts';
import { fileName, fitsKey, hourFolders, typeFolder } from '../../../destination-s3-streaming/src/layout/object-key.ts';

suite('the key of a file', () => {
  test('is laid out by type and hour, zero-padded, in UTC', () => {
    const hour = Math.floor(Date.UTC(2026, 0, 5, 9, 59) / 3_600_000);
    const key =
      typeFolder('permutive/', 'events') + hourFolders(hour) + fileName(1767607140000, '0123456789abcdef', '0');
    assert.equal(
      key,
      'permutive/type=events/year=2026/month=01/day=05/hour=09/1767607140000-0123456789abcdef-0.jsonl.gz',
    );
    assert.equal(typeFolder('', 'segment'), 'type=segment/');
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
    const rest = hourFolders(0) + fileName(253_402_300_799_999, 'f'.repeat(16), 'w'.repeat(32));
    for (let more = 0; more < 100; more += 1) {
      const folder = 'é'.repeat(410) + 'x'.repeat(more);
      assert.equal(fitsKey(folder), Buffer.byteLength(folder + rest) + staging <= maxKeyBytes);
    }
  });
});
