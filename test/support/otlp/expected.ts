// The expected metrics of a program, by the table of the code.
import assert from 'node:assert/strict';

import { attributeNames, METRICS, type MetricName } from '@s3-connectors/common/protocol/metrics.ts';

import type { ReceivedMetric } from './receiver.ts';

type Program = (typeof METRICS)['s3_connectors.s3.requests']['from'][number];

const kinds = { counter: 'sum', amount: 'sum', gauge: 'gauge', histogram: 'histogram' } as const;
/** There are none before something happens. */
const eventual: ReadonlySet<string> = new Set(['s3_connectors.s3.retries', 's3_connectors.rejected.records']);

/** It has all of its metrics, and they are as in the table. */
export function assertMetricsOf(program: Program, metrics: ReadonlyMap<string, ReceivedMetric>): void {
  assertKnown(program, metrics);
  for (const name of metricsOf(program)) if (!eventual.has(name)) assert.ok(metrics.has(name), `${name} is missing`);
}

function metricsOf(program: Program): readonly MetricName[] {
  const known = Object.keys(METRICS) as MetricName[];
  return known.filter((name) => METRICS[name].from.some((one) => one === program));
}

/** It has no metrics of another program, and each with the unit, the kind and the attributes of the table. */
export function assertKnown(program: Program, metrics: ReadonlyMap<string, ReceivedMetric>): void {
  const own = metricsOf(program);
  for (const { name, unit, description, kind, isMonotonic, points } of metrics.values()) {
    assert.ok(
      own.some((one) => one === name),
      `${name} is not of ${program}`,
    );
    const metric = METRICS[name as MetricName];
    const expected = [metric.unit, metric.describe, kinds[metric.kind], metric.kind === 'counter'];
    assert.deepEqual([unit, description, kind, isMonotonic], expected, name);
    const attributes = new Set<string>(metric.by.map((attribute) => attributeNames[attribute]));
    for (const point of points) {
      for (const attribute of Object.keys(point.attributes))
        assert.ok(attributes.has(attribute), `${name}: ${attribute}`);
    }
  }
}
