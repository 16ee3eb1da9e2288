// A collector for OpenTelemetry's metrics over HTTP, in this process: it takes protobuf and JSON, compressed or not.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

import { decodeMetrics } from './protobuf.ts';

export type ReceivedPoint = {
  readonly attributes: Readonly<Record<string, string>>;
  /** For a histogram: the number of durations. */
  readonly value: number;
  readonly sum: number | undefined;
  readonly buckets: readonly number[];
  readonly bounds: readonly number[];
};

export type ReceivedMetric = {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly isMonotonic: boolean;
  /** 1: delta; 2: cumulative. */
  readonly temporality: number | undefined;
  readonly points: readonly ReceivedPoint[];
};

export type Received = {
  readonly headers: IncomingHttpHeaders;
  readonly resource: Readonly<Record<string, string>>;
  readonly metrics: ReadonlyMap<string, ReceivedMetric>;
};

type Answer = (response: ServerResponse, headers: IncomingHttpHeaders) => void;

export type Receiver = AsyncDisposable & {
  readonly endpoint: string;
  readonly received: readonly Received[];
  /** The value of the metric's only point with these attributes, in the last message. */
  value(name: string, attributes?: Readonly<Record<string, string>>): number | undefined;
};

/** `answer`: default 200. */
export async function startReceiver(answer: Answer = (response) => response.end()): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url !== '/v1/metrics') return response.writeHead(404).end();
      received.push(read(body, request.headers));
      return answer(response, request.headers);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    value(name, attributes = {}) {
      const asked = Object.entries(attributes);
      const points = received.at(-1)?.metrics.get(name)?.points ?? [];
      const found = points.filter((point) => asked.every(([key, value]) => point.attributes[key] === value));
      if (found.length > 1) throw new Error(`${name} has ${found.length} points.`);
      return found[0]?.value;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type JsonAttribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };
type JsonPoint = {
  readonly attributes?: readonly JsonAttribute[];
  readonly asInt?: string | number;
  readonly asDouble?: number;
  readonly count?: string | number;
  readonly sum?: number;
  readonly bucketCounts?: readonly (string | number)[];
  readonly explicitBounds?: readonly number[];
};
type JsonData = {
  readonly dataPoints?: readonly JsonPoint[];
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
};
type JsonMetric = Readonly<Partial<Record<'gauge' | 'sum' | 'histogram', JsonData>>> & {
  readonly name: string;
  readonly unit?: string;
  readonly description?: string;
};
type JsonRequest = {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly JsonAttribute[] };
    readonly scopeMetrics: readonly { readonly metrics?: readonly JsonMetric[] }[];
  }[];
};

function read(sent: Buffer, headers: IncomingHttpHeaders): Received {
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  const isJson = headers['content-type'] === 'application/json';
  const [first] = ((isJson ? JSON.parse(body.toString()) : decodeMetrics(body)) as JsonRequest).resourceMetrics;
  const metrics = (first?.scopeMetrics ?? []).flatMap((scope) => scope.metrics ?? []).map(metricOf);
  return {
    headers,
    resource: attributesOf(first?.resource.attributes ?? []),
    metrics: new Map(metrics.map((metric) => [metric.name, metric])),
  };
}

function metricOf(json: JsonMetric): ReceivedMetric {
  const kind = (['gauge', 'sum', 'histogram'] as const).find((one) => json[one] !== undefined) ?? 'gauge';
  const { dataPoints = [], aggregationTemporality, isMonotonic = false } = json[kind] ?? {};
  const { name, unit = '', description = '' } = json;
  const points = dataPoints.map((point) => ({
    attributes: attributesOf(point.attributes ?? []),
    value: Number(point.asInt ?? point.asDouble ?? point.count ?? Number.NaN),
    sum: point.sum,
    buckets: (point.bucketCounts ?? []).map(Number),
    bounds: point.explicitBounds ?? [],
  }));
  return { name, unit, description, kind, isMonotonic, temporality: aggregationTemporality, points };
}

function attributesOf(attributes: readonly JsonAttribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}
