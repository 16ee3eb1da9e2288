// What the tests of the streaming destination share: a config for the test S3, and the stored rows.
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog, type Log } from '@s3-connectors/common/protocol/log.ts';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';
import { bucket, placeJson, toBytes, type Input, type Json } from '../../support/destination-input.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { configSchema, resolveConfig } from '../../../destination-s3-streaming/src/config/config.ts';
import { write } from '../../../destination-s3-streaming/src/run/write.ts';

/** As a user would write it; `more` overrides. */
export function configJson(server: Pick<S3TestServer, 'endpoint'>, more: Json = {}): Json {
  return { ...placeJson(server), ...more };
}

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
    const context = { log, signal, clock, fail: (failure: ConnectorError) => void failures.push(failure) };
    for await (const line of write(resolved, parseConfiguredCatalog(catalog), toBytes(input), context)) {
      lines.push(Buffer.from(line).toString());
      out(Buffer.from(line).toString());
    }
  } catch (thrown) {
    error = thrown;
  }
  return { lines, said, failures, error };
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

/** 30 letters that gzip cannot compress. */
export function noise(seed: number): string {
  return createHash('sha256').update(String(seed)).digest('base64').slice(0, 30);
}
