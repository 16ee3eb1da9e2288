import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { engineFailure } from '@s3-connectors/common/engine/engine-failure.ts';
import * as fc from 'fast-check';

const file = 'Failed to read file "/tmp/x y/rows.parquet": ';

/** The engine's text → kind and reason. */
const told: readonly (readonly [text: string, kind: string, reason: string])[] = [
  [
    'Out of Memory Error: failed to allocate data of size 32.0 MiB (42.7 MiB/64.0 MiB used)\nDatabase is launched …',
    'memory',
    'the query engine failed to allocate data of size 32.0 MiB (42.7 MiB/64.0 MiB used)',
  ],
  ['Out of Memory Error: alice@example.org', 'memory', 'the query engine needs more memory'],
  [
    'Invalid Input Error: Invalid string encoding found in Parquet file "/tmp/rows": value "\\xFFalice" is not valid UTF8!',
    'data',
    'a text is not valid UTF-8',
  ],
  [`Invalid Input Error: ${file}Snappy decompression failure`, 'data', 'a page’s Snappy data is damaged'],
  [
    `Invalid Error: ${file}Unsupported compression codec "LZ4". Supported options are uncompressed`,
    'data',
    'its codec "LZ4" is not supported; write it with LZ4_RAW, Snappy or ZSTD',
  ],
  ['Conversion Error: Could not convert string "alice" to INT32', 'data', 'a value is out of range for its type'],
  ['IO Error: alice', 'data', 'the query engine failed with an error of the kind "IO"'],
  [
    'Binder Error: Struct remap can only remap named structs',
    'data',
    'a struct that has a list or a map also has a member without a name, which is not supported,',
  ],
  ['INTERNAL Error: alice at index 3', 'defect', 'the query engine failed with an error of the kind "INTERNAL"'],
  ['alice Error: bob', 'data', 'the query engine failed for an unknown reason'],
];

suite('a failure of the query engine', () => {
  for (const [text, kind, reason] of told) {
    test(`is described in our words: ${text.slice(0, 60)}`, () => {
      assert.deepEqual(engineFailure(new Error(text)), { kind, reason });
    });
  }

  test('never includes data of a row in its reason, wherever the text quotes it', () => {
    const words = told.flatMap(([text]) => text.split(/(?<=[ :"])/u));
    const known = new Set(told.map(([, , reason]) => reason));
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.constant('CANARY'), fc.string())), (parts) => {
        const { reason } = engineFailure(new Error(parts.join('')));
        assert.ok(!reason.includes('CANARY') || known.has(reason), reason);
        assert.ok(reason.length < 200, reason);
      }),
      { numRuns: 5000, seed: 14 },
    );
  });
});
