import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countRetry, requestPoints, startCounting } from '@s3-connectors/common/s3/connection/counters.ts';

test('retries are counted by fifty codes, and all further ones together, whatever a server answers', () => {
  const { timings } = startCounting();
  for (let code = 0; code < 10_000; code += 1) countRetry(timings, `Code${code}`);
  countRetry(timings, 'Code7');
  const { size } = timings.retries;
  assert.deepEqual([size, timings.retries.get('Code7'), timings.retries.get('_OTHER')], [51, 2, 9950]);
});

test('the points of requests have the operations that were asked for, the bytes of all, and durations only if there are writes', () => {
  const { counters, timings } = startCounting();
  counters.GetObject.requests = 2;
  counters.GetObject.bytesIn = 10;
  const points = Array.from(requestPoints({ counters, timings }), ({ metric, value, of }) => [metric, value, of]);
  assert.deepEqual(points, [
    ['s3_connectors.s3.requests', 2, { operation: 'GetObject' }],
    ['s3_connectors.s3.io', 10, { direction: 'receive' }],
    ['s3_connectors.s3.io', 0, { direction: 'transmit' }],
  ]);
  counters.PutObject.requests = 1;
  timings.puts.add(50);
  const durations = Array.from(requestPoints({ counters, timings })).at(-1);
  assert.equal(durations?.metric, 's3_connectors.s3.put.duration');
});
