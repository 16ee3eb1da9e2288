// What the tests of the source share: a config for the test S3, its verbs run in this process, and the source as a program.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import type { AirbyteCatalog } from '@s3-connectors/common/protocol/messages.ts';
import { parseState } from '@s3-connectors/common/protocol/state.ts';

import { resolveSource, sourceSchema, type SourceConfig } from '../../../source-s3/src/config/config.ts';
import { discover } from '../../../source-s3/src/verbs/discover.ts';
import { read } from '../../../source-s3/src/verbs/read/read.ts';
import { runProgram, startProgram, type Ended, type Program } from '../../support/program.ts';
import { assertProtocolLines, type ProtocolMessage } from '../../support/models/protocol-schema.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3ServerOptions, S3TestServer } from '../../../tools/s3-server/types.ts';

export const bucket = 'customer-data';
export const secret = 'secret-canary';
const main = join(import.meta.dirname, '../../../source-s3/src/main.ts');

export type Json = Readonly<Record<string, unknown>>;

/** A server with the bucket and these objects in it; later ones are a minute newer each. */
export async function serverWith(
  objects: Readonly<Record<string, string | Uint8Array>>,
  options: S3ServerOptions = {},
): Promise<S3TestServer> {
  const server = await startS3Server(options);
  server.createBucket(bucket);
  for (const [index, [key, body]] of Object.entries(objects).entries()) {
    server.seed(bucket, key, body, { lastModified: timeOf(index) });
  }
  return server;
}

export function timeOf(minute: number): Date {
  return new Date(Date.UTC(2026, 0, 15, 12, minute));
}

/** As a user would write it; `more` overrides. */
export function configJson(server: Pick<S3TestServer, 'endpoint'>, more: Json = {}): Json {
  return {
    bucket,
    region: 'eu-central-1',
    credentials: { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: secret },
    endpoint: server.endpoint,
    schema_prefixes: ['lake'],
    data_format: { format: 'parquet' },
    data_partitioning: { mode: 'partitioned' },
    ...more,
  };
}

export function sourceConfig(server: Pick<S3TestServer, 'endpoint'>, more: Json = {}): SourceConfig {
  return resolveSource(parseConfig(sourceSchema, configJson(server, more), silentLog));
}

/** Streams of the namespace `lake` with these columns' schemas. */
export function catalogJson(streams: Readonly<Record<string, Json>>, namespace: string | undefined = 'lake'): Json {
  return {
    streams: Object.entries(streams).map(([name, properties]) => ({
      stream: { name, namespace, json_schema: { type: 'object', properties } },
      sync_mode: 'full_refresh',
      destination_sync_mode: 'append',
    })),
  };
}

/** Every discovered stream with all its columns, as a platform configures it. */
export function configured(catalog: AirbyteCatalog): Json {
  return {
    streams: catalog.streams.map((stream) => ({
      stream,
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    })),
  };
}

type InProcess = {
  readonly config?: Json;
  /** Settings that no config can express. */
  readonly resolved?: Partial<SourceConfig>;
  readonly catalog?: Json;
  readonly state?: unknown;
};

export async function discoverHere(
  server: S3TestServer,
  config: Json = {},
): Promise<{ readonly catalog: AirbyteCatalog; readonly said: readonly string[] }> {
  const said: string[] = [];
  const context = {
    log: (level: string, message: string) => void said.push(`${level} ${message}`),
    signal: new AbortController().signal,
    fail: () => undefined,
  };
  return { catalog: await discover(sourceConfig(server, config), context), said };
}

export type ReadResult = {
  readonly messages: readonly ProtocolMessage[];
  /** Every printed line without its end. */
  readonly lines: readonly string[];
  readonly said: readonly string[];
  readonly failures: readonly ConnectorError[];
};

/** Runs `read` in this process. Without a catalog it uses that of `discover`. */
export async function readHere(
  server: S3TestServer,
  { config = {}, resolved = {}, catalog, state }: InProcess = {},
): Promise<ReadResult> {
  const asked = catalog ?? configured((await discoverHere(server, config)).catalog);
  const said: string[] = [];
  const failures: ConnectorError[] = [];
  const context = {
    log: (level: string, message: string) => void said.push(`${level} ${message}`),
    signal: new AbortController().signal,
    fail: (error: ConnectorError) => void failures.push(error),
  };
  let text = '';
  const output = read(
    { ...sourceConfig(server, config), ...resolved },
    parseConfiguredCatalog(asked),
    parseState(state),
    context,
  );
  // The bytes are reused after the next step.
  for await (const piece of output)
    text += piece instanceof Uint8Array ? Buffer.from(piece).toString() : `${JSON.stringify(piece)}\n`;
  return { messages: assertProtocolLines(text), lines: text.split('\n').slice(0, -1), said, failures };
}

type Run = {
  readonly config?: Json;
  readonly catalog?: Json;
  readonly state?: unknown;
  readonly env?: Readonly<Record<string, string>>;
};

/** Arguments of a verb, with its files in their own folder. */
async function withFiles<T>(
  verb: string,
  { config, catalog, state }: Run,
  use: (args: readonly string[]) => Promise<T>,
): Promise<{ readonly result: T; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-source-'));
  const args = [verb];
  for (const [name, json] of Object.entries({ config, catalog, state })) {
    if (json === undefined) continue;
    const path = join(folder, `${name}.json`);
    await writeFile(path, JSON.stringify(json));
    args.push(`--${name}`, path);
  }
  return { result: await use(args), remove: () => rm(folder, { recursive: true }) };
}

/** Starts the program; disposal kills it and removes its files. */
export async function startSource(verb: string, run: Run = {}): Promise<Program> {
  const { result: program, remove } = await withFiles(verb, run, (args) =>
    Promise.resolve(startProgram(main, args, { env: run.env ?? {} })),
  );
  return {
    ...program,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await remove();
    },
  };
}

/** Runs the program to its end. Its output is checked line by line, and for the secret. */
export async function runSource(
  verb: string,
  run: Run = {},
): Promise<Ended & { readonly messages: readonly ProtocolMessage[] }> {
  const { result: ended, remove } = await withFiles(verb, run, (args) =>
    runProgram(main, args, { env: run.env ?? {} }),
  );
  await remove();
  if (`${ended.stdout}${ended.stderr}`.includes(secret)) throw new Error('the output holds the secret');
  return { ...ended, messages: assertProtocolLines(ended.stdout) };
}

/** Runs a verb for operators to its end. Its output is checked for the secret. */
export async function runOperatorVerb(verb: string, config: Json, options: readonly string[]): Promise<Ended> {
  const { result: ended, remove } = await withFiles(verb, { config }, (args) =>
    runProgram(main, [...args, ...options]),
  );
  await remove();
  if (`${ended.stdout}${ended.stderr}`.includes(secret)) throw new Error('the output holds the secret');
  return ended;
}

/** The `data` of a RECORD line as it was printed, to compare digits that a JSON parser would round. */
export function dataText(line: string): string {
  const start = line.indexOf('"data":') + '"data":'.length;
  return line.slice(start, line.indexOf(',"emitted_at":'));
}
