// What the tests of both destinations send to them: a place in the test S3, a catalog, and messages.
import type { S3TestServer } from '../../tools/s3-server/types.ts';

export const bucket = 'publisher-data';

export type Json = Readonly<Record<string, unknown>>;

/** A config with what both destinations need, as a user would write it. */
export function placeJson(server: Pick<S3TestServer, 'endpoint'>): Json {
  return {
    bucket,
    region: 'eu-central-1',
    credentials: { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'secret-canary' },
    endpoint: server.endpoint,
    prefix: 'permutive',
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

export type Input = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

export async function* toBytes(input: Input): AsyncGenerator<Uint8Array> {
  for await (const piece of input) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}
