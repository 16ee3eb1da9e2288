import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { createRecordScanner } from '@s3-connectors/common/records/record-scanner.ts';
import { byStreamKey, StreamNames } from '@s3-connectors/common/destination/input/stream-names.ts';

const streams = byStreamKey([
  [{ name: 'a', namespace: 'x' }, 'x.a'],
  [{ name: 'b', namespace: 'x' }, 'x.b'],
  [{ name: 'b', namespace: 'y' }, 'y.b'],
  [{ name: 'c', namespace: 'x' }, 'x.c'],
  [{ name: 'c' }, 'c'],
]);

function find(record: object): string | undefined {
  const scanner = createRecordScanner([]);
  const bytes = Buffer.from(`${JSON.stringify({ type: 'RECORD', record: { data: {}, ...record } })}\n`);
  scanner.scan(bytes, 0, bytes.length - 1);
  return new StreamNames(streams).find(bytes, scanner.envelope);
}

suite('the stream of a record', () => {
  test('is that of its name and namespace', () => {
    assert.equal(find({ stream: 'b', namespace: 'y' }), 'y.b');
    assert.equal(find({ stream: 'c' }), 'c');
  });

  test('is the only one of its name when the namespace is omitted, as PyAirbyte’s cache does', () => {
    assert.equal(find({ stream: 'a' }), 'x.a');
    assert.equal(find({ stream: 'a', namespace: null }), 'x.a');
  });

  test('is none when several have the name, or none has the namespace', () => {
    assert.equal(find({ stream: 'b' }), undefined);
    assert.equal(find({ stream: 'a', namespace: 'z' }), undefined);
  });

  test('is found after others as it is found alone, however the names are spelled', () => {
    const names = new StreamNames(streams);
    const scanner = createRecordScanner([]);
    const name = fc.constantFrom('"a"', '"b"', '"c"', '"d"', '"\\u0061"', '"ab"', '""', '"\u00e9"');
    const namespace = fc.constantFrom(
      '',
      ',"namespace":null',
      ',"namespace":"x"',
      ',"namespace":"y"',
      ',"namespace":"xx"',
    );
    fc.assert(
      fc.property(name, namespace, (stream, more) => {
        const bytes = Buffer.from(`{"type":"RECORD","record":{"stream":${stream}${more},"data":{}}}\n`);
        scanner.scan(bytes, 0, bytes.length - 1);
        const alone = new StreamNames(streams).find(bytes, scanner.envelope);
        assert.equal(names.find(bytes, scanner.envelope), alone);
        assert.equal(names.known(bytes, scanner.envelope), alone);
      }),
      { seed: 20_260_301, numRuns: 1000 },
    );
  });
});
