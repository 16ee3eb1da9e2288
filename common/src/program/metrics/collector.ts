// Where metrics go, by the environment variables of OpenTelemetry. Only the endpoint, the protocol and what switches them off is read here;
// the SDK reads the others, such as headers.
import type { Environment } from '../../s3/address/hosted.ts';

export type Collector =
  | { readonly kind: 'none' }
  /** `why` completes "Metrics are not sent: ". It has no value of a variable. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'known'; readonly host: string; readonly encoding: 'protobuf' | 'json' };

const endpoints = ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
const protocols = ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];

export function collectorIn(env: Environment): Collector {
  const endpoint = firstGiven(env, endpoints);
  const isOff = given(env['OTEL_SDK_DISABLED'])?.toLowerCase() === 'true';
  if (endpoint === undefined || isOff || given(env['OTEL_METRICS_EXPORTER']) === 'none') return { kind: 'none' };
  const url = URL.parse(endpoint.value);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    return { kind: 'refused', why: `${endpoint.name} must be an address that begins with http:// or https://.` };
  }
  const protocol = firstGiven(env, protocols);
  switch (protocol?.value) {
    case undefined:
    case 'http/protobuf':
      return { kind: 'known', host: url.host, encoding: 'protobuf' };
    case 'http/json':
      return { kind: 'known', host: url.host, encoding: 'json' };
    default: {
      const advice = 'the port of a collector for HTTP is usually 4318';
      return { kind: 'refused', why: `${protocol?.name} must be http/protobuf or http/json (${advice}).` };
    }
  }
}

type Given = { readonly name: string; readonly value: string };

function firstGiven(env: Environment, names: readonly string[]): Given | undefined {
  for (const name of names) {
    const value = given(env[name]);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

function given(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text?.trim();
}
