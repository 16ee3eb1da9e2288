import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

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
});
