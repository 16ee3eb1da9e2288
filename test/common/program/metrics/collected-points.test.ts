import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { CollectedPoints } from '@s3-connectors/common/program/metrics/collected-points.ts';
import type { Point } from '@s3-connectors/common/protocol/metrics.ts';

const records = (value: number, stream = 'a'): Point => ({
  metric: 's3_connectors.read.records',
  value,
  of: { stream },
});
const open = (value: number): Point => ({ metric: 's3_connectors.open.files', value, of: {} });
const puts = (counts: readonly number[], sum: number | undefined): Point => ({
  metric: 's3_connectors.s3.put.duration',
  value: { counts, sum },
  of: {},
});

suite('the collected points', () => {
  test('have what ended verbs have counted, and of what goes up and down only the present', () => {
    const all = new CollectedPoints();
    let count = 1;
    const first = all.observe(() => [records(count), open(5), puts([1, 0], 0.5)]);
    assert.deepEqual(all.collect(), [records(1), open(5), puts([1, 0], 0.5)]);
    count = 3;
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    assert.deepEqual(all.collect(), [records(3), puts([1, 0], 0.5)]);
    using _ = all.observe(() => [records(4), records(2, 'b'), open(1), puts([0, 2], 9)]);
    assert.deepEqual(all.collect(), [records(7), puts([1, 2], 9.5), records(2, 'b'), open(1)]);
    assert.deepEqual(all.collect(), [records(7), puts([1, 2], 9.5), records(2, 'b'), open(1)]);
  });

  test('know no sum of durations where one part has none', () => {
    const all = new CollectedPoints();
    all.observe(() => [puts([1], undefined)])[Symbol.dispose]();
    using _ = all.observe(() => [puts([1], 1)]);
    assert.deepEqual(all.collect(), [puts([2], undefined)]);
  });

  test('name a hundred streams, and count all others together', () => {
    const all = new CollectedPoints();
    for (let stream = 0; stream < 1000; stream += 1) {
      all.observe(() => [records(1, `s${stream}`)])[Symbol.dispose]();
    }
    const values = new Map(all.collect().map(({ of, value }) => [of?.stream, value]));
    assert.equal(values.size, 101);
    assert.deepEqual([values.get('s99'), values.get('s100'), values.get('*')], [1, undefined, 900]);
  });
});
