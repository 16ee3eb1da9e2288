import assert from 'node:assert/strict';
import { test } from 'node:test';

import { collectorIn } from '@s3-connectors/common/program/metrics/collector.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test('no metrics are sent without an endpoint, or when OpenTelemetry is switched off', () => {
  const off: readonly Readonly<Record<string, string>>[] = [
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318' },
    { ...endpoint, OTEL_SDK_DISABLED: 'true' },
    { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' },
    { ...endpoint, OTEL_METRICS_EXPORTER: 'none' },
  ];
  for (const env of off) assert.deepEqual(collectorIn(env), { kind: 'none' }, JSON.stringify(env));
});

test('metrics are sent to the endpoint of metrics, else to that of all signals, by the protocol that is asked for', () => {
  const http = { kind: 'known', host: 'collector:4318', encoding: 'protobuf' } as const;
  assert.deepEqual(collectorIn(endpoint), http);
  assert.deepEqual(collectorIn({ ...endpoint, OTEL_SDK_DISABLED: 'false', OTEL_METRICS_EXPORTER: 'otlp' }), http);
  assert.deepEqual(collectorIn({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }), {
    ...http,
    encoding: 'json',
  });
  const own = {
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://user:canary@metrics.example/v1/metrics',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
  };
  assert.deepEqual(collectorIn({ ...endpoint, ...own }), { ...http, host: 'metrics.example' });
});

test('an address or a protocol that cannot be used is named by its variable, never by its value', () => {
  const refused: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'canary:4317' }, /^OTEL_EXPORTER_OTLP_ENDPOINT must be an address/u],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'canary' }, /^OTEL_EXPORTER_OTLP_METRICS_ENDPOINT must/u],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /^OTEL_EXPORTER_OTLP_PROTOCOL must be http\/protobuf/u],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'canary' }, /^OTEL_EXPORTER_OTLP_METRICS_PROTOCOL must/u],
  ];
  for (const [env, why] of refused) {
    const found = collectorIn(env);
    assert.ok(found.kind === 'refused');
    assert.match(found.why, why);
    assert.doesNotMatch(found.why, /canary/u);
  }
});
