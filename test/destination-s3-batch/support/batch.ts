// What the tests of the batch destination share: a config for the test S3, a run of `write` in this process, and the stored rows,
// read by DuckDB.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog, type Log } from '@s3-connectors/common/protocol/log.ts';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';
import { configSchema, resolveConfig } from '../../../destination-s3-batch/src/config/config.ts';
import { write } from '../../../destination-s3-batch/src/run/write.ts';
import { bucket, placeJson, toBytes, type Input, type Json } from '../../support/destination-input.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';

/** As a user would write it; `more` overrides. */
export function configJson(server: Pick<S3TestServer, 'endpoint'>, more: Json = {}): Json {
  return { ...placeJson(server), output_format: 'parquet', ...more };
}

type WriteOptions = {
  readonly config?: Json;
  readonly catalog: Json;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
};

export type Ran = {
  readonly lines: readonly string[];
  readonly said: readonly (readonly [level: string, message: string])[];
  readonly failures: readonly ConnectorError[];
  readonly error: unknown;
};

/** Runs `write` in this process, with its own spool folder, which must be empty at the end. */
export async function runWrite(
  server: Pick<S3TestServer, 'endpoint'>,
  input: Input,
  { config = {}, catalog, signal = new AbortController().signal, clock = systemClock }: WriteOptions,
): Promise<Ran> {
  const lines: string[] = [];
  const said: [string, string][] = [];
  const failures: ConnectorError[] = [];
  const log: Log = (level, message) => void said.push([level, message]);
  const spool = await mkdtemp(join(tmpdir(), 's3-connectors-batch-'));
  let error: unknown;
  try {
    const json = configJson(server, { spool_dir: spool, ...config });
    const resolved = resolveConfig(parseConfig(configSchema, json, silentLog), {});
    const context = { log, signal, clock, fail: (failure: ConnectorError) => void failures.push(failure) };
    for await (const line of write(resolved, parseConfiguredCatalog(catalog), toBytes(input), context)) {
      lines.push(Buffer.from(line).toString());
    }
  } catch (thrown) {
    error = thrown;
  }
  await rm(spool, { recursive: true });
  return { lines, said, failures, error };
}

/** Keys below the prefix of the config. */
export function keysBelow(server: S3TestServer, folder = 'data/'): readonly string[] {
  return server.objects(bucket, `permutive/${folder}`).map(({ key }) => key.slice('permutive/'.length));
}

/** The rows of gzipped JSON lines below a folder, in the order of their keys. */
export function jsonRows(server: S3TestServer, folder: string): readonly string[] {
  return server
    .objects(bucket, `permutive/${folder}`)
    .flatMap(({ body }) => gunzipSync(body).toString().split('\n').slice(0, -1));
}

/** DuckDB's answer to SQL over the Parquet files below a folder. `files` represents all of them, by name. */
export async function queryParquet(
  server: S3TestServer,
  folder: string,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const directory = mkdtempSync(join(tmpdir(), 's3-connectors-read-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    for (const [index, { body }] of server.objects(bucket, `permutive/${folder}`).entries()) {
      writeFileSync(join(directory, `${String(index).padStart(5, '0')}.parquet`), body);
    }
    await connection.run("SET TimeZone = 'UTC'");
    const files = `read_parquet('${directory}/*.parquet', union_by_name = true)`;
    const answer = await connection.runAndReadAll(
      sql.replaceAll('files', files).replaceAll('GLOB', `'${directory}/*.parquet'`),
    );
    return answer.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(directory, { recursive: true });
  }
}
