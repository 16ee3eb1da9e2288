// Generates the table of docs/reference/metrics.md from the metrics of the code, with the names that they have in Prometheus.
import { attributeNames, METRICS, type MetricName } from '@s3-connectors/common/protocol/metrics.ts';

import { withTable } from './generate-readme.ts';

export const metricNames = Object.keys(METRICS) as readonly MetricName[];

const types = { counter: 'counter', amount: 'up-down counter', gauge: 'gauge', histogram: 'histogram' } as const;
/** Prometheus's words for units. A unit in braces is not part of a name. */
const unitWords: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' };

/** Of a histogram without `_bucket`. Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ */
export function prometheusName(metric: MetricName): string {
  const { unit, kind } = METRICS[metric];
  const name = `${prometheusLabel(metric)}${unitWords[unit] ?? ''}`;
  return kind === 'counter' ? `${name}_total` : name;
}

export function prometheusLabel(attribute: string): string {
  return attribute.replaceAll(/[^\w]/gu, '_');
}

export function withMetrics(page: string): string {
  const rows = metricNames.map((name) => {
    const { kind, unit, by, from, describe } = METRICS[name];
    const attributes = by.map((attribute) => `\`${attributeNames[attribute]}\``).join(', ');
    return [
      `\`${name}\``,
      `\`${prometheusName(name)}\``,
      types[kind],
      `\`${unit}\``,
      attributes,
      from.join(', '),
      describe,
    ];
  });
  const header = ['Metric', 'In Prometheus', 'Type', 'Unit', 'Attributes', 'Programs', 'Meaning'];
  return withTable(page, 'metrics', [header, ...rows]);
}
