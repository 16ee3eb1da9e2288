// Histograms as a source of the SDK's reader. The SDK's own instrument would take each duration by itself; these were counted already.
import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  InstrumentType,
  type CollectionResult,
  type HistogramMetricData,
  type MetricProducer,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { emptyResource } from '@opentelemetry/resources';

import { durationBounds, METRICS, type Distribution, type MetricName, type Point } from '../../protocol/metrics.ts';
import { systemClock } from '../../streams/clock.ts';

type Options = {
  readonly scope: { readonly name: string };
  readonly points: () => Promise<readonly Point[]>;
  readonly attributesOf: (point: Point) => Attributes;
  readonly exporter: Pick<PushMetricExporter, 'selectAggregationTemporality'>;
};

export class Histograms implements MetricProducer {
  readonly #options: Options;
  readonly #isDelta: boolean;
  readonly #start = now();
  /** What was given last, where only what has come since then is wanted. */
  readonly #before = new Map<string, { readonly value: Distribution; readonly at: HrTime }>();

  constructor(options: Options) {
    this.#options = options;
    const temporality = options.exporter.selectAggregationTemporality?.(InstrumentType.HISTOGRAM);
    this.#isDelta = temporality === AggregationTemporality.DELTA;
  }

  async collect(): Promise<CollectionResult> {
    const points = await this.#options.points();
    const metrics = points.flatMap((point) =>
      typeof point.value === 'number' ? [] : [this.#metric(point, point.value)],
    );
    const { scope } = this.#options;
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] }, errors: [] };
  }

  #metric(point: Point, value: Distribution): HistogramMetricData {
    const { describe: description, unit } = METRICS[point.metric];
    const { since, startTime } = this.#since(point.metric, value);
    const count = since.counts.reduce((total, part) => total + part, 0);
    const buckets = { boundaries: [...durationBounds], counts: [...since.counts] };
    const histogram = { buckets, count, ...(since.sum === undefined ? {} : { sum: since.sum }) };
    const attributes = this.#options.attributesOf(point);
    return {
      descriptor: { name: point.metric, description, unit, valueType: 1 },
      aggregationTemporality: this.#isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [{ startTime, endTime: now(), attributes, value: histogram }],
    };
  }

  /** No histogram has attributes. */
  #since(metric: MetricName, value: Distribution): { readonly since: Distribution; readonly startTime: HrTime } {
    if (!this.#isDelta) return { since: value, startTime: this.#start };
    const before = this.#before.get(metric);
    this.#before.set(metric, { value, at: now() });
    if (before === undefined) return { since: value, startTime: this.#start };
    const counts = value.counts.map((count, index) => count - (before.value.counts[index] ?? 0));
    const sums = [value.sum, before.value.sum] as const;
    const sum = sums[0] === undefined || sums[1] === undefined ? undefined : sums[0] - sums[1];
    return { since: { counts, sum }, startTime: before.at };
  }
}

function now(): HrTime {
  const ms = systemClock.wall();
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
}
