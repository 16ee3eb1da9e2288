// What the tests of the streaming destination share: messages, a config for the test S3, and the rows that lie there.
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog, type Log } from '@s3-connectors/common/protocol/log.ts';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';
import type { S3TestServer } from '../../support/s3-server/types.ts';
import { configSchema, resolveConfig } from '../../../destination-s3-streaming/src/config.ts';
import { write } from '../../../destination-s3-streaming/src/write.ts';

export const bucket = 'publisher-data';

export type Json = Readonly<Record<string, unknown>>;

/** As a user would write it; `more` overrides. */
export function configJson(server: Pick<S3TestServer, 'endpoint'>, more: Json = {}): Json {
  return {
    bucket,
    region: 'eu-central-1',
    credentials: { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'secret-canary' },
    endpoint: server.endpoint,
    prefix: 'permutive',
    ...more,
  };
}

/** Streams by name, appended; an object overrides parts of the configured stream. */
export function catalogJson(...streams: readonly (string | Json)[]): Json {
  return {
    streams: streams.map((stream) => {
      const { name, namespace, properties = {}, ...more } = typeof stream === 'string' ? { name: stream } : stream;
      return {
        stream: { name, namespace, json_schema: { type: 'object', properties } },
        sync_mode: 'incremental',
        destination_sync_mode: 'append',
        ...more,
      };
    }),
  };
}

export function recordLine(stream: string, data: string | Json, emittedAt = 1_700_000_000_000): string {
  const json = typeof data === 'string' ? data : JSON.stringify(data);
  return `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"data":${json},"emitted_at":${emittedAt}}}\n`;
}

export function stateLine(stream: string, state: Json): string {
  const descriptor = { stream_descriptor: { name: stream }, stream_state: state };
  return `${JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: descriptor } })}\n`;
}

export function globalStateLine(state: Json): string {
  const global = { shared_state: state, stream_states: [] };
  return `${JSON.stringify({ type: 'STATE', state: { type: 'GLOBAL', global } })}\n`;
}

/** `namespace` null, as PyAirbyte writes it. */
export function statusLine(stream: string, status: string): string {
  const stream_status = { stream_descriptor: { name: stream, namespace: null }, status };
  return `${JSON.stringify({ type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 1_700_000_000, stream_status } })}\n`;
}

type Input = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

export type Said = readonly [level: string, message: string];

type WriteOptions = {
  readonly config?: Json;
  readonly catalog: Json;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
};

/** Runs `write` in this process; `out` gets each line as it is printed. */
export async function runWrite(
  server: S3TestServer,
  input: Input,
  { config = {}, catalog, signal = new AbortController().signal, clock = systemClock }: WriteOptions,
  out: (line: string) => void = () => undefined,
): Promise<{
  readonly lines: readonly string[];
  readonly said: readonly Said[];
  readonly failures: readonly ConnectorError[];
  readonly error: unknown;
}> {
  const lines: string[] = [];
  const said: Said[] = [];
  const failures: ConnectorError[] = [];
  const log: Log = (level, message) => void said.push([level, message]);
  let error: unknown;
  try {
    const resolved = resolveConfig(parseConfig(configSchema, configJson(server, config), silentLog), {});
    const context = { log, signal, fail: (failure: ConnectorError) => void failures.push(failure) };
    for await (const line of write(resolved, parseConfiguredCatalog(catalog), toBytes(input), context, clock)) {
      lines.push(Buffer.from(line).toString());
      out(Buffer.from(line).toString());
    }
  } catch (thrown) {
    error = thrown;
  }
  return { lines, said, failures, error };
}

async function* toBytes(input: Input): AsyncGenerator<Uint8Array> {
  for await (const piece of input) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

/** The rows below a folder as lines, by key. */
export function storedFiles(server: S3TestServer, prefix = 'permutive/'): ReadonlyMap<string, readonly string[]> {
  return new Map(
    server.objects(bucket, prefix).map(({ key, body }) => [key, gunzipSync(body).toString().split('\n').slice(0, -1)]),
  );
}

/** All rows, sorted. */
export function storedRows(server: S3TestServer, prefix?: string): readonly string[] {
  return [...storedFiles(server, prefix).values()].flat().sort();
}

/** 30 letters that gzip finds no order in. */
export function noise(seed: number): string {
  return createHash('sha256').update(String(seed)).digest('base64').slice(0, 30);
}
