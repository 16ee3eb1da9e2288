// The thread that sends metrics: OpenTelemetry's SDK, which asks the main thread for the values when it collects them. It reads its own
// settings from the environment (OTEL_…).
import { parentPort, workerData } from 'node:worker_threads';

import type { Attributes, Observable } from '@opentelemetry/api';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';

import { attributeNames, METRICS, type Attribute, type MetricName, type Point } from '../../protocol/metrics.ts';
import { reporting } from './failures.ts';
import { Histograms } from './histograms.ts';
import type { FromWorker, ToWorker, WorkerData } from './worker-messages.ts';

const scope = { name: 's3-connectors' };
const defaultIntervalMs = 60_000;
const defaultTimeoutMs = 30_000;

const { service, encoding } = workerData as WorkerData;
const tell = (message: FromWorker): void => parentPort?.postMessage(message, []);

let asked: PromiseWithResolvers<readonly Point[]> | undefined;

/** Once for each collection, whoever needs it. */
function points(): Promise<readonly Point[]> {
  if (asked === undefined) {
    asked = Promise.withResolvers();
    tell({ kind: 'collect' });
  }
  return asked.promise;
}

function attributesOf({ of = {} }: Point): Attributes {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [attributeNames[name as Attribute], value]));
}

function startProvider(exporter: PushMetricExporter): MeterProvider {
  const intervalMs = milliseconds('OTEL_METRIC_EXPORT_INTERVAL', defaultIntervalMs);
  const timeoutMs = Math.min(intervalMs, milliseconds('OTEL_METRIC_EXPORT_TIMEOUT', defaultTimeoutMs));
  const own = resourceFromAttributes({ 'service.name': service.name, 'service.version': service.version });
  const detected = detectResources({ detectors: [serviceInstanceIdDetector, envDetector] });
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: timeoutMs,
    metricProducers: [new Histograms({ scope, points, attributesOf, exporter })],
  });
  return new MeterProvider({ resource: defaultResource().merge(own).merge(detected), readers: [reader] });
}

function milliseconds(name: string, otherwise: number): number {
  const ms = Number(process.env[name] ?? '');
  return Number.isSafeInteger(ms) && ms > 0 ? ms : otherwise;
}

/** All metrics but the histograms, which the SDK cannot take over as they are. */
function observeAll(provider: MeterProvider): void {
  const meter = provider.getMeter(scope.name, service.version);
  const instruments = new Map<MetricName, Observable>();
  for (const [name, { kind, unit, describe }] of Object.entries(METRICS)) {
    const options = { unit, description: describe };
    if (kind === 'counter') instruments.set(name as MetricName, meter.createObservableCounter(name, options));
    if (kind === 'amount') instruments.set(name as MetricName, meter.createObservableUpDownCounter(name, options));
    if (kind === 'gauge') instruments.set(name as MetricName, meter.createObservableGauge(name, options));
  }
  /** By metric and attributes. The SDK would send their last value for ever once they are gone, such as the lag of a lost partition. */
  const amounts = new Map<string, Point>();
  const observe: Parameters<typeof meter.addBatchObservableCallback>[0] = async (result) => {
    const all = new Map(amounts);
    for (const point of await points()) {
      const key = JSON.stringify([point.metric, point.of]);
      all.set(key, point);
      if (METRICS[point.metric].kind !== 'counter') amounts.set(key, { ...point, value: 0 });
    }
    for (const point of all.values()) {
      const instrument = instruments.get(point.metric);
      if (instrument !== undefined) result.observe(instrument, Number(point.value), attributesOf(point));
    }
  };
  meter.addBatchObservableCallback(observe, [...instruments.values()]);
}

const exporter = reporting(encoding === 'json' ? new JsonExporter() : new ProtobufExporter(), tell);
const provider = startProvider(exporter);
observeAll(provider);

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'points') {
    asked?.resolve(message.points);
    asked = undefined;
  } else {
    const over = (): void => tell({ kind: 'flushed' });
    provider.shutdown().then(over, over);
  }
});
